import csv
import io
from datetime import date

import pytest

from npmportal.csv_files import cell, csv_response, lines


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, ""),
        (True, "yes"),
        (False, "no"),
        (0, 0),
        (-3, -3),
        (date(2014, 1, 1), "2014-01-01"),
        ("plain", "plain"),
        ("=1+1", "'=1+1"),
        ("  =1+1", "'  =1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-3", "'-3"),
        ("\tx", "'\tx"),
        ("＝1", "'＝1"),
        ("a\x00b\x0bc", "abc"),
        ("\x00=1", "'=1"),
        ("two\nlines", "two\nlines"),
    ],
)
def test_cell(value, written):
    assert cell(value) == written


def test_lines_read_back_as_written():
    text = "".join(lines(["name", "note"], [["Ann; “quoted”", 'say "x",\nthen y'], ["é", None]]))

    assert text.startswith("\ufeffname,note\r\n")
    assert list(csv.reader(io.StringIO(text.removeprefix("\ufeff")))) == [
        ["name", "note"],
        ["Ann; “quoted”", 'say "x",\nthen y'],
        ["é", ""],
    ]


def test_csv_response_is_a_download():
    response = csv_response("list.csv", ["a"], [[1]])

    assert b"".join(response.streaming_content) == "\ufeffa\r\n1\r\n".encode()
    assert response["Content-Disposition"] == 'attachment; filename="list.csv"'
