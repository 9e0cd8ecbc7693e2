"""LibreOffice, without a screen: a view exported as CSV, a workbook of pandas' kind, and the view itself through
LibreOffice's own driver for PostgreSQL.  What Calc makes of each is read by openpyxl."""

import csv
import datetime
import os
import subprocess
import time

import openpyxl
import psycopg2
import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.sheet.DataImportMode import SQL
from shapes import check, finish
from views import COLUMNS, VIEWS, kinds

dir = os.environ["SANDBOX"] + "/libreoffice"
os.makedirs(dir, exist_ok=True)
profile = f"-env:UserInstallation=file://{dir}/profile"


def psql(sql, file):
    with open(file, "w", encoding="utf-8") as out:
        subprocess.run(["psql", "-X", "--csv", "-c", sql], stdout=out, check=True)


def opened(file, *options):
    """The cells that Calc has after opening a file."""
    subprocess.run(["soffice", "--headless", profile, *options, "--convert-to", "xlsx", "--outdir", f"{dir}/opened", file],
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120, check=True)
    return list(openpyxl.load_workbook(f"{dir}/opened/{os.path.basename(file).rsplit('.', 1)[0]}.xlsx").active.iter_rows())


def compare(sheet, columns, rows, name):
    """Heads, number of rows, and that days are days, numbers numbers, text text."""
    check([c.value for c in sheet[0]], list(columns), f"{name}: heads")
    check(len(sheet) - 1, len(rows), f"{name}: rows")
    wanted = {"day": datetime.datetime, float: (int, float), str: str, bool: (bool, int, str)}
    wrong = [(head, cell.value, value) for cells, row in zip(sheet[1:], rows) for (head, kind), cell, value in zip(columns.items(), cells, row)
             if (value is None) != (cell.value is None) or value is not None and not isinstance(cell.value, wanted[kind])]
    check(wrong[:3], [], f"{name}: cells are of their kind")
    wrong = [(head, cell.value, value) for cells, row in zip(sheet[1:], rows) for (head, kind), cell, value in zip(columns.items(), cells, row)
             if kind == "day" and value is not None and str(cell.value)[:10] != str(value)[:10]]
    check(wrong[:3], [], f"{name}: days are the same days")


def property(name, value):
    p = PropertyValue()
    p.Name, p.Value = name, value
    return p


class Office:
    """A LibreOffice that listens on a pipe."""

    def __enter__(self):
        pipe = f"abc_tier_{os.getpid()}"
        self.process = subprocess.Popen(["soffice", "--headless", "--norestore", profile, f"--accept=pipe,name={pipe};urp;"],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        local = uno.getComponentContext()
        resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
        for attempt in range(120):
            try:
                self.context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
                return self
            except Exception:
                time.sleep(0.5)
        raise RuntimeError("LibreOffice does not start")

    def __exit__(self, *error):
        try:
            self.service("com.sun.star.frame.Desktop").terminate()
        except Exception:
            pass
        self.process.wait(30)

    def service(self, name):
        return self.context.ServiceManager.createInstanceWithContext(name, self.context)


def register(office):
    """A data source of the server, as Base makes one."""
    databases = office.service("com.sun.star.sdb.DatabaseContext")
    source = databases.createInstance()
    source.URL = "sdbc:postgresql:host={PGHOST} port={PGPORT} dbname={PGDATABASE}".format(**os.environ)
    source.User, source.Password = os.environ["PGUSER"], os.environ["PGPASSWORD"]
    source.DatabaseDocument.storeAsURL(f"file://{dir}/source.odb", ())
    databases.registerObject("tiers", source)


def imported(office, view, number):
    """The cells that Calc has after importing a query from the data source."""
    document = office.service("com.sun.star.frame.Desktop").loadComponentFromURL(
        "private:factory/scalc", "_blank", 0, (property("Hidden", True),))
    document.Sheets.getByIndex(0).getCellByPosition(0, 0).doImport((
        property("DatabaseName", "tiers"), property("SourceType", SQL), property("SourceObject", f'SELECT * FROM "{view}"'),
        property("IsNative", True)))
    file = f"{dir}/imported_{number}.xlsx"
    document.storeToURL(f"file://{file}", (property("FilterName", "Calc MS Excel 2007 XML"),))
    document.close(True)
    return list(openpyxl.load_workbook(file).active.iter_rows())


connection = psycopg2.connect("")
cursor = connection.cursor()
views = []
for view in VIEWS:
    cursor.execute(COLUMNS, [view])
    columns = kinds(cursor.fetchall())
    cursor.execute(f'SELECT * FROM "{view}"')
    views.append((view, columns, cursor.fetchall()))

for number, (view, columns, rows) in enumerate(views):
    file = f"{dir}/{number}.csv"
    psql(f'SELECT * FROM "{view}"', file)
    # comma, double quote, UTF-8, first line 1, every column by itself, language, quoted is text, special numbers are seen
    sheet = opened(file, "--infilter=Text - txt - csv (StarCalc):44,34,76,1,,2052,false,true")
    compare(sheet, columns, rows, f"LibreOffice, CSV of {view}")

with Office() as office:
    register(office)
    for number, (view, columns, rows) in enumerate(views):
        compare(imported(office, view, number), columns, rows, f"LibreOffice, import of {view}")
finish()
