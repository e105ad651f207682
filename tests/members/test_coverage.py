import csv
import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from django.utils.translation import override

from members.coverage import Matrix, build_matrix
from members.coverage.matrix import Part
from members.coverage.words import in_words
from members.models import CoverageGap, ExpectedLayer, RemitBody
from members.models.bilingual import Words
from tests.factories import BodyFactory, RemitFactory, SettingFactory, SourceFactory

BROCHURE = list(csv.DictReader(Path(__file__).with_name("brochure.csv").read_text(encoding="utf-8").splitlines()))
ON = date(2014, 1, 1)


def as_rows(matrix):
    """Return the remits of ``matrix`` in the columns of brochure.csv, without the row numbers."""
    names = {column.slug: column.name.en for column in matrix.columns}
    return [
        (
            setting.name.en,
            "; ".join(names[slug] for slug in entry.jurisdictions),
            entry.layer,
            "; ".join(part.abbreviation for part in entry.parts),
            " ".join(part.relation for part in entry.parts),
            "; ".join(f"{part.abbreviation} {part.scope.en}" for part in entry.parts if part.scope),
            entry.confidence,
            entry.text,
        )
        for setting, entry in matrix.entries
    ]


def cell_of(matrix, setting, layer, jurisdiction):
    rows = next(s.rows for s in matrix.settings if s.slug == setting)
    return next(c for r in rows if r.layer == layer for c in r.cells if jurisdiction in c.jurisdictions)


def text_of(matrix, setting, layer, jurisdiction):
    return "; ".join(entry.text for entry in cell_of(matrix, setting, layer, jurisdiction).entries)


def test_matrix_of_2014_holds_the_36_rows_of_the_brochure(uk):
    columns = ("setting", "jurisdictions", "layer", "members", "relations", "scope", "confidence", "in_words")
    expected = Counter(tuple(row[column] for column in columns) for row in BROCHURE)

    found = Counter(as_rows(build_matrix(uk, ON)))

    assert len(BROCHURE) == 36
    assert found == expected


def test_matrix_of_2023_has_the_new_names_and_hmip_gone_from_police_custody(uk):
    before, after = build_matrix(uk, date(2022, 6, 30)), build_matrix(uk, date(2023, 1, 1))

    assert text_of(before, "police-custody", "inspection", "england") == "HMICFRS and HMIP"
    assert text_of(after, "police-custody", "inspection", "england") == "HMICFRS with CQC"
    assert text_of(after, "customs", "inspection", "scotland") == "HMICFRS, HMIP and HMICS"
    assert text_of(after, "prisons", "lay", "scotland") == "HMIPS through its Independent Prison Monitors"
    assert "terrorism" not in {s.slug for s in build_matrix(uk, ON).settings}
    assert "terrorism" in {s.slug for s in after.settings}


def test_dutch_matrix_differs_before_and_after_1_april_2024(nl):
    before, after = build_matrix(nl, date(2024, 3, 31)), build_matrix(nl, date(2024, 4, 1))

    assert text_of(before, "prisons", "inspection", "european-part") == "IJenV; IGJ in relation to health care"
    assert text_of(before, "prisons", "inspection", "caribbean") == "RvdR, on whose behalf IJenV acts"
    assert {part.abbreviation for part in after.parts} == {"College"}
    assert cell_of(after, "prisons", "inspection", "caribbean").is_unrecorded


def test_every_row_fills_the_width_of_the_table(uk, nl):
    days = [date(2008, 1, 1), date(2014, 1, 1), date(2016, 1, 1), date(2023, 1, 1), date(2030, 1, 1)]
    for matrix in [build_matrix(mechanism, on) for mechanism in (uk, nl) for on in days]:
        for setting in matrix.settings:
            reaching = 0
            for row in setting.rows:
                assert sum(cell.colspan for cell in row.cells) + reaching == len(matrix.columns)
                reaching = sum(cell.colspan for cell in row.cells if cell.rowspan > 1)
            assert reaching == 0


def test_cell_spans_neighbours_only_where_one_remit_does(uk):
    matrix = build_matrix(uk, ON)

    assert cell_of(matrix, "police-custody", "inspection", "wales").jurisdictions == ("england", "wales")
    assert cell_of(matrix, "prisons", "lay", "wales").jurisdictions == ("wales",)
    assert cell_of(matrix, "immigration", "lay", "wales").colspan == 4


def test_cell_of_both_layers_reaches_over_two_rows(uk):
    matrix = build_matrix(uk, ON)

    court = next(s for s in matrix.settings if s.slug == "court-custody")
    assert court.rows[0].cells[0].rowspan == 2
    assert [cell.jurisdictions for cell in court.rows[1].cells] == [("scotland", "northern-ireland")]


def test_three_kinds_of_emptiness_are_told_apart(mechanism, alpha):
    prisons, police = mechanism.settings.order_by("position")
    north, south = mechanism.jurisdictions.order_by("position")
    RemitFactory(setting=prisons, bodies=[alpha], spanning=[north])
    RemitFactory(setting=police, bodies=[], spanning=[south])
    gap = CoverageGap.objects.create(
        setting=police, layer="inspection", key="cells", starts_on=date(2010, 1, 1), source=SourceFactory()
    )
    gap.jurisdictions.set([north])

    matrix = build_matrix(mechanism, ON)

    assert [cell.state for cell in matrix.cells] == ["remit", "unrecorded", "none", "none"]
    assert matrix.count_none == 2
    assert [entry.key for _setting, entry in matrix.stated_none]


def test_gap_of_a_kind_of_place_stands_in_the_monitored_cell(uk):
    cell = cell_of(build_matrix(uk, ON), "police-custody", "lay", "northern-ireland")

    assert cell.state == "remit"
    assert [str(gap.kind_of_place) for gap in cell.partial_gaps] == ["non-designated police cells"]
    assert not cell_of(build_matrix(uk, date(2016, 5, 1)), "police-custody", "lay", "northern-ireland").gaps


def test_gap_alone_makes_a_row(mechanism):
    setting = mechanism.settings.first()
    gap = CoverageGap.objects.create(
        setting=setting,
        layer="lay",
        key="huts",
        kind_of_place="huts",
        starts_on=date(2010, 1, 1),
        source=SourceFactory(),
    )
    gap.jurisdictions.set(mechanism.jurisdictions.all())

    matrix = build_matrix(mechanism, ON)

    assert [(row.layer, row.cells[0].state) for row in matrix.settings[0].rows] == [("lay", "unrecorded")]


def test_kind_of_place_left_out_names_its_layer_and_where(mechanism, alpha, client):
    """In a cell of both layers a reader must see which of the two leaves the place out; in a wide one, where."""
    setting, north, south = mechanism.settings.get(slug="prisons"), *mechanism.jurisdictions.order_by("position")
    RemitFactory(setting=setting, layer="inspection_and_lay", bodies=[alpha], spanning=[north, south])
    other = SettingFactory(mechanism=mechanism, slug="other", position=9)
    RemitFactory(setting=other, bodies=[alpha], spanning=[north, south])
    fact = {"starts_on": date(2010, 1, 1), "source": SourceFactory()}
    for where, layer, kind in ((setting, "inspection", "huts"), (setting, "lay", "vans"), (other, "inspection", "x<y")):
        gap = CoverageGap.objects.create(setting=where, layer=layer, key=layer, kind_of_place=kind, **fact)
        gap.jurisdictions.set([north] if where == other else [north, south])
    ExpectedLayer.objects.create(setting=setting, layer="inspection", **fact)

    matrix = build_matrix(mechanism, ON)

    said = [
        what
        for found in matrix.settings
        for row in found.rows
        for cell in row.cells
        for _gap, what in matrix.uncovered(row, cell)
    ]
    assert said == ["huts (inspection)", "vans (lay monitoring)", "x<y (North)"]
    html = client.get("/examplia/coverage/?on=2014-01-01").content.decode()
    for words, anchor in (("huts (inspection)", "gap-prisons-inspection"), ("x&lt;y (North)", "gap-other-inspection")):
        assert f'</a><p class="partial-gap">Not covered: <a href="#{anchor}">{words}</a></p>' in html
        assert f'id="{anchor}"' in html


def test_json_gives_the_same_matrix_back(uk):
    matrix = build_matrix(uk, ON)

    plain = json.loads(json.dumps(matrix.as_json()))

    assert Matrix.from_json(plain) == matrix
    assert Matrix.from_json(plain).cells[0].entries[0].text == "HMIP with CQC and Ofsted"


def test_matrix_speaks_the_readers_language(nl):
    frozen = Matrix.from_json(build_matrix(nl, date(2020, 1, 1)).as_json())

    with override("nl"):
        assert str(frozen.settings[0].name) == "Penitentiaire inrichtingen"
        assert "wat betreft de gezondheidszorg" in frozen.cells[0].entries[0].text
    with override("en-gb"):
        assert "in relation to health care" in frozen.cells[0].entries[0].text


def test_empty_matrix_before_the_register_begins(uk):
    assert build_matrix(uk, date(1999, 1, 1)).is_empty


def test_number_of_queries_does_not_grow_with_the_register(mechanism, django_assert_num_queries):
    for n in range(15):
        setting = SettingFactory(mechanism=mechanism, slug=f"setting-{n}", position=n)
        body = BodyFactory(mechanism=mechanism, slug=f"body-{n}")
        RemitFactory(setting=setting, bodies=[body], spanning=list(mechanism.jurisdictions.all()))

    with django_assert_num_queries(7):
        build_matrix(mechanism, ON)


def part(name, relation, scope=""):
    return Part(name.lower(), Words(name), name, relation, Words(scope), True)


Relation = RemitBody.Relation


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ([("A", "lead")], "A"),
        ([("A", "lead"), ("B", "with"), ("C", "with"), ("D", "with")], "A with B, C and D"),
        ([("A", "lead"), ("B", "jointly"), ("C", "with")], "A and B with C"),
        ([("A", "lead"), ("B", "jointly", "in relation to huts")], "A, jointly with B in relation to huts"),
        ([("A", "lead"), ("B", "with", "in relation to huts")], "A, with B in relation to huts"),
        ([("A", "separately"), ("B", "separately", "for health")], "A; B for health"),
        ([("A", "lead", "through its volunteers")], "A through its volunteers"),
        ([("A", "lead"), ("B", "on_behalf")], "A, on whose behalf B acts"),
        ([("B", "on_behalf")], "B"),
        ([("B", "with")], "with B"),
        ([], ""),
    ],
)
def test_sentence_of_a_cell(parts, words):
    assert in_words([part(*given) for given in parts]) == words
