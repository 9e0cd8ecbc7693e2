"""psycopg2: parameters become literals in the text of the query."""

import psycopg2
from shapes import check, common, finish

connection = psycopg2.connect("")


def execute(sql, parameters):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters or None)
        return cursor.fetchall() if cursor.description else []


common(execute, "%s", "psycopg2")
for relation in ("customers", "model"):
    rows = execute(f"SELECT count(*) FROM {relation} WHERE tier = ANY(%s)", [["A", "C"]])
    check(rows[0][0], 13, f"psycopg2: ANY(list) on {relation}")
connection.close()
finish()
