#!/usr/bin/python3
"""Tell a CRM or a chat robot who moved: examples/jobs/webhook.py MODEL URL [--state FILE] [--chat]

Reads MODEL_changes above the last number it has sent, posts the rows as JSON to URL, and writes the number
to FILE (default: MODEL.sent) once the other side has answered 2xx. So nothing is lost, and after a failure
the same rows are sent once more: the number tells who receives them. What was taken back, because a day was
run again or undone, comes as a row of its own (moved: "taken back", takes_back: the number).

With --chat it posts {"msgtype": "text", "text": {"content": ...}}, a line per mover, which the robots of
WeCom and DingTalk take. Run it from cron after the refresh, or whenever listen.py hears of one. The
connection comes from PGHOST, PGDATABASE and the like. Needs psycopg 3 (Debian: python3-psycopg).
"""

import argparse
import json
import os
import pathlib
import urllib.request

import psycopg
from psycopg import sql

ROWS = 200		# in one request


def changes_after(connection, model, number):
	"""The next rows of MODEL_changes, as dictionaries, in the order of their numbers."""
	query = sql.SQL("SELECT * FROM {} WHERE number > %s ORDER BY number LIMIT %s").format(
		sql.Identifier(*(model + "_changes").split(".")))
	return connection.cursor(row_factory=psycopg.rows.dict_row).execute(query, [number, ROWS]).fetchall()


def line(change):
	"""A mover in a line: the key and what belongs to it, from, to, why."""
	names = list(change)
	who = [str(v) for n, v in change.items() if names.index("number") < names.index(n) < names.index("moved") and v is not None]
	return f"{' '.join(who)}: {change['moved_name']}, {change['from_name']} -> {change['to_name']} ({change['reason']})"


def payload(model, changes, chat):
	if not chat:
		return {"model": model, "changes": changes}
	return {"msgtype": "text", "text": {"content": "\n".join(line(c) for c in changes if c["moved"])}}


def post(url, data):
	"""Raises an error unless the answer is 2xx."""
	body = json.dumps(data, default=str, ensure_ascii=False).encode()
	request = urllib.request.Request(url, data=body, headers={"Content-Type": "application/json; charset=utf-8"})
	urllib.request.urlopen(request, timeout=30).close()


def remember(state, number):
	"""Written beside and renamed: the file is never half there."""
	beside = state.with_name(state.name + ".new")
	beside.write_text(f"{number}\n")
	os.replace(beside, state)


def main():
	parser = argparse.ArgumentParser(description="post the movers of a model to a URL")
	parser.add_argument("model")
	parser.add_argument("url")
	parser.add_argument("--state", type=pathlib.Path)
	parser.add_argument("--chat", action="store_true")
	wanted = parser.parse_args()
	state = wanted.state or pathlib.Path(wanted.model + ".sent")
	sent = int(state.read_text()) if state.exists() else 0

	with psycopg.connect("", autocommit=True) as connection:
		while changes := changes_after(connection, wanted.model, sent):
			if not wanted.chat or any(c["moved"] for c in changes):
				post(wanted.url, payload(wanted.model, changes, wanted.chat))
			sent = changes[-1]["number"]
			remember(state, sent)
			print(f"{len(changes)} changes up to number {sent}", flush=True)


if __name__ == "__main__":
	main()
