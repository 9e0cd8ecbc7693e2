#!/usr/bin/python3
"""Do something whenever a model was refreshed: examples/jobs/listen.py MODEL

Waits for NOTIFY abc_tier, which every refresh sends when it commits, and prints who moved since the
last one. The connection comes from PGHOST, PGDATABASE and the like. Needs psycopg 3 (Debian:
python3-psycopg). A CRM would do the same: remember the last number it has seen, and ask for more.
"""

import json
import sys

import psycopg
from psycopg import sql

model = sys.argv[1]
changes = sql.Identifier(*(model + "_changes").split("."))

with psycopg.connect("", autocommit=True) as connection:
    connection.execute("LISTEN abc_tier")
    # From here on nothing is missed: what came before is in the table, what comes later is notified.
    seen = connection.execute(sql.SQL("SELECT coalesce(max(number), 0) FROM {}").format(changes)).fetchone()[0]
    print(f"listening from number {seen}", flush=True)
    for notice in connection.notifies():
        news = json.loads(notice.payload)
        print(f"{news['model']}, run {news['run']}: {news['moved_up']} up, {news['moved_down']} down", flush=True)
        query = sql.SQL("SELECT * FROM {} WHERE number > %s ORDER BY number").format(changes)
        for change in connection.cursor(row_factory=psycopg.rows.dict_row).execute(query, [seen]):
            seen = change["number"]
            print(f"  {change['moved'] or 'lifecycle'}: {change['from_tier']} to {change['to_tier']}, {change['reason']}", flush=True)
