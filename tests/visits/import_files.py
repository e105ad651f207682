"""Invented files, and the steps of an import in short, for the tests of imports."""

import csv
import io

from django.core.files.base import ContentFile
from openpyxl import Workbook

from visits.actions import imports
from visits.models import Import

HEADER = ["Our reference", "Establishment", "Date of visit", "Type of visit", "Announced", "Summary"]


def csv_bytes(rows, header=HEADER, *, encoding="utf-8", separator=","):
    """Return a CSV file of ``rows``; bytes in a cell are put in as they are."""
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=separator).writerows([header, *rows])
    return file.getvalue().encode(encoding)


def xlsx_bytes(rows):
    """Return an XLSX file of ``rows``, the head among them."""
    book = Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def received(content, body, by, *, kind="visits", name="visits.csv", mechanism=None):
    """Upload ``content`` as ``by`` would; it is read at once."""
    mechanism = mechanism or body.mechanism
    batch = imports.receive_file(file=ContentFile(content), name=name, kind=kind, mechanism=mechanism, body=body, by=by)
    return Import.objects.get(pk=batch.pk)


def checked(batch, by, *, columns=None, fixed=None, terms=None, date_order="", hand_in=False):
    """Map the columns as guessed (or as told) and have the rows checked."""
    columns = batch.columns if columns is None else columns
    imports.map_columns(batch=batch, columns=columns, fixed=batch.fixed | (fixed or {}), by=by)
    imports.map_values(batch=batch, terms=terms or {}, date_order=date_order, hand_in=hand_in, by=by)
    return Import.objects.select_related("job").get(pk=batch.pk)


def stored(batch, by, *, only_good=False):
    """Have the checked rows stored."""
    imports.store_rows(batch=batch, only_good=only_good, by=by)
    return Import.objects.select_related("job").get(pk=batch.pk)


def problems_of(batch):
    """Return (row, column, reason) of everything that is wrong with the rows, as the file for download says it."""
    if not batch.problems:
        return []
    with batch.problems.open("rb") as file:
        found = list(csv.reader(io.StringIO(file.read().decode("utf-8-sig"), newline="")))[1:]
    return [(int(row), column, reason) for row, column, _value, reason in found]
