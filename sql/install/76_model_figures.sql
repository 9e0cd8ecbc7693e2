--
-- Figures and texts for people: numbers, units, days, widths, XML
--

-- The language of a chart or page: the one asked for, else the model's.
CREATE FUNCTION _abc.language_of(m @extschema@.abc_model, language text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN _abc.known_language(coalesce(language, m.language));
END
$$;
COMMENT ON FUNCTION _abc.language_of(@extschema@.abc_model, text) IS 'the language of a chart or page';

-- A number with thousands separators and so many decimals; what is too long to read is written by powers of ten.
CREATE FUNCTION _abc.number_text(x numeric, decimals integer) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	digits text := abs(round(x, decimals))::text;
	whole text := split_part(digits, '.', 1);
BEGIN
	IF x IS NULL THEN
		RETURN '-';
	ELSIF abs(x) >= 1e15 THEN
		RETURN trim(to_char(x, '9.99EEEE'));
	END IF;
	RETURN concat(CASE WHEN round(x, decimals) < 0 THEN '-' END,
		regexp_replace(whole, '(\d)(?=(\d{3})+$)', '\1,', 'g'), substr(digits, length(whole) + 1));
END
$$;
COMMENT ON FUNCTION _abc.number_text(numeric, integer) IS 'a number for people; NULL is a dash';

CREATE FUNCTION _abc.share_text(language text, x numeric) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN CASE WHEN x IS NULL THEN '-' ELSE _abc.text(language, 'number.per cent', _abc.number_text(100 * x, 1)) END;
END
$$;
COMMENT ON FUNCTION _abc.share_text(text, numeric) IS 'a share of 0 to 1 in per cent';

-- How an amount changed: +3.2 %; NULL where there is nothing to compare with.
CREATE FUNCTION _abc.change_text(language text, now_ numeric, before numeric) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN CASE WHEN before > 0 AND now_ IS NOT NULL THEN
		concat(CASE WHEN now_ > before THEN '+' END, _abc.share_text(language, (now_ - before) / before)) END;
END
$$;
COMMENT ON FUNCTION _abc.change_text(text, numeric, numeric) IS 'a change in per cent, with its sign';

-- A number of things that came or went: +12, -3, 0.
CREATE FUNCTION _abc.signed_text(x numeric, decimals integer) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN CASE WHEN x IS NOT NULL THEN concat(CASE WHEN x > 0 THEN '+' END, _abc.number_text(x, decimals)) END;
END
$$;
COMMENT ON FUNCTION _abc.signed_text(numeric, integer) IS 'a difference, with its sign; NULL where there is none';

CREATE FUNCTION _abc.points_text(language text, difference numeric) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN CASE WHEN difference IS NOT NULL THEN
		_abc.text(language, 'number.points', _abc.signed_text(100 * difference, 1)) END;
END
$$;
COMMENT ON FUNCTION _abc.points_text(text, numeric) IS 'how a share changed, in percentage points';

-- The powers of ten that a language counts by: thousand, million, billion; or, in Chinese, ten thousand and its square.
CREATE FUNCTION _abc.powers(language text) RETURNS TABLE (factor numeric, code text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT v.column2, v.column3 FROM (VALUES
		('en'::text, 1::numeric, NULL::text), ('en', 1e3, 'number.thousand'), ('en', 1e6, 'number.million'),
		('en', 1e9, 'number.billion'),
		('zh', 1, NULL), ('zh', 1e4, 'number.wan'), ('zh', 1e8, 'number.yi')) AS v
	WHERE v.column1 OPERATOR(pg_catalog.=) language;
END;
COMMENT ON FUNCTION _abc.powers(text) IS 'the powers of ten that a language counts by';

-- The factor by which amounts of up to this size are divided, so that at most so many digits are left.
CREATE FUNCTION _abc.factor_of(language text, greatest_one numeric, digits integer) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN coalesce(
		(SELECT min(p.factor) FROM _abc.powers(language) AS p
			WHERE greatest_one / p.factor < power(10::numeric, digits)),
		(SELECT max(p.factor) FROM _abc.powers(language) AS p));
END
$$;
COMMENT ON FUNCTION _abc.factor_of(text, numeric, integer) IS 'by what amounts are divided to be read';

-- "thousand yuan"; NULL without factor and unit.
CREATE FUNCTION _abc.unit_text(language text, factor numeric, unit text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	power_code text := (SELECT p.code FROM _abc.powers(language) AS p WHERE p.factor = unit_text.factor);
BEGIN
	RETURN nullif(concat_ws(CASE WHEN language = 'zh' AND _abc.is_wide(left(unit, 1)) THEN '' ELSE ' ' END,
		CASE WHEN power_code IS NOT NULL THEN _abc.text(language, power_code) END, unit), '');
END
$$;
COMMENT ON FUNCTION _abc.unit_text(text, numeric, text) IS 'a unit with the power of ten before it';

-- What is measured: "revenue, thousand yuan".
CREATE FUNCTION _abc.measure_text(language text, what text, factor numeric, unit text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	unit_said text := _abc.unit_text(language, factor, unit);
BEGIN
	RETURN CASE WHEN unit_said IS NULL THEN what ELSE _abc.text(language, 'measure', what, unit_said) END;
END
$$;
COMMENT ON FUNCTION _abc.measure_text(text, text, numeric, text) IS 'what is measured, and in what';

-- One amount in a sentence, with its unit: "1.2 million yuan".
CREATE FUNCTION _abc.amount_text(language text, x numeric, unit text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	factor numeric := coalesce((
		SELECT max(p.factor) FROM _abc.powers(language) AS p
		WHERE p.factor <= abs(x) AND (language = 'zh' OR abs(x) >= 1e5)), 1);
BEGIN
	RETURN concat_ws(' ',
		_abc.number_text(x / factor,
			CASE WHEN factor > 1 THEN 1 WHEN x = round(x) OR abs(x) >= 1000 THEN 0 ELSE 2 END),
		_abc.unit_text(language, factor, unit));
END
$$;
COMMENT ON FUNCTION _abc.amount_text(text, numeric, text) IS 'an amount in a sentence';

CREATE FUNCTION _abc.day_text(language text, day date) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN to_char(day, _abc.text(language, 'day'));
END
$$;
COMMENT ON FUNCTION _abc.day_text(text, date) IS 'a day in a sentence';

CREATE FUNCTION _abc.interval_text(language text, span interval) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (
		SELECT string_agg(
			CASE u.n WHEN 1 THEN _abc.text(language, 'interval.' || u.code)
				ELSE _abc.text(language, format('interval.%ss', u.code), u.n::text) END,
			' ' ORDER BY u.i)
		FROM (VALUES (1, 'year', extract(year FROM span)), (2, 'month', extract(month FROM span)),
			(3, 'day', extract(day FROM span))) AS u (i, code, n)
		WHERE u.n <> 0);
END
$$;
COMMENT ON FUNCTION _abc.interval_text(text, interval) IS 'a length of time in years, months and days';

-- Characters as wide as they are high: Chinese, Japanese, Korean, full-width forms.
CREATE FUNCTION _abc.is_wide(character_ text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN CASE getdatabaseencoding() WHEN 'UTF8' THEN octet_length(character_) >= 3
			AND convert_to(character_, 'UTF8') NOT BETWEEN '\xe28080' AND '\xe288bf'	-- dashes, quotes, arrows
		ELSE octet_length(character_) > 1 END;
END
$$;
COMMENT ON FUNCTION _abc.is_wide(text) IS 'whether a character is as wide as it is high';

-- How wide a text is in a common sans-serif of this size: rather too much than too little.
CREATE FUNCTION _abc.text_width(x text, size numeric) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (
		SELECT coalesce(sum(CASE
			WHEN _abc.is_wide(c) THEN 1.0
			WHEN c ~ '[fiIjlrt.,:;|''!()\[\] ]' THEN 0.38
			WHEN c ~ '[mwMW%@]' THEN 0.92
			WHEN c ~ '[A-Z]' THEN 0.7
			ELSE 0.6 END), 0) * size
		FROM regexp_split_to_table(x, '') AS c WHERE c <> '');
END
$$;
COMMENT ON FUNCTION _abc.text_width(text, numeric) IS 'about how wide a text is drawn';

-- The text, or its beginning with an ellipsis where it would not fit.
CREATE FUNCTION _abc.fitted(x text, size numeric, width numeric) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	n integer := length(x);
BEGIN
	IF _abc.text_width(x, size) <= width THEN
		RETURN x;
	END IF;
	WHILE n > 0 AND _abc.text_width(left(x, n) || '...', size) > width LOOP
		n := n - 1;
	END LOOP;
	RETURN left(x, n) || '...';
END
$$;
COMMENT ON FUNCTION _abc.fitted(text, numeric, numeric) IS 'a text cut to a width';

-- XML and HTML text: escaped, without the control characters that XML does not know.
CREATE FUNCTION _abc.xml(x text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN replace(replace(replace(replace(regexp_replace(x, '[\x01-\x08\x0B\x0C\x0E-\x1F\uFFFE\uFFFF]', ' ', 'g'),
		'&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;');
END
$$;
COMMENT ON FUNCTION _abc.xml(text) IS 'a text for XML and HTML';

-- The same for texts with figures in them: a hyphen before a number is a minus.
CREATE FUNCTION _abc.xml_figures(x text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN CASE x WHEN '-' THEN '&#8211;'
		ELSE regexp_replace(_abc.xml(x), '(^|[^[:alnum:]])-(?=\d)', '\1&#8722;', 'g') END;
END
$$;
COMMENT ON FUNCTION _abc.xml_figures(text) IS 'a text with figures for XML and HTML';

-- The colour of a tier: from dark, the best, to light, the last; told apart without seeing colours, and in print.
CREATE FUNCTION _abc.colour(tier_rank integer, tiers integer) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	stops integer[] := '{{10,66,122},{46,125,196},{137,188,230},{211,218,226}}';
	place numeric := 3.0 * (tier_rank - 1) / greatest(tiers - 1, 1);
	i integer := least(floor(place), 2);
BEGIN
	RETURN (
		SELECT '#' || string_agg(
			lpad(to_hex(round(stops[i + 1][c] + (place - i) * (stops[i + 2][c] - stops[i + 1][c]))::integer), 2, '0'),
			'' ORDER BY c)
		FROM generate_series(1, 3) AS c);
END
$$;
COMMENT ON FUNCTION _abc.colour(integer, integer) IS 'the colour of a tier';
