"""psycopg 3: parameters are bound by the server, in text and in binary mode."""

import psycopg
from shapes import check, common, finish

with psycopg.connect("") as connection:

    def execute(sql, parameters, **how):
        cursor = connection.execute(sql, parameters or None, **how)
        return cursor.fetchall() if cursor.description else []

    common(execute, "%s", "psycopg 3")

    for relation, wanted in (("customers", 13), ("model", 13)):
        rows = execute(f"SELECT count(*) FROM {relation} WHERE tier = ANY(%s)", [["A", "C"]])
        check(rows[0][0], wanted, f"psycopg 3: ANY(list) on {relation}")

    rows = execute("SELECT tier FROM customers ORDER BY id LIMIT 1", [], binary=True)
    check(rows[0][0], b"A", "psycopg 3: binary mode moves the letter")
    rows = execute("SELECT tier FROM model ORDER BY id LIMIT 1", [], binary=True)
    check(rows[0][0], "A", "psycopg 3: binary mode on the view")

    connection.execute("CREATE TEMPORARY TABLE copied (id int, tier abc_tier)")
    with connection.cursor() as cursor:
        with cursor.copy("COPY (SELECT id, tier FROM customers) TO STDOUT (FORMAT binary)") as copy:
            data = b"".join(bytes(block) for block in copy)
        with cursor.copy("COPY copied FROM STDIN (FORMAT binary)") as copy:
            copy.write(data)
    rows = execute("SELECT count(*) FROM copied JOIN customers USING (id, tier)", [])
    check(rows[0][0], 20, "psycopg 3: binary COPY out and in")

    cursor = connection.execute("SELECT * FROM model LIMIT 0")
    own = [c.name for c in cursor.description if c.type_code >= 16384]
    check(own, [], "psycopg 3: the view has no type that a driver does not know")

    try:
        execute("INSERT INTO customers (id, name, tier) VALUES (101, 'x', %s)", ["gold"])
        check("no error", "an error", "psycopg 3: a wrong tier is refused")
    except psycopg.errors.InvalidTextRepresentation:
        check(True, True, "psycopg 3: a wrong tier is refused")
    connection.rollback()

finish()
