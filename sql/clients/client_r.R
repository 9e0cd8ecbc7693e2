# R through DBI and RPostgreSQL: dates are Dates, numbers are numbers, text is text.

suppressMessages({library(DBI); library(RPostgreSQL)})
failed <- FALSE

check <- function(got, wanted, name) {
	same <- isTRUE(all.equal(got, wanted))
	if (!same) failed <<- TRUE
	cat(if (same) "ok" else "not ok", " - R: ", name, if (!same) c(": ", format(got), " instead of ", format(wanted)), "\n", sep = "")
}

connection <- dbConnect(PostgreSQL(), host = Sys.getenv("PGHOST"), port = as.integer(Sys.getenv("PGPORT")),
	user = Sys.getenv("PGUSER"), dbname = Sys.getenv("PGDATABASE"))
classes <- c("text" = "character", "boolean" = "logical", "date" = "Date", "timestamp without time zone" = "POSIXct", "smallint" = "integer",
	"integer" = "integer", "bigint" = "numeric", "numeric" = "numeric", "double precision" = "numeric", "abc_tier" = "character")

for (view in c("客户分级", paste0("客户分级_", c("trend", "changes", "ranked", "history")), "客户abc")) {
	columns <- dbGetQuery(connection, sprintf("SELECT attname AS name, format_type(atttypid, NULL) AS type FROM pg_attribute
		WHERE attrelid = '%s'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum", view))
	frame <- suppressWarnings(dbGetQuery(connection, sprintf('SELECT * FROM "%s"', view)))
	check(names(frame), columns$name, paste("columns of", view))
	check(nrow(frame), as.integer(dbGetQuery(connection, sprintf('SELECT count(*)::int AS n FROM "%s"', view))$n), paste("rows of", view))
	# a column without a value in any row has no class to speak of
	seen <- sapply(frame, function(x) any(!is.na(x)))
	got <- sapply(frame, function(x) class(x)[1])
	check(unname(got[seen]), unname(classes[columns$type][seen]), paste("classes of", view))
}
trend <- dbGetQuery(connection, 'SELECT * FROM "客户分级_trend"')
check(as.character(sort(unique(trend$as_of))), c("2026-01-01", "2026-02-01"), "days of the trend")
check(sum(trend$value[trend$as_of == as.Date("2026-02-01")]),
	dbGetQuery(connection, 'SELECT sum(value)::float8 AS v FROM "客户分级"')$v, "the trend adds up to the face")
invisible(dbDisconnect(connection))
quit(status = if (failed) 1 else 0)
