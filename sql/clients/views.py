"""The relations that people open in a spreadsheet, and what the server says of their columns."""

MODEL = "客户分级"
VIEWS = [MODEL] + [f"{MODEL}_{suffix}" for suffix in ("trend", "changes", "ranked", "history")] + ["客户abc"]

# What a spreadsheet knows: a type of PostgreSQL, and what its cells are.
KINDS = {"text": str, "boolean": bool, "date": "day", "timestamp without time zone": "day", "smallint": float,
         "integer": float, "bigint": float, "numeric": float, "double precision": float}
OWN = {"tier abc_tier": str}    # of a materialized view: a type that behaves like text

COLUMNS = """
    SELECT attname, format_type(atttypid, NULL) FROM pg_attribute
    WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum"""


def kinds(rows):
    """Names of columns with their kind; None: a type that a spreadsheet does not know."""
    return {name: OWN.get(f"{name} {type}") or KINDS.get(type) for name, type in rows}
