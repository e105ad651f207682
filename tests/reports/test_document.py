"""The report's HTML: the same for the same snapshot, every header cell marked, hostile words shown as typed."""

import re
from datetime import UTC, datetime

import pytest
from django.utils import translation
from lxml import html as parser

from reports.document import Imprint, compose
from reports.document.book import share
from reports.document.charts import bar_chart, column_chart
from tests.reports.conftest import ATTACHMENT, HOSTILE_BODY, IMAGE, SCRIPT, composed


@pytest.fixture
def page(content):
    return parser.document_fromstring(composed(content).html)


def test_same_snapshot_gives_the_same_text(content):
    assert composed(content).html == composed(content).html


def test_who_watches_the_report_being_made_keeps_their_own_language(content):
    imprint = Imprint(1, "nl", datetime(2025, 5, 1, 12, tzinfo=UTC), "0" * 64)

    with translation.override("en-gb"):
        languages = {translation.get_language() for _step in compose(content, imprint)}

    assert languages == {"en-gb"}


def test_every_chapter_is_in_the_contents_and_every_link_has_its_target_and_title(page):
    links = page.xpath("//section[@class='contents']//a")

    assert len(links) == len(page.xpath("//section[starts-with(@class, 'chapter')]")) == 12
    for link in links:
        assert page.get_element_by_id(link.get("href").removeprefix("#")) is not None
        assert link.get("title")


def test_every_header_cell_says_what_it_heads(page):
    cells = page.xpath("//th")

    assert cells
    assert {cell.get("scope") for cell in cells} <= {"col", "row", "rowgroup", "colgroup"}
    for table in page.xpath("//table"):
        assert table.xpath("caption")
        assert table.xpath("thead//th[@scope='col']")
        # A first cell that is not a header would be a row nobody can name; the matrix spans rows instead.
        if "coverage" not in table.get("class", ""):
            assert not table.xpath("tbody/tr/*[1][self::td][not(@colspan)]")


def test_headings_skip_no_level_and_ids_are_unique(page):
    levels = [int(heading.tag[1]) for heading in page.xpath("//h1|//h2|//h3|//h4")]
    ids = page.xpath("//@id")

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))
    assert len(ids) == len(set(ids))


def test_every_chart_has_a_title_a_description_and_a_table(content):
    text = composed(content).html

    for chart in re.findall(r"<svg.*?</svg>", text, re.S):
        assert re.search(r"<title[^>]*>[^<]+</title>", chart)
        assert re.search(r"<desc[^>]*>[^<]+</desc>", chart)
        assert "style=" not in chart
    assert text.count("<svg") == 4


@pytest.mark.parametrize("words", [SCRIPT, IMAGE, ATTACHMENT, HOSTILE_BODY])
def test_hostile_names_are_words_and_nothing_else(page, words):
    assert words in page.text_content()
    assert not page.xpath("//script|//img|//iframe|//object|//a[@rel]|//body//link|//*[@onerror]|//*[@style]")


def test_joint_visits_are_explained_where_they_are_counted(page):
    words = " ".join(page.text_content().split())

    assert "A joint visit counts once for the NPM and once for each body that took part." in words
    assert "The bodies’ visits add up to 6; the NPM made 5." in words


def test_not_recorded_is_said_and_not_printed_as_nought(page):
    table = page.get_element_by_id("table-interview-funnel")
    rows = {row.find("th").text: [cell.text for cell in row.findall("td")] for row in table.xpath("tbody/tr")}

    assert rows["Observed only"] == ["not recorded", "0", "0%"]
    assert rows["Declined"] == ["0", "1", "20%"]


def triggers(content):
    """Return the rows of the table of what gave rise to the visits, by their headers, in its order."""
    (table,) = (table for table in composed(content).tables if table.key == "visits-by-trigger")
    return {row.header: row.values for row in table.rows}


def test_what_gave_rise_to_a_visit_is_said_last_as_not_recorded_and_the_shares_close(content):
    content["visits"]["by_trigger"] = {"": 2, "incident": 1, "programme": 1}

    rows = triggers(content)

    assert list(rows)[-2:] == ["Not recorded", "All visits"]
    assert rows["Not recorded"] == (2, "50%")
    assert (rows["Programme"], rows["Request"], rows["All visits"]) == ((1, "25%"), (0, "0%"), (4, "100%"))


def test_figures_frozen_when_something_was_always_recorded_are_read_as_they_were(content):
    content["visits"]["by_trigger"] = {"programme": 5}

    rows = triggers(content)

    assert "Not recorded" not in rows
    assert rows["Programme"] == rows["All visits"] == (5, "100%")


def test_sum_that_does_not_close_is_said(page):
    assert "The sum does not close in 1 of these visits" in " ".join(page.text_content().split())


def test_waiting_and_restricted_visits_are_mentioned_and_their_places_are_not(page):
    words = " ".join(page.text_content().split())

    assert "Visits submitted and not yet approved when the figures were frozen, and so not counted: 1." in words
    assert "Restricted visits: 1." in words
    assert "Hidden House" not in words


def test_invented_data_say_so_on_the_cover_and_in_the_method(content):
    sentence = "Demonstration: the visits and places in this report are invented."
    real = content | {"visits": content["visits"] | {"totals": content["visits"]["totals"] | {"invented": 0}}}

    assert composed(content).html.count(sentence) == 2
    assert "Demonstration" not in composed(real).html


def test_dutch_report_is_marked_as_dutch_and_has_the_same_tables(content):
    english, dutch = composed(content), composed(content, language="nl")

    assert '<html lang="nl">' in dutch.html
    assert "Nationaal Preventiemechanisme van Examplia" in dutch.html
    assert [table.key for table in dutch.tables] == [table.key for table in english.tables]


def test_tables_travel_as_csv_that_starts_no_formula(content):
    content["places"]["listed"][0]["name"] = '=HYPERLINK("file:///etc/passwd")'

    tables = {table.key: table.as_csv() for table in composed(content).tables}

    assert any("'=HYPERLINK" in text for text in tables.values())
    assert "Alpha Inspectorate,3,0,3,1,2" in tables["visits-by-body"]


def test_long_list_is_cut_into_tables_of_five_hundred(content):
    place = content["places"]["listed"][0]
    content["places"]["listed"] = [place | {"name": f"Place {n}"} for n in range(1201)]

    tables = [table for table in composed(content).tables if table.key.startswith("places-")]

    assert [len(table.rows) for table in tables] == [500, 500, 201]


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [(0, 0, "–"), (0, 5, "0%"), (1, 1000, "<1%"), (999, 1000, ">99%"), (5, 5, "100%"), (1, 8, "13%"), (3, 8, "38%")],
)
def test_share(part, whole, expected):
    assert share(part, whole) == expected


def test_charts_of_nothing_are_drawn_without_falling_over():
    assert bar_chart("x", "x", "x", []).bars == ()
    assert column_chart("x", "x", "x", ["a"], [("Apr", [0])]).columns[0].pieces == ()


def test_highest_column_fits_under_the_ceiling():
    chart = column_chart("x", "x", "x", ["a", "b"], [("Apr", [140, 31]), ("May", [1, 0])])

    assert max(line.label for line in chart.lines) >= 171
    assert min(column.top for column in chart.columns) > 0


def test_share_of_access_problems_leaves_out_attempts_of_which_access_is_not_recorded(page):
    figures = {p[1].text: p[0].text for p in page.xpath("//*[@class='figures']/p")}

    assert figures["of attempts with access recorded met a problem"] == "75%"
