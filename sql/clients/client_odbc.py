"""ODBC, through pyodbc and PostgreSQL's driver: what Excel, Power BI and Tableau use."""

import os

import pyodbc
from shapes import check, common, finish

# PostgreSQL's ODBC driver does not read PGHOST and the others by itself.
connection = pyodbc.connect(
    "DRIVER={PostgreSQL Unicode};SERVER=%s;PORT=%s;DATABASE=%s;UID=%s;PWD=%s"
    % tuple(os.environ[name] for name in ("PGHOST", "PGPORT", "PGDATABASE", "PGUSER", "PGPASSWORD"))
)


def execute(sql, parameters):
    cursor = connection.cursor()
    cursor.execute(sql, *parameters)
    return cursor.fetchall() if cursor.description else []


common(execute, "?", "ODBC")

cursor = connection.cursor()
columns = {c.column_name: (c.type_name, c.remarks) for c in cursor.columns(table="model", schema="shop")}
check(
    [columns[name][0] for name in ("id", "tier", "tier_rank", "value", "value_share", "tier_since", "as_of")],
    ["int8", "text", "int2", "numeric", "float8", "date", "date"],
    "ODBC: types of the view's columns",
)
tables = [t.table_name for t in cursor.tables(schema="shop", tableType="VIEW")]
check("model" in tables, True, "ODBC: the view is in the list of views")
connection.close()
finish()
