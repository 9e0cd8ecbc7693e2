--
-- The catalogue of texts, in English and in Chinese
--
-- What people read comes from here: names of codes, reasons, topics, comments of columns, the page.  Views and
-- generated statements take the texts in as literals (_abc.text, _abc.names_sql): nothing is looked up per row.
--

CREATE FUNCTION _abc.texts() RETURNS TABLE (code text, en text, zh text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT c.code, c.en, c.zh FROM _abc.texts_of_codes() AS c
	UNION ALL SELECT c.code, c.en, c.zh FROM _abc.texts_of_columns() AS c
	UNION ALL SELECT p.code, p.en, p.zh FROM _abc.texts_of_page() AS p;
END;
COMMENT ON FUNCTION _abc.texts() IS 'all texts, in every language that there is';

-- A language that there is, and that the database can hold.
CREATE FUNCTION _abc.known_language(language text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF language IS NULL OR language NOT IN ('en', 'zh') THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('unknown language "%s"', coalesce(language, 'NULL')),
			HINT = 'It is en (English) or zh (Chinese).';
	ELSIF language = 'zh' AND getdatabaseencoding() NOT IN ('UTF8', 'EUC_CN') THEN
		RAISE EXCEPTION USING ERRCODE = 'feature_not_supported',
			MESSAGE = format('this database cannot hold Chinese texts: its encoding is %s', getdatabaseencoding()),
			HINT = 'Make one with createdb --encoding UTF8 --locale C.UTF-8 --template template0 NAME.';
	END IF;
	RETURN language;
END
$$;
COMMENT ON FUNCTION _abc.known_language(text) IS 'the language itself, or an error where there are no texts in it';

CREATE FUNCTION _abc.text(language text, code text, VARIADIC args text[] DEFAULT '{}') RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	template text;
BEGIN
	-- make writes what is not ASCII as \XXXX, so that the script can be read in every encoding of a database
	SELECT CASE language WHEN 'zh' THEN unistr(t.zh) ELSE t.en END INTO template
	FROM _abc.texts() AS t WHERE t.code = "text".code;
	IF template IS NULL THEN
		RAISE EXCEPTION 'abc_tier has no text "%"', code;
	END IF;
	RETURN format(template, VARIADIC args);
END
$$;
COMMENT ON FUNCTION _abc.text(text, text, text[]) IS
'a text in a language (''zh'': Chinese, else English), with its arguments filled in; an unknown code is an error';

-- _abc.names_sql('zh', 'lifecycle', 's.lifecycle') is CASE s.lifecycle WHEN 'new' THEN '...' ... END.
CREATE FUNCTION _abc.names_sql(language text, topic text, expression text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT concat('CASE ', expression, string_agg(format(' WHEN %L THEN %L',
			substr(t.code, length(topic) + 2), _abc.text(language, t.code)), '' ORDER BY t.code COLLATE "C"), ' END')
		FROM _abc.texts() AS t WHERE starts_with(t.code, topic || '.'));
END
$$;
COMMENT ON FUNCTION _abc.names_sql(text, text, text) IS
'SQL that turns a code (of lifecycle, moved, decided_by, cause) into its name in a language; NULL stays NULL';
