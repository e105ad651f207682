"""Files as members’ systems write them: encodings, separators, heads, spreadsheets, and what must not be opened."""

import io
import zipfile
from datetime import date, datetime, time, timedelta

import pytest
from openpyxl import Workbook

from tests.visits.import_files import xlsx_bytes
from visits.importing import guessing, reading
from visits.importing.outcomes import Outcome
from visits.importing.previews import Preview
from visits.importing.reading import Unreadable, heading_of
from visits.importing.values import Wrong, clean, clock, could_be_both, day, number, order_of
from visits.models import Import

TEXT = "Ort,Datum\nBüren,2024-05-14\n"


def read(content, tmp_path, kind="visits"):
    source, target = tmp_path / "source", tmp_path / "rows.csv"
    source.write_bytes(content)
    sheet = reading.read(source, target, lambda heading: guessing.knows(kind, heading))
    return sheet, list(reading.rows_in(target))


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        TEXT.encode("cp1252"),
        TEXT.replace(",", ";").encode(),
        TEXT.replace(",", "\t").encode("utf-16"),
        TEXT.replace(",", "|").encode(),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r").encode(),
    ],
    ids=["utf-8", "mark", "utf-16", "le", "be", "cp1252", "semicolons", "tabs", "bars", "crlf", "cr"],
)
def test_the_same_table_is_read_however_it_is_written(content, tmp_path):
    sheet, rows = read(content, tmp_path)

    assert sheet.header == ["Ort", "Datum"]
    assert [(row.number, row.cells) for row in rows] == [(2, ["Büren", "2024-05-14"])]


def test_the_line_in_which_excel_names_the_separator_is_no_row(tmp_path):
    sheet, rows = read(b"sep=;\r\nplace;date\r\nNowhere, far;2024-05-14\r\n", tmp_path)

    assert sheet.header == ["place", "date"]
    assert (rows[0].number, rows[0].cells) == (3, ["Nowhere, far", "2024-05-14"])


def test_bytes_of_another_encoding_are_found_in_their_cell(tmp_path):
    lines = ["place,summary"] + ["Büren,é"] * 5
    content = "\n".join(lines).encode() + b"\nB\xfcren,quiet\n"

    _sheet, rows = read(content, tmp_path)

    assert rows[0].cells == ["Büren", "é"]
    with pytest.raises(Wrong, match="another encoding"):
        clean(rows[-1].cells[0])


def test_titles_above_the_head_and_empty_rows_are_left_out(tmp_path):
    content = b"Visits of the year,,\n,,\nPlace,Date,Kind\nA,2024-01-01,x\n,,\nB,2024-01-02,y\n,,\n ,\t,\n"

    sheet, rows = read(content, tmp_path)

    assert (sheet.header, sheet.head_row, sheet.rows) == (["Place", "Date", "Kind"], 3, 2)
    assert [row.number for row in rows] == [4, 6]


def test_merged_heads_are_put_together():
    above = ["Place", "Date", "People held", "", "Access", ""]
    head = ["", "", "Men", "Women", "Men", ""]

    assert heading_of([above, head]) == ["Place", "Date", "People held Men", "Women", "Access Men", "Column F"][:5]


def test_a_spreadsheet_gives_days_times_and_numbers_as_text(tmp_path):
    row = [
        "A",
        date(2024, 5, 14),
        datetime(2024, 5, 14, 9, 30),
        time(9, 30),
        timedelta(hours=16),
        12.0,
        1.5,
        True,
        None,
    ]
    head = ["Place", "Date", "b", "c", "d", "e", "f", "g", "h"]

    _sheet, rows = read(xlsx_bytes([["Title"], head, row, [None] * 9, ["B"]]), tmp_path)

    assert rows[0].cells == ["A", "2024-05-14", "2024-05-14 09:30", "09:30", "16:00", "12", "1.5", "yes", ""]
    assert (rows[1].number, rows[1].cells) == (5, ["B"] + [""] * 8)


def test_merged_cells_and_formulas_of_a_spreadsheet_are_text(tmp_path):
    book = Workbook()
    book.active.append(["Place", "Date", None])
    book.active.merge_cells("B1:C1")
    book.active.append(["A", "=TODAY()", "x"])
    file = io.BytesIO()
    book.save(file)

    sheet, rows = read(file.getvalue(), tmp_path)

    assert sheet.header[:2] == ["Place", "Date"]
    with pytest.raises(Wrong, match="formula"):
        clean(rows[0].cells[1])


def changed_book(name, content):
    """Return a workbook in which the part ``name`` holds ``content``."""
    source, target = io.BytesIO(xlsx_bytes([["Place", "Date"], ["A", "2024-05-14"]])), io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            if entry != name:
                new.writestr(entry, old.read(entry))
        new.writestr(name, content)
    return target.getvalue()


LAUGHS = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;">]><worksheet>&b;</worksheet>'
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet>&a;</worksheet>'


@pytest.mark.parametrize(
    "content",
    [
        changed_book("xl/worksheets/sheet1.xml", b" " * 6_000_000),
        changed_book("xl/worksheets/sheet1.xml", LAUGHS),
        changed_book("xl/worksheets/sheet1.xml", OUTSIDE),
        changed_book("xl/workbook.xml", LAUGHS),
        changed_book("xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row"),
        changed_book("xl/vbaProject.bin", b"macro"),
        changed_book("../escape.xml", b"x"),
        b"PK\x03\x04",
        b"",
        b"\n\n,,\n",
        b"only,a,head\n",
        b"\x00\x01\x02\x03" * 100,
    ],
    ids=[
        "bomb",
        "laughs",
        "outside",
        "workbook",
        "broken",
        "macro",
        "path",
        "stub",
        "empty",
        "blank",
        "head",
        "binary",
    ],
)
def test_what_is_no_table_or_means_harm_is_refused_with_a_sentence(content, tmp_path):
    with pytest.raises(Unreadable) as refusal:
        read(content, tmp_path)

    assert str(refusal.value).endswith(".")


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("2024-05-14", "", date(2024, 5, 14)),
        ("2024/5/4", "", date(2024, 5, 4)),
        ("2024-05-14T10:30", "", date(2024, 5, 14)),
        ("14/05/2024", "dmy", date(2024, 5, 14)),
        ("05/14/2024", "mdy", date(2024, 5, 14)),
        ("3.4.24", "dmy", date(2024, 4, 3)),
        ("3-4-2024", "mdy", date(2024, 3, 4)),
        ("14 May 2024", "dmy", date(2024, 5, 14)),
        ("Tuesday 14th May 2024", "dmy", date(2024, 5, 14)),
        ("14 mei 2024", "dmy", date(2024, 5, 14)),
        ("May 14, 2024", "dmy", date(2024, 5, 14)),
        ("14-mrt-24", "dmy", date(2024, 3, 14)),
        ("45426", "dmy", date(2024, 5, 14)),
        ("45426.5", "dmy", date(2024, 5, 14)),
    ],
)
def test_days_are_read_as_they_are_written(text, order, expected):
    assert day(text, order) == expected


@pytest.mark.parametrize("text", ["31/02/2024", "2024-13-01", "14/05", "yesterday", "14 Foo 2024", "123456", "0"])
def test_what_is_no_day_is_refused(text):
    with pytest.raises(Wrong):
        day(text, "dmy")


def test_the_order_of_day_and_month_is_found_out_where_it_shows():
    assert [order_of(text) for text in ("14/05/2024", "05/14/2024", "03/04/2024", "2024-05-14")] == [
        "dmy",
        "mdy",
        "",
        "",
    ]
    assert [could_be_both(text) for text in ("03/04/2024", "14/05/2024", "2024-03-04")] == [True, False, False]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("14:30", time(14, 30)),
        ("9.05", time(9, 5)),
        ("0930", time(9, 30)),
        ("2:30 pm", time(14, 30)),
        ("12:15am", time(0, 15)),
    ]
    + [("0.604166667", time(14, 30)), ("16:00:00", time(16)), ("n/a", None)],
)
def test_times_are_read_as_they_are_written(text, expected):
    assert clock(text) == expected


def test_time_that_can_be_read_in_two_ways_is_asked_for_again():
    with pytest.raises(Wrong, match="0:30 or a part of the day, 07:12"):
        clock("0.30")


@pytest.mark.parametrize("text", ["25:99", "half two", "13:00 pm", "1"])
def test_what_is_no_time_is_refused(text):
    with pytest.raises(Wrong):
        clock(text)


def test_what_was_not_recorded_is_never_nought():
    assert number("n/a", 10) is None
    assert number("0", 10) == 0
    assert number("7.0", 10) == 7
    for text in ("1,5", "-1", "11", "some"):
        with pytest.raises(Wrong):
            number(text, 10)


def test_texts_that_were_defused_come_back_as_they_were():
    assert clean("'=SUM(A1)") == "=SUM(A1)"
    assert clean("'quoted'") == "'quoted'"
    assert clean("- no access to wing B") == "- no access to wing B"
    for text in ("=1+1", "#REF!", "a\x00b", "a\ufffdb"):
        with pytest.raises(Wrong):
            clean(text)


@pytest.mark.parametrize(
    ("name", "value", "printed"),
    [("time_in", time(9, 30), "09:30"), ("summary", "Two lines\nof text.", "Two lines of text.")],
)
def test_preview_prints_a_value_as_it_is_read(name, value, printed):
    preview = Preview(Import(kind="visits"))

    preview.add(Outcome(4, [], {name: value}))

    assert preview.shown()["rows"][0]["values"] == [[name, printed]]


@pytest.mark.parametrize(
    ("heading", "field"), [("Onze ref", "reference"), ("Day", "starts_on"), ("Aantal gesproken", "people_seen")]
)
def test_a_column_is_guessed_by_a_word_of_daily_use(heading, field):
    assert guessing.guess("visits", [heading], {}) == {"0": field}
