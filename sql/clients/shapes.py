"""What the Python drivers have in common: one line of TAP a test, and the queries."""

import sys

failed = False

# Tiers of the two relations of setup.sql: a table with a column abc_tier, a view with a column text.
COUNTS = {"customers": (10, 7, 3), "model": (3, 7, 10)}


def check(got, wanted, name):
    global failed
    if got == wanted:
        print(f"ok - {name}")
    else:
        failed = True
        print(f"not ok - {name}: {got!r} instead of {wanted!r}")


def finish():
    sys.exit(1 if failed else 0)


def filters(relation, mark):
    """Conditions on the column tier, each with its parameters and the number of rows it finds."""
    a, b, c = COUNTS[relation]
    return [
        ("= parameter", f"tier = {mark}", ["A"], a),
        ("<> parameter", f"tier <> {mark}", ["A"], b + c),
        ("range", f"tier >= {mark} AND tier < {mark}", ["B", "C"], b),
        ("BETWEEN", f"tier BETWEEN {mark} AND {mark}", ["A", "B"], a + b),
        ("IN", f"tier IN ({mark}, {mark})", ["A", "C"], a + c),
        ("LIKE", f"tier LIKE {mark}", ["A%"], a),
    ]


def common(execute, mark, prefix):
    """The tests that every driver of Python's DB-API takes. execute(sql, parameters) gives rows."""
    for relation in COUNTS:
        for name, condition, parameters, wanted in filters(relation, mark):
            rows = execute(f"SELECT count(*) FROM {relation} WHERE {condition}", parameters)
            check(rows[0][0], wanted, f"{prefix}: {name} on {relation}")
    rows = execute("SELECT tier, count(*) FROM customers GROUP BY tier ORDER BY tier", [])
    check([tuple(r) for r in rows], [("A", 10), ("B", 7), ("C", 3)], f"{prefix}: tiers arrive as text, best first")
    rows = execute(
        f"SELECT tier FROM (SELECT id, abc_classify(revenue, {mark}) OVER () AS tier FROM customers) AS t WHERE id = 4",
        ["count 15/50"],
    )
    check(rows[0][0], "B", f"{prefix}: a scheme is bound as text")
    rows = execute(f"SELECT name, tier_name FROM model WHERE tier_name = {mark} ORDER BY id", ["铂金"])
    check(len(rows), 3, f"{prefix}: names of tiers beyond ASCII")
    execute(f"INSERT INTO customers (id, name, tier) VALUES ({mark}, {mark}, {mark})", [100, "new", "B"])
    execute(f"UPDATE customers SET tier = {mark} WHERE id = 100", ["C"])
    rows = execute("DELETE FROM customers WHERE id = 100 RETURNING tier", [])
    check([tuple(r) for r in rows], [("C",)], f"{prefix}: insert, update, delete")
