import csv
import io
from datetime import date

import pytest
from django.urls import reverse

from npmportal.models import AuditEvent
from tests.factories import BodyFactory, PlaceFactory, VisitFactory
from visits.models import Visit, VisitCombination


@pytest.fixture
def url(mechanism):
    return reverse("visits:visit_list", kwargs={"npm": mechanism.slug})


@pytest.fixture
def several(mechanism, prison, alpha, beta):
    """Five submitted visits that differ in one thing each from the first."""
    south, cells = mechanism.jurisdictions.get(slug="south"), mechanism.settings.get(slug="police-custody")
    elsewhere = PlaceFactory(mechanism=mechanism, setting=cells, jurisdiction=south)
    common = {"place": prison, "lead_body": alpha, "submitted": True}
    return {
        "plain": VisitFactory(**common),
        "elsewhere": VisitFactory(**common | {"place": elsewhere}),
        "beta": VisitFactory(**common | {"lead_body": beta}),
        "refused": VisitFactory(**common, validity="refused", access="refused"),
        "old": VisitFactory(**common, starts_on=date(2020, 1, 1), kind="routine", notice="announced", mode="telephone"),
    }


def shown(response):
    return set(Visit.objects.filter(pk__in=[row.pk for row in response.context["rows"]]))


def test_coordinator_sees_what_is_handed_in(as_, coordinator, url, several, draft):
    response = as_(coordinator).get(url)

    assert response.status_code == 200
    assert shown(response) == set(several.values())


def test_body_sees_its_own_in_every_state(as_, alpha_reader, url, several, draft):
    assert shown(as_(alpha_reader).get(url)) == {draft, *several.values()} - {several["beta"]}


def test_stranger_404(as_, stranger, url):
    assert as_(stranger).get(url).status_code == 404


def test_administrator_reads_no_visits_403(as_, administrator, url):
    assert as_(administrator).get(url).status_code == 403


def test_anonymous_to_login(as_, url):
    assert as_(None).get(url).url.startswith(reverse("account_login"))


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"setting": "police-custody"}, {"elsewhere"}),
        ({"jurisdiction": "south"}, {"elsewhere"}),
        ({"body": "beta"}, {"beta"}),
        ({"validity": "refused"}, {"refused"}),
        ({"access": "problem"}, {"refused"}),
        ({"access": "refused"}, {"refused"}),
        ({"kind": "routine"}, {"old"}),
        ({"notice": "announced", "mode": "telephone"}, {"old"}),
        ({"starts_before": "2020-12-31"}, {"old"}),
        ({"starts_after": "2021-01-01"}, {"plain", "elsewhere", "beta", "refused"}),
        ({"state": "draft"}, set()),
        ({"body": "beta", "setting": "police-custody"}, set()),
        ({"colour": "blue"}, {"plain", "elsewhere", "beta", "refused", "old"}),
    ],
)
def test_filter(as_, coordinator, mechanism, url, several, query, names):
    query = dict(query)
    for name, model in (("setting", "settings"), ("jurisdiction", "jurisdictions"), ("body", "bodies")):
        if name in query:
            query[name] = getattr(mechanism, model).get(slug=query[name]).pk

    response = as_(coordinator).get(url, query)

    assert shown(response) == {several[name] for name in names}
    assert len(response.context["active"]) == len(set(query) - {"colour"})


@pytest.mark.parametrize(
    "query",
    [
        {"starts_after": "2024-02-30"},
        {"starts_before": "yesterday"},
        {"starts_after": "2024-02-01", "starts_before": "2024-01-01"},
        {"setting": "999999"},
        {"setting": "x"},
        {"body": "999999999999999999999"},
        {"kind": "\x00"},
        {"place": "not-a-uuid"},
    ],
)
def test_filter_that_cannot_be_read_is_explained_and_the_list_shown(as_, coordinator, url, several, query):
    response = as_(coordinator).get(url, query)

    assert response.status_code == 200
    assert b"There is a problem" in response.content
    assert response.context["rows"]


def test_active_filter_is_removed_by_its_link(as_, coordinator, url, several):
    client = as_(coordinator)
    first, second = client.get(url, {"kind": "routine", "notice": "announced"}).context["active"]

    assert (first.url, second.url) == ("?notice=announced", "?kind=routine")
    assert shown(client.get(url + first.url)) == {several["old"]}


def test_bad_page_shows_the_first_with_a_message(as_, coordinator, url, several):
    response = as_(coordinator).get(url, {"after": "2024-99-99_x"})

    assert response.status_code == 200
    assert "could not be read" in response.content.decode()


def test_queries_are_constant_in_the_number_of_visits(as_, coordinator, url, several, prison, mechanism):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = as_(coordinator)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    for number in range(15):
        VisitFactory(place=prison, lead_body=BodyFactory(mechanism=mechanism, slug=f"body-{number}"), submitted=True)
    with CaptureQueriesContext(connection) as many:
        client.get(url, {"size": "100"})

    assert len(many) <= len(few) + 2  # two more to tell, and count, that there are other pages
    assert len(many) <= 16


def test_combinations_are_noted_whoever_stores_visits(several, beta, alpha):
    Visit.objects.filter(pk=several["old"].pk).update(mode="remote")

    assert VisitCombination.objects.filter(mode="remote", body_ids=[alpha.pk]).exists()
    assert VisitCombination.objects.filter(body_ids=[beta.pk]).count() == 1


# -- The download -----------------------------------------------------------------------------------------------------
@pytest.fixture
def csv_url(mechanism):
    return reverse("visits:visits_csv", kwargs={"npm": mechanism.slug})


def records(response):
    return list(csv.DictReader(io.StringIO(response.getvalue().decode("utf-8-sig"))))


def test_download_holds_the_records_of_the_list(as_, coordinator, csv_url, several, draft):
    response = as_(coordinator).get(csv_url, {"kind": "in_depth"})

    assert {row["reference"] for row in records(response)} == {
        visit.reference for name, visit in several.items() if name != "old"
    }
    event = AuditEvent.objects.get(action="visits.exported")
    assert (event.actor, event.details) == (coordinator, {"records": 4, "format": "csv", "filters": ["kind"]})


def test_downloaded_text_starts_no_formula_and_not_recorded_is_empty(as_, alpha_lead, csv_url, draft):
    Visit.objects.filter(pk=draft.pk).update(summary="=HYPERLINK(1)", people_seen=0)

    (row,) = records(as_(alpha_lead).get(csv_url))

    assert row["summary"].startswith("'=")
    assert (row["accepted (seen)"], row["declined"]) == ("0", "")


def test_download_is_not_for_strangers_nor_administrators(as_, stranger, administrator, csv_url):
    assert as_(stranger).get(csv_url).status_code == 404
    assert as_(administrator).get(csv_url).status_code == 403
