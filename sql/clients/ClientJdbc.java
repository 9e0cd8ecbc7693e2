// JDBC, with and without autocommit: parameters are bound as varchar; after the first execution statements
// are prepared on the server, and what the driver can is moved in binary.  Without autocommit every statement
// begins a transaction, which CALL abc_refresh_all() refuses: there, it is abc_refresh().

import java.sql.*;
import java.util.*;

public class ClientJdbc {
	static boolean failed = false;
	static String mode;

	static void check(Object got, Object wanted, String name) {
		boolean same = Objects.equals(got, wanted);
		failed |= !same;
		System.out.println(same ? "ok - JDBC, " + mode + ": " + name
			: "not ok - JDBC, " + mode + ": " + name + ": " + got + " instead of " + wanted);
	}

	static List<String> rows(Connection connection, String sql, Object... parameters) throws SQLException {
		List<String> found = new ArrayList<>();
		try (PreparedStatement statement = connection.prepareStatement(sql)) {
			for (int i = 0; i < parameters.length; i++) {
				if (parameters[i] instanceof String[] array)
					statement.setArray(i + 1, connection.createArrayOf("text", array));
				else if (parameters[i] instanceof Integer number)
					statement.setInt(i + 1, number);
				else
					statement.setString(i + 1, (String) parameters[i]);
			}
			// three times, so that both the unprepared and the prepared form are seen
			for (int run = 0; run < (sql.startsWith("SELECT") ? 3 : 1); run++) {
				found.clear();
				if (statement.execute())
					for (ResultSet r = statement.getResultSet(); r.next(); )
						found.add(r.getString(1));
			}
		}
		return found;
	}

	static void filters(Connection connection, String relation, int a, int b, int c) throws SQLException {
		Object[][] shapes = {
			{"= parameter", "tier = ?", a, "A"},
			{"<> parameter", "tier <> ?", b + c, "A"},
			{"range", "tier >= ? AND tier < ?", b, "B", "C"},
			{"BETWEEN", "tier BETWEEN ? AND ?", a + b, "A", "B"},
			{"IN", "tier IN (?, ?)", a + c, "A", "C"},
			{"ANY(array)", "tier = ANY(?)", a + c, new String[] {"A", "C"}},
			{"LIKE", "tier LIKE ?", a, "A%"},
		};

		for (Object[] shape : shapes)
			check(rows(connection, "SELECT count(*) FROM " + relation + " WHERE " + shape[1],
				Arrays.copyOfRange(shape, 3, shape.length)),
				List.of(shape[2].toString()), shape[0] + " on " + relation);
	}

	static void metadata(Connection connection) throws SQLException {
		Map<String, String> types = new TreeMap<>();
		int without = 0;

		try (ResultSet r = connection.getMetaData().getColumns(null, "shop", "model", null)) {
			while (r.next()) {
				types.put(r.getString("COLUMN_NAME"), JDBCType.valueOf(r.getInt("DATA_TYPE")).getName());
				if (r.getString("REMARKS") == null)
					without++;
			}
		}
		check(types.get("tier") + types.get("tier_rank") + types.get("value") + types.get("value_share")
			+ types.get("tier_since") + types.get("as_of"), "VARCHARSMALLINTNUMERICDOUBLEDATEDATE", "types of the view's columns");
		check(types.containsValue("OTHER") || types.containsValue("ARRAY"), false, "no type that a tool does not know");
		check(without, 0, "every column of the view is explained");
	}

	static void shapes(Connection connection) throws SQLException {
		filters(connection, "customers", 10, 7, 3);
		filters(connection, "model", 3, 7, 10);
		check(rows(connection, "SELECT tier FROM customers GROUP BY tier ORDER BY tier"), List.of("A", "B", "C"),
			"tiers arrive as text, best first");
		check(rows(connection, "SELECT tier FROM (SELECT id, abc_classify(revenue, ?) OVER () AS tier FROM customers) AS t WHERE id = 4",
			"count 15/50"), List.of("B"), "a scheme is bound as text");
		check(rows(connection, "SELECT id FROM model WHERE tier_name = ? ORDER BY id", "铂金"), List.of("1", "2", "3"),
			"names of tiers beyond ASCII");
		rows(connection, "INSERT INTO customers (id, name, tier) VALUES (?, ?, ?)", 100, "new", "B");
		rows(connection, "UPDATE customers SET tier = ? WHERE id = 100", "C");
		check(rows(connection, "DELETE FROM customers WHERE id = 100 RETURNING tier"), List.of("C"), "insert, update, delete");
		metadata(connection);
	}

	static int days(Connection connection) throws SQLException {
		return Integer.parseInt(rows(connection, "SELECT count(*) FROM model_run").get(0));
	}

	// One day more and back; the day is bound as a date and read as one.
	static void refresh(Connection connection) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement("SELECT abc_refresh(?, ?)")) {
			statement.setObject(1, "model", Types.OTHER);
			statement.setObject(2, java.time.LocalDate.of(2026, 1, 15));
			statement.executeQuery();
		}
		try (ResultSet r = connection.createStatement().executeQuery("SELECT as_of FROM model LIMIT 1")) {
			r.next();
			check(r.getObject(1, java.time.LocalDate.class).toString(), "2026-01-15", "refreshes as of a day, and reads it");
		}
	}

	static void undo(Connection connection, String... models) throws SQLException {
		for (String model : models)
			try (Statement statement = connection.createStatement()) {
				statement.executeQuery("SELECT abc_undo('" + model + "')");
			}
	}

	static void committing(Connection connection) throws SQLException {
		int before = days(connection);

		refresh(connection);
		undo(connection, "model");
		for (String call : new String[] {"CALL abc_refresh_all()", "{call abc_refresh_all()}"}) {
			try (CallableStatement statement = connection.prepareCall(call)) {
				statement.execute();
			}
			check(days(connection), before + 1, call);
			undo(connection, "model", "客户分级");
		}
		check(days(connection), before, "and takes the day back");
	}

	static void inTransactions(Connection connection) throws SQLException {
		int before = days(connection);

		refresh(connection);
		connection.rollback();
		check(days(connection), before, "a rollback takes a refresh back");
		refresh(connection);
		connection.commit();
		check(days(connection), before + 1, "a commit keeps it");
		undo(connection, "model");
		connection.commit();
		try (Statement statement = connection.createStatement()) {
			statement.execute("CALL abc_refresh_all()");
			check("no error", "an error", "CALL abc_refresh_all() is refused");
		} catch (SQLException e) {
			String hint = ((org.postgresql.util.PSQLException) e).getServerErrorMessage().getHint();
			check(hint != null && hint.contains("abc_refresh("), true, "CALL abc_refresh_all() is refused, and the hint says what to do instead");
		}
		connection.rollback();
		check(days(connection), before, "and leaves nothing");
	}

	public static void main(String[] args) throws SQLException {
		Properties login = new Properties();
		login.setProperty("user", System.getenv("PGUSER"));
		login.setProperty("password", System.getenv("PGPASSWORD"));
		login.setProperty("prepareThreshold", "2");
		login.setProperty("escapeSyntaxCallMode", "call");

		String url = "jdbc:postgresql://" + System.getenv("PGHOSTADDR") + ":" + System.getenv("PGPORT") + "/" + System.getenv("PGDATABASE");
		try (Connection connection = DriverManager.getConnection(url, login)) {
			mode = "autocommit";
			shapes(connection);
			committing(connection);
			mode = "transactions";
			connection.setAutoCommit(false);
			shapes(connection);
			connection.commit();
			inTransactions(connection);
		}
		System.exit(failed ? 1 : 0);
	}
}
