"""A snapshot counts what it says it counts, shows one moment, and is never changed."""

import threading
from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from members.models import BodyName, Designation
from reports.models import Snapshot
from reports.models.snapshot import fingerprint
from reports.snapshot import circumstances, freeze, read, read_at_one_moment
from tests.factories import BodyFactory, PlaceFactory, ReportingYearFactory, SourceFactory, VisitFactory
from tests.reports.conftest import composed
from visits.models import Visit


def test_only_approved_visits_that_took_place_in_the_year_are_counted(content):
    assert content["visits"]["totals"] == {
        "made": 5,
        "joint": 1,
        "abandoned": 1,
        "refused": 1,
        "submitted": 1,
        "returned": 1,
        "places": 4,
        "invented": 7,
    }


def test_joint_visit_counts_once_for_the_npm_and_once_for_each_body(content):
    bodies = {row.pop("body"): row for row in content["visits"]["by_body"]}

    assert bodies == {
        "alpha": {"led": 3, "total": 3, "joint": 1, "unannounced": 2},
        "beta": {"led": 1, "total": 2, "joint": 1, "unannounced": 2},
        "gamma": {"led": 1, "total": 1, "joint": 0, "unannounced": 1},
    }
    assert sum(row["total"] for row in bodies.values()) == 6
    assert content["visits"]["totals"]["made"] == 5


@pytest.mark.parametrize("table", ["by_setting_and_jurisdiction", "by_setting_and_notice", "by_month_and_notice"])
def test_every_table_adds_up_to_the_visits_made(content, table):
    assert sum(row[-1] for row in content["visits"][table]) == 5


def test_months_are_those_of_the_first_day_and_the_last_day_of_the_year_belongs_to_it(content):
    assert content["visits"]["by_month_and_notice"] == [
        ["2024-05", "unannounced", 4],
        ["2025-03", "announced", 1],
    ]


def test_outcomes_add_up_to_the_attempts(content):
    assert sorted(content["visits"]["by_setting_and_outcome"]) == [
        ["police-custody", "abandoned", 1],
        ["police-custody", "refused", 1],
        ["police-custody", "valid", 2],
        ["prisons", "valid", 3],
    ]


def test_access_counts_attempts_and_tells_recorded_delays_from_others(content):
    access = content["access"]

    assert access["by_kind"] == {"": 3, "delayed": 2, "full": 1, "refused": 1}
    assert sorted(access["by_reason"]) == [["", "delayed", 1], ["", "refused", 1], ["too_busy", "delayed", 1]]
    assert access["delays"] == {"visits": 2, "recorded": 1, "median": 40, "longest": 40, "minutes": 40}


def test_what_gave_rise_to_a_visit_is_the_programme_only_where_somebody_said_so(year, visits):
    Visit.objects.filter(pk=visits["joint"].pk).update(trigger="programme")

    assert read(year)["visits"]["by_trigger"] == {"": 4, "programme": 1}


def test_not_recorded_is_not_nought(content):
    funnel = {name: (total, recorded) for name, total, recorded in content["interviews"]["funnel"]}

    assert funnel["people_in_custody"] == (10, 2)
    assert funnel["people_declined"] == (0, 1)
    assert funnel["people_observed"] == (None, 0)


def test_sums_that_do_not_close_are_found_where_all_was_recorded(content):
    custody, offered = content["interviews"]["checks"]

    assert custody["found"] == {"visits": 1, "whole": 10, "parts": 9, "open": 1}
    assert offered["found"] == {"visits": 1, "whole": 6, "parts": 6, "open": 0}


def test_year_without_visits_has_empty_sums_and_no_noughts_made_up(year):
    interviews = circumstances.interviews(year)

    assert interviews["visits"] == 0
    assert {(total, recorded) for _name, total, recorded in interviews["funnel"]} == {(None, 0)}


def test_places_are_listed_by_month_and_restricted_ones_only_counted(content):
    places = content["places"]

    assert (places["visits_listed"], places["visits_not_listed"]) == (4, 1)
    assert "Hidden House" not in str(content)
    prison = next(place for place in places["listed"] if place["visits"] == 2)
    assert (prison["first"], prison["last"], prison["bodies"]) == ("2024-05", "2025-03", ["alpha", "beta"])


def test_unit_stands_with_its_place(content):
    unit = next(place for place in content["places"]["listed"] if place["part_of"])

    assert unit["part_of"].startswith("<script>")
    assert unit["setting"] == "police-custody"


def test_drafts_leave_no_trace(year, visits):
    before = fingerprint(read(year))

    Visit.objects.filter(pk=visits["draft"].pk).delete()

    assert fingerprint(read(year)) == before


def test_members_and_coverage_are_those_of_the_last_day(content):
    assert [body["slug"] for body in content["bodies"] if body["standing"]] == ["alpha", "beta", "gamma"]
    assert content["coverage"]["on"] == "2025-03-31"


def test_body_that_was_renamed_and_left_in_the_year_keeps_its_visits(year, visits, beta):
    source = SourceFactory()
    BodyName.objects.filter(body=beta).update(ends_on=date(2024, 10, 1))
    BodyName.objects.create(
        body=beta, name_en="Beta Authority", abbreviation="BETA2", starts_on=date(2024, 10, 1), source=source
    )
    Designation.objects.filter(body=beta).update(ends_on=date(2025, 3, 31))

    content = read(year)

    known = next(body for body in content["bodies"] if body["slug"] == "beta")
    assert (known["name"]["en"], known["standing"]) == ("Beta Authority", None)
    assert next(row for row in content["visits"]["by_body"] if row["body"] == "beta")["total"] == 2
    tables = {table.key: table for table in composed(content).tables}
    assert "Beta Authority" in [row.header for row in tables["visits-by-body"].rows]
    assert not [row for row in tables["members"].rows if "Beta" in str(row.header)]


def test_calendar_year_holds_its_first_and_last_day_and_no_other(mechanism, visits):
    place = visits["cells"].place
    for day in (date(2023, 12, 31), date(2024, 1, 1), date(2024, 12, 31), date(2025, 1, 1)):
        VisitFactory(place=place, lead_body=visits["cells"].lead_body, starts_on=day, ends_on=day, approved=True)
    calendar = ReportingYearFactory(
        mechanism=mechanism, label="2024", starts_on=date(2024, 1, 1), ends_on=date(2025, 1, 1)
    )

    months = {row[0]: row[2] for row in read(calendar)["visits"]["by_month_and_notice"]}

    assert months == {"2024-01": 1, "2024-05": 4, "2024-12": 1}


def test_number_of_queries_does_not_grow_with_visits_bodies_or_places(
    year, visits, mechanism, django_assert_num_queries
):
    for number in range(10):
        body = BodyFactory(mechanism=mechanism, slug=f"more-{number}")
        VisitFactory(place=PlaceFactory(mechanism=mechanism), lead_body=body, state=Visit.State.APPROVED)

    with django_assert_num_queries(37):
        read(year)


@pytest.mark.parametrize("statement", ["UPDATE reports_snapshot SET sha256 = 'x'", "DELETE FROM reports_snapshot"])
def test_database_refuses_to_change_a_snapshot(year, content, statement):
    Snapshot.objects.keep(year, content)

    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_same_data_give_the_same_snapshot(year, content):
    first = Snapshot.objects.keep(year, content)

    assert Snapshot.objects.keep(year, read(year)) == first
    first.refresh_from_db()
    assert first.is_intact


def test_changed_content_is_noticed(year, content):
    snapshot = Snapshot.objects.keep(year, content)

    snapshot.content["visits"]["totals"]["made"] = 6

    assert not snapshot.is_intact


@pytest.mark.django_db(transaction=True)
def test_edits_while_the_figures_are_frozen_are_seen_by_none_of_them(year, visits, monkeypatch):
    """Another connection approves a visit between the first and the last query of the snapshot."""
    real = circumstances.access

    def meanwhile(*arguments):
        def approve():
            Visit.objects.filter(pk=visits["submitted"].pk).update(state=Visit.State.APPROVED)
            connection.close()

        thread = threading.Thread(target=approve)
        thread.start()
        thread.join()
        return real(*arguments)

    monkeypatch.setattr(circumstances, "access", meanwhile)
    content = read_at_one_moment(year)

    assert content["visits"]["totals"]["submitted"] == 1
    assert sum(content["access"]["by_kind"].values()) == 7
    assert content["places"]["visits_listed"] == 4
    assert read(year)["visits"]["totals"]["submitted"] == 0


@pytest.mark.django_db(transaction=True)
def test_freezing_twice_keeps_one_snapshot(year, visits):
    assert freeze(year) == freeze(year)
    assert Snapshot.objects.count() == 1
