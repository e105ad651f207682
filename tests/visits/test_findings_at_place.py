"""Findings at the page of a place: of restricted visits they are read at the visit alone, of withdrawn ones never."""

from datetime import date

import pytest
from django.urls import reverse

from tests.factories import PlaceFactory, VisitFactory
from tests.visits.test_findings import main_of, url
from visits.actions.place_merges import merge_places
from visits.models import Finding, Visit, VisitPartner

pytestmark = pytest.mark.django_db


def finding(visit, text, **more):
    return Finding.objects.create(visit=visit, text=text, **({"kind": "concern"} | more))


@pytest.fixture
def told(prison, alpha):
    """An approved visit with a finding."""
    visit = VisitFactory(place=prison, lead_body=alpha, approved=True, access="full", starts_on=date(2024, 5, 14))
    finding(visit, "Cold meals at night.")
    return visit


def test_findings_of_restricted_visit_are_read_at_the_visit_where_reading_is_written_down(
    as_, told, prison, alpha, coordinator, alpha_reader
):
    more = {"place": prison, "lead_body": alpha, "confidentiality": "restricted", "starts_on": date(2024, 6, 1)}
    restricted = VisitFactory(approved=True, access="full", **more)
    finding(restricted, "Beaten in room nine.")

    for user in (coordinator, alpha_reader):
        whole, newest = (main_of(as_(user).get(url(name, prison))) for name in ("place_findings", "place_detail"))
        assert "Cold meals" in whole
        assert "Cold meals" in newest
        assert "room nine" not in whole + newest
        assert "This visit is restricted: its findings are read on its own page." in whole
        assert url("visit_detail", restricted) in whole
        assert "room nine" in main_of(as_(user).get(url("visit_detail", restricted)))
        hits = main_of(as_(user).get(reverse("visits:search", kwargs={"npm": "examplia"}), {"q": "room nine"}))
        assert "nine" not in hits[hits.index('<ol class="found">') :].replace("q=room", "").replace(
            "words=room%20nine", ""
        )
        assert "This visit is restricted: what it says is read on its own page." in hits
        assert url("visit_detail", restricted) in hits


def test_withdrawn_visit_tells_nothing_at_the_place_and_an_open_one_says_that_it_is(
    as_, told, prison, alpha, coordinator, alpha_reader
):
    for day, state in enumerate(("withdrawn", "discarded", "returned"), start=1):
        visit = VisitFactory(place=prison, lead_body=alpha, state=state, starts_on=date(2024, 7, day))
        finding(visit, f"Said while {state}.")

    for user, open_too in ((coordinator, False), (alpha_reader, True)):
        for name in ("place_findings", "place_detail"):
            page = main_of(as_(user).get(url(name, prison)))
            found = page[page.index("Findings and recommendations") :]
            assert "Cold meals" in found
            assert "Said while withdrawn." not in found
            assert "Said while discarded." not in found
            assert ("Said while returned." in found) is open_too
    newest = main_of(as_(alpha_reader).get(url("place_detail", prison)))
    listed = newest[newest.index('class="findings"') : newest.index("All findings")]
    assert listed.count(">returned<") == 1
    assert ">approved<" not in listed


def test_partner_reads_them_and_findings_follow_a_merged_place(
    as_, told, prison, beta, beta_monitor, administrator, mechanism
):
    VisitPartner.objects.create(visit=told, body=beta)
    kept = PlaceFactory(mechanism=mechanism, setting=prison.setting, jurisdiction=prison.jurisdiction, name="Kept one")
    assert "Cold meals" in main_of(as_(beta_monitor).get(url("place_findings", prison)))

    merge_places(kept=kept, duplicate=prison, reason="One place.", by=administrator)

    for name in ("place_findings", "place_detail"):
        assert "Cold meals" in main_of(as_(beta_monitor).get(url(name, kept)))
    assert as_(beta_monitor).get(url("place_findings", prison)).status_code in (302, 404)
    assert "Cold meals" not in main_of(as_(administrator).get(url("place_detail", kept)))


def test_who_reviews_and_reads_the_findings_at_the_place_has_looked(
    as_, prison, alpha, alpha_monitor, alpha_reader, coordinator
):
    more = {"place": prison, "lead_body": alpha, "submitted": True, "submitted_by": alpha_monitor}
    shown, closed = VisitFactory(**more), VisitFactory(**more, confidentiality="restricted")
    for visit in (shown, closed):
        finding(visit, "Read at the place.")

    for user, looked in ((alpha_monitor, []), (alpha_reader, []), (coordinator, [shown])):
        as_(user).get(url("place_findings", prison))
        assert list(Visit.objects.exclude(looked_at=None)) == looked
