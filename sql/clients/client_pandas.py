"""pandas over SQLAlchemy, and what its to_excel writes, read back by openpyxl."""

import datetime
import math
import os

import openpyxl
import pandas
import sqlalchemy
from shapes import check, finish
from views import COLUMNS, VIEWS, kinds

engine = sqlalchemy.create_engine("postgresql+psycopg2://")        # the rest is in PGHOST and the others


def same(cell, value):
    """A cell of the sheet is the value that the server has: numbers to the precision of a spreadsheet."""
    if value is None or isinstance(value, float) and math.isnan(value):
        return cell is None
    if isinstance(value, datetime.date):
        return isinstance(cell, datetime.datetime) and cell == datetime.datetime.combine(value, datetime.time.min) \
            if not isinstance(value, datetime.datetime) else cell == value
    if isinstance(value, (str, bool)):
        return cell == value
    return isinstance(cell, (int, float)) and math.isclose(cell, float(value), rel_tol=1e-14)


with engine.connect() as connection:
    for view in VIEWS:
        columns = kinds(connection.exec_driver_sql(COLUMNS, (view,)).fetchall())
        check([n for n, kind in columns.items() if kind is None], [], f"pandas: plain types in {view}")
        rows = connection.exec_driver_sql(f'SELECT * FROM "{view}"').fetchall()
        frame = pandas.read_sql_query(f'SELECT * FROM "{view}"', connection)
        check((len(frame) > 0, list(frame.columns)), (True, list(columns)), f"pandas: reads {view}")
        zones = [n for n, t in frame.dtypes.items() if getattr(t, "tz", None) is not None]
        check(zones, [], f"pandas: no time zones in {view}")

        file = os.path.join(os.environ["SANDBOX"], f"pandas_{VIEWS.index(view)}.xlsx")
        frame.to_excel(file, index=False)
        sheet = list(openpyxl.load_workbook(file).active.iter_rows())
        check([c.value for c in sheet[0]], list(columns), f"openpyxl: heads of {view}")
        wrong = [(name, cell.value, value) for row, cells in zip(rows, sheet[1:])
                 for name, cell, value in zip(columns, cells, row) if not same(cell.value, value)]
        check((len(sheet) - 1, wrong[:3]), (len(rows), []), f"openpyxl: cells of {view}")
        not_dates = [(name, cell.number_format) for cells in sheet[1:] for name, cell in zip(columns, cells)
                     if columns[name] == "day" and cell.value is not None and not cell.is_date]
        check(not_dates[:3], [], f"openpyxl: dates of {view} are dates")

engine.dispose()
finish()
