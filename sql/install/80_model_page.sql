--
-- The page of a model: HTML for people who decide
--
-- Self-contained, without script and network; everything on it is read from the relations of the model, so
-- that every figure is the one that a query over them gives.
--

-- What all sections need to know.
CREATE TYPE _abc.page AS (
	language text,
	unit text,
	factor numeric,					-- amounts in tables are divided by it
	decimals integer,				-- and have so many decimals
	measure text,					-- what they are, with unit and factor
	name_column text,				-- the attribute that names customers
	treatment text,					-- the first column of the treatment
	before date,					-- day of the run before
	tiers integer,					-- number of tiers
	best text,						-- name of the best one
	up bigint,						-- how many came up, and the lengths of the lists
	down bigint,
	at_risk bigint,
	at_risk_value numeric,
	lost bigint,
	lost_best bigint,
	near bigint
);
COMMENT ON TYPE _abc.page IS 'part of abc_report_html: what all sections need to know';

-- The lists are as long as four of them fit on a page of A4.
CREATE FUNCTION _abc.list_length() RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 8;
COMMENT ON FUNCTION _abc.list_length() IS 'part of abc_report_html: how many customers a list names';

--
-- Tables
--

-- A tier in a cell: a badge in its colour, with its name.
CREATE FUNCTION _abc.badge(name text, tier_rank integer, tiers integer) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN CASE WHEN tier_rank IS NULL THEN _abc.xml(coalesce(name, '-'))
		ELSE format('<span class="tier" style="background:%s;color:%s">%s</span>', _abc.colour(tier_rank, tiers),
			CASE WHEN 3 * (tier_rank - 1) < tiers THEN '#fff' ELSE '#1f2933' END, _abc.xml(name)) END;
END
$$;
COMMENT ON FUNCTION _abc.badge(text, integer, integer) IS 'part of abc_report_html: a tier';

-- A cell by the kind of its column: r head of the row, l text, n number, d day, h HTML; upper case: not on a telephone.
CREATE FUNCTION _abc.html_cell(kind text, x text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	classes text := concat_ws(' ', CASE WHEN lower(kind) IN ('n', 'd') THEN lower(kind) END,
		CASE WHEN kind <> lower(kind) THEN 'x' END);
	attributes text := CASE WHEN classes <> '' THEN format(' class="%s"', classes) ELSE '' END;
BEGIN
	RETURN CASE lower(kind)
		WHEN 'r' THEN format('<th scope="row"%s>%s</th>', attributes, x)
		WHEN 'h' THEN format('<td%s>%s</td>', attributes, x)
		ELSE format('<td%s>%s</td>', attributes, _abc.xml_figures(coalesce(x, '-'))) END;
END
$$;
COMMENT ON FUNCTION _abc.html_cell(text, text) IS 'part of abc_report_html: a cell';

-- A table: kinds of its columns, a letter each, their heads, and its rows.  caption is read to who does not see it.
CREATE FUNCTION _abc.html_table(caption text, kinds text, heads text[], cells text[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	n integer := length(kinds);
BEGIN
	RETURN concat(format('<div class="wide"><table><caption>%s</caption><thead><tr>', _abc.xml(caption)),
		(SELECT string_agg(
				format('<th scope="col" class="%s">%s</th>',
					concat_ws(' ', lower(substr(kinds, i, 1)),
						CASE WHEN substr(kinds, i, 1) <> lower(substr(kinds, i, 1)) THEN 'x' END),
					_abc.xml(heads[i])),
				'' ORDER BY i)
			FROM generate_series(1, n) AS i),
		'</tr></thead><tbody>',
		(SELECT string_agg(
				concat('<tr>',
					(SELECT string_agg(_abc.html_cell(substr(kinds, c, 1), cells[r][c]), '' ORDER BY c)
						FROM generate_series(1, n) AS c),
					'</tr>'),
				E'\n' ORDER BY r)
			FROM generate_subscripts(cells, 1) AS r),
		'</tbody></table></div>');
END
$$;
COMMENT ON FUNCTION _abc.html_table(text, text, text[], text[]) IS 'part of abc_report_html: a table';

CREATE FUNCTION _abc.html_section(heading text, note text, VARIADIC body text[] DEFAULT '{}') RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN concat_ws(E'\n', format('<section><h2>%s</h2>', _abc.xml(heading)),
		format('<p class="note">%s</p>', _abc.xml_figures(nullif(note, ''))),
		array_to_string(body, E'\n'), '</section>');
END
$$;
COMMENT ON FUNCTION _abc.html_section(text, text, text[]) IS 'part of abc_report_html: a section';

--
-- Reading the model
--

-- The run of a day or before it, below a run.
CREATE FUNCTION _abc.run_before(m @extschema@.abc_model, below bigint, day date, OUT run bigint, OUT as_of date)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	EXECUTE _abc.fill($q$
		SELECT r.run, r.as_of FROM {run} AS r WHERE r.run < $1 AND r.revision IS NOT NULL AND r.as_of <= $2
		ORDER BY r.run DESC LIMIT 1$q$, m) INTO run, as_of USING below, day;
END
$$;
COMMENT ON FUNCTION _abc.run_before(@extschema@.abc_model, bigint, date) IS 'part of abc_report_html: an earlier run';

-- The first rows of NAME that satisfy a condition, as jsonb, with the tier that the last run found; ties in the order
-- by the key.
CREATE FUNCTION _abc.page_rows(m @extschema@.abc_model, condition text, ordering text, n integer) RETURNS SETOF jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY EXECUTE format($sql$
		SELECT to_jsonb(y.*) || jsonb_build_object('from_tier', x.from_tier, 'from_name', x.from_name)
		FROM (SELECT f.* FROM %s AS f WHERE %s ORDER BY %s, %s LIMIT %s) AS y
		LEFT JOIN LATERAL (
			SELECT c.from_tier, c.from_name FROM %s AS c WHERE c.run = y.run AND c.takes_back IS NULL AND %s
			ORDER BY c.number DESC LIMIT 1) AS x ON true$sql$,
		m.face, condition, ordering, (SELECT string_agg(format('f.%I', k), ', ') FROM unnest(m.key) AS k), n,
		m.changes, (
			SELECT string_agg(
				format('c.%1$I %2$s y.%1$I', u.k, _abc.equality(regexp_replace(u.t, ' COLLATE .*', '')::regtype)),
				' AND ')
			FROM unnest(m.key, m.key_types) AS u (k, t)));
END
$$;
COMMENT ON FUNCTION _abc.page_rows(@extschema@.abc_model, text, text, integer) IS
'part of abc_report_html: the rows of a list';

-- The lists: who is on them.
CREATE FUNCTION _abc.page_condition(list text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE list
	WHEN 'up' THEN 'f.moved = ''up'''
	WHEN 'down' THEN '(f.moved = ''down'' OR (f.moved = ''gone'' AND f.previous_tier IS NOT NULL))'
	WHEN 'at_risk' THEN 'f.lifecycle = ''at_risk'' AND f.tier_rank < $1'
	WHEN 'lost' THEN 'f.lifecycle = ''lost'' AND f.best_tier IS NOT NULL'
	WHEN 'near' THEN 'f.decided_by = ''computed'' AND f.lifecycle NOT IN (''at_risk'', ''lost'')
		AND f.next_tier IS NOT NULL AND f.gap_to_next * 3 <= coalesce(f.score::numeric, f.value)'
END;
COMMENT ON FUNCTION _abc.page_condition(text) IS 'part of abc_report_html: the condition of a list';

-- The attribute that names customers: of the texts the one with the most different values among a thousand
-- customers, if that is four fifths of them, or a hundred (people share names); regions and industries have fewer.
CREATE FUNCTION _abc.name_column(m @extschema@.abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	candidate text;
	different bigint;
	needed bigint;
	most bigint := 0;
	result text;
BEGIN
	FOR candidate IN
		SELECT a.attname FROM pg_attribute AS a
		WHERE a.attrelid = m.face AND a.attname = ANY (m.attributes) AND a.atttypid = 'text'::regtype
		ORDER BY array_position(m.attributes, a.attname::text)
	LOOP
		EXECUTE format($sql$
			SELECT count(DISTINCT x.c), greatest(2, least(0.8 * count(*), 100))
			FROM (SELECT f.%I AS c FROM %s AS f LIMIT 1000) AS x$sql$, candidate, m.face)
		INTO different, needed;
		IF different >= needed AND different > most THEN
			result := candidate;
			most := different;
		END IF;
	END LOOP;
	RETURN result;
END
$$;
COMMENT ON FUNCTION _abc.name_column(@extschema@.abc_model) IS
'part of abc_report_html: the attribute that names customers';

CREATE FUNCTION _abc.page_of(m @extschema@.abc_model, unit text, language text) RETURNS _abc.page
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	p _abc.page;
	greatest_one numeric;
	whole boolean;
BEGIN
	SELECT count(*), max(t.name) FILTER (WHERE t.tier_rank = 1) INTO p.tiers, p.best FROM _abc.tiers_of(m, m.runs) AS t;
	EXECUTE format($sql$
		SELECT count(*) FILTER (WHERE %1$s), count(*) FILTER (WHERE %2$s), count(*) FILTER (WHERE %3$s),
			coalesce(sum(f.value) FILTER (WHERE %3$s), 0), count(*) FILTER (WHERE %4$s),
			count(*) FILTER (WHERE %4$s AND f.best_tier = 'A'), count(*) FILTER (WHERE %5$s),
			max(greatest(abs(f.value), abs(f.value_before), f.best_value)),
			bool_and(f.best_value = round(f.best_value) AND coalesce(f.value = round(f.value), true))
		FROM %6$s AS f$sql$,
		_abc.page_condition('up'), _abc.page_condition('down'),
		replace(_abc.page_condition('at_risk'), '$1', p.tiers::text), _abc.page_condition('lost'),
		_abc.page_condition('near'), m.face)
	INTO p.up, p.down, p.at_risk, p.at_risk_value, p.lost, p.lost_best, p.near, greatest_one, whole;
	p.language := language;
	p.unit := unit;
	p.factor := _abc.factor_of(language, coalesce(greatest_one, 0), 8);
	p.decimals := CASE WHEN p.factor > 1 THEN 1 WHEN whole OR greatest_one >= 10000 THEN 0 ELSE 2 END;
	p.measure := _abc.measure_text(language, m.value, p.factor, unit);
	p.name_column := _abc.name_column(m);
	p.treatment := m.treatment_columns[1];
	p.before := (_abc.run_before(m, m.runs, m.last_as_of)).as_of;
	RETURN p;
END
$$;
COMMENT ON FUNCTION _abc.page_of(@extschema@.abc_model, text, text) IS
'part of abc_report_html: what all sections need to know';

-- An amount in a table; of what is there, but too small to be seen, that it is.
CREATE FUNCTION _abc.amount(p _abc.page, x numeric) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN CASE WHEN x > 0 AND round(x / p.factor, p.decimals) = 0
			THEN '< ' || _abc.number_text(10.0 ^ -p.decimals, p.decimals)
		ELSE _abc.number_text(x / p.factor, p.decimals) END;
END
$$;
COMMENT ON FUNCTION _abc.amount(_abc.page, numeric) IS 'part of abc_report_html: an amount in a table';

-- Who it is: the name, if there is one, and the key.
CREATE FUNCTION _abc.customer_cell(m @extschema@.abc_model, p _abc.page, customer jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	key text := (SELECT string_agg(customer ->> k, ' ' ORDER BY i) FROM unnest(m.key) WITH ORDINALITY AS u (k, i));
	name text := customer ->> p.name_column;
BEGIN
	RETURN CASE WHEN name IS NULL THEN _abc.xml(key)
		ELSE format('%s <small>%s</small>', _abc.xml(name), _abc.xml(key)) END;
END
$$;
COMMENT ON FUNCTION _abc.customer_cell(@extschema@.abc_model, _abc.page, jsonb) IS
'part of abc_report_html: a customer';
