--
-- A materialized view in one call, for who needs no memory
--

CREATE FUNCTION abc_create_matview(name text, source text, key text, value text, scheme abc_scheme DEFAULT '80/95',
	partition_by text[] DEFAULT '{}', attributes text[] DEFAULT '{}') RETURNS regclass
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'abc_as_caller';
COMMENT ON FUNCTION abc_create_matview(text, text, text, text, abc_scheme, text[], text[]) IS
'make a plain materialized view with a tier for every row of a source: key, partitions, attributes, value, tier, '
	'tier_name, tier_rank, value_share, cumulative_share, rank; and the unique index that REFRESH MATERIALIZED VIEW '
	'CONCURRENTLY needs. name, source, key (one column, or several as ''{company,customer}''), partition_by and '
	'attributes as in abc_create_model; value_share and cumulative_share take values below zero for zero. Nothing but '
	'the view remains: refresh it with REFRESH MATERIALIZED VIEW, drop it with DROP MATERIALIZED VIEW';

CREATE FUNCTION _abc.matview_text() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN $matview$
SELECT {columns}t.value, t.tier::text AS tier, @extschema@.abc_label(t.tier, {scheme}) AS tier_name,
	@extschema@.abc_rank(t.tier) AS tier_rank,
	(t.weight / nullif(sum(t.weight) OVER w, 0))::double precision AS value_share, t.cumulative_share,
	CASE WHEN t.value IS NOT NULL THEN rank() OVER (w ORDER BY t.value DESC NULLS LAST) END AS rank
FROM (
	SELECT {s.columns}s.{value} AS value, CASE WHEN s.{value} > 0 THEN s.{value}::numeric WHEN s.{value} IS NOT NULL
		THEN 0 END AS weight,
		@extschema@.abc_classify(s.{value}, {scheme}) OVER w AS tier,
			@extschema@.abc_cumulative_share(s.{value}) OVER w AS cumulative_share
	FROM {source}
	WINDOW w AS ({partition})
) AS t
WINDOW w AS ({partition_shown})
$matview$::text;
COMMENT ON FUNCTION _abc.matview_text() IS 'part of abc_create_matview: the query, with named places';

CREATE FUNCTION _abc.abc_create_matview(name text, source text, key text, value text, scheme @extschema@.abc_scheme,
	partition_by text[], attributes text[]) RETURNS regclass
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
AS $$
DECLARE
	m @extschema@.abc_model;
	columns text[];
	home text;
	target text;
	query text := _abc.matview_text();
	place record;
	code text;
	says text;
	detail text;
	hint text;
BEGIN
	SELECT i.name, coalesce(i.schema, (parse_ident(nullif(split_part(_abc.caller_path(), ', ', 1), '')))[1])
		INTO m.name, home FROM _abc.identifier(name, 'a materialized view') AS i;
	m.source := source;
	m.source_path := concat_ws(', ', nullif(_abc.caller_path(), ''), quote_ident('@extschema@'));
	m.key := CASE WHEN key LIKE '{%}' THEN key::text[] ELSE ARRAY[key] END;
	m.value := value;
	m.scheme := scheme;
	m.partition_by := coalesce(partition_by, '{}');
	m.attributes := coalesce(attributes, '{}');
	m.treatment_columns := '{}';
	m := _abc.check_columns(_abc.check_source(m));
	columns := m.key || m.carried;
	PERFORM _abc.check_matview_names(columns);
	target := format('%I.%I', home, m.name);
	FOR place IN SELECT p.name, p.text FROM (VALUES
		('{columns}', (SELECT string_agg(format('t.%I, ', c), '' ORDER BY i)
			FROM unnest(columns) WITH ORDINALITY AS u (c, i))),
		('{s.columns}', (SELECT string_agg(format('s.%I, ', c), '' ORDER BY i)
			FROM unnest(columns) WITH ORDINALITY AS u (c, i))),
		('{value}', quote_ident(m.value)), ('{scheme}', format('%L::@extschema@.abc_scheme', m.scheme)),
		('{partition}', coalesce((SELECT 'PARTITION BY ' || string_agg(format('s.%I', c), ', ')
			FROM unnest(m.partition_by) AS c), '')),
		('{partition_shown}', coalesce((SELECT 'PARTITION BY ' || string_agg(format('t.%I', c), ', ')
			FROM unnest(m.partition_by) AS c), '')),
		('{source}', _abc.from_source(m))) AS p (name, text)		-- the source comes last: nothing in it is a place
	LOOP
		query := replace(query, place.name, place.text);
	END LOOP;
	PERFORM set_config('search_path', m.source_path, true);
	EXECUTE format('CREATE MATERIALIZED VIEW %s AS %s', target, query);
	EXECUTE format('CREATE UNIQUE INDEX ON %s (%s)', target, (SELECT string_agg(quote_ident(k), ', ' ORDER BY i)
		FROM unnest(m.key) WITH ORDINALITY AS u (k, i)));
	RETURN target::regclass;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, says = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
		hint = PG_EXCEPTION_HINT;
	PERFORM _abc.rethrow(code, says, detail, hint);
END
$$;
COMMENT ON FUNCTION _abc.abc_create_matview(text, text, text, text, @extschema@.abc_scheme, text[], text[]) IS
'part of abc_create_matview';

CREATE FUNCTION _abc.check_matview_names(columns text[]) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	bad text := (SELECT c FROM unnest(columns) AS c WHERE c IN ('value', 'tier', 'tier_name', 'tier_rank',
		'value_share', 'cumulative_share', 'rank') LIMIT 1);
BEGIN
	IF bad IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'duplicate_column',
			MESSAGE = format('the column "%s" has the name of a column that the materialized view shows itself', bad),
			HINT = 'Give it another name in a query that is the source: SELECT ... AS other_name.';
	END IF;
END
$$;
COMMENT ON FUNCTION _abc.check_matview_names(text[]) IS 'part of abc_create_matview: names of columns';
