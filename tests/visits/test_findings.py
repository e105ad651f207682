"""What visits found and ask for: recorded in the body's words, read at the visit and at the place by who may read."""

import html
import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.formats import date_format

from tests.factories import VisitFactory
from tests.visits.field_table_tools import with_word
from visits import field_table
from visits.models import Finding, Theme, Visit, VisitChange


@pytest.fixture
def theme(mechanism):
    return Theme.objects.create(mechanism=mechanism, name_en="Food and water", name_nl="Eten en drinken")


@pytest.fixture
def found(prison, alpha, theme):
    """A submitted visit with two findings."""
    visit = VisitFactory(place=prison, lead_body=alpha, submitted=True, access="full", starts_on=date(2024, 5, 14))
    Finding.objects.create(visit=visit, position=0, kind="concern", text="Cold meals at night.", theme=theme)
    Finding.objects.create(visit=visit, position=1, kind="good_practice", text="A garden for all.")
    return visit


def main_of(response):
    assert response.status_code == 200
    text = html.unescape(response.content.decode())
    return re.sub(r"\s+", " ", text[text.index("<main") : text.index("</main>")])


def url(name, row):
    return reverse(f"visits:{name}", kwargs={"npm": "examplia", "pk": row.pk})


def test_findings_are_written_in_the_words_of_the_body_and_read_back(as_, alpha_monitor, coordinator, draft, theme):
    client, address = as_(alpha_monitor), url("visit_findings", draft)
    version = {"version": draft.version, "count": "3"}
    first = {"f0_kind": "recommendation", "f0_own_kind": "Key concern", "f0_text": "Serve meals warm.\nAt night too."}
    first |= {"f0_theme": theme.pk, "f0_basis": ["interview", "seen"], "f0_norm": "CPT standards", "f0_level": "policy"}
    first |= {"f0_priority": "immediate", "f0_addressees": ["director", "ministry"], "f0_is_repeated": "yes"}
    first |= {"f0_addressed_to": "Governor", "f0_answer_due_on": "2099-01-31"}

    more = client.post(address, first | version | {"more": "1"})
    form = more.context["form"]
    assert form["f0_addressees"].value() == ["director", "ministry"]
    assert form.number == 6
    assert not Finding.objects.exists()
    sent = client.post(address, first | version | {"f2_kind": "good_practice", "f2_text": "A garden."})

    assert sent.status_code == 302
    one, two = draft.findings.all()
    assert (one.own_kind, one.theme, one.basis) == ("Key concern", theme, ["interview", "seen"])
    assert (one.addressees, one.is_repeated, one.answer_due_on) == (["director", "ministry"], True, date(2099, 1, 31))
    assert (two.kind, two.position, two.is_repeated) == ("good_practice", 1, None)
    page = main_of(client.get(url("visit_detail", draft)))
    for words in ("Key concern", "Serve meals warm.", "Food and water", "talks with detained people, seen by the team",
                  "CPT standards", "head of the place, minister or ministry", "Governor",
                  date_format(date(2099, 1, 31)), "ound before at this place", "Good practice: A garden."):  # fmt: skip
        assert words in page
    (before, after) = VisitChange.objects.get().fields["findings"]
    assert (before, after["2"]) == ({}, {"kind": "good_practice", "text": "A garden."})
    # One is taken out: the other moves up, and the feed keeps what was there.
    draft.refresh_from_db()
    stored = {
        "version": draft.version,
        "count": "2",
        "f0_gone": "on",
        "f1_kind": "good_practice",
        "f1_text": "A garden.",
    }
    client.post(address, stored)
    assert [(row.position, row.text) for row in draft.findings.all()] == [(0, "A garden.")]
    assert as_(coordinator).get(url("visit_detail", draft)).status_code == 404


def test_place_tells_each_reader_of_the_findings_they_may_read(
    as_, found, prison, alpha, alpha_reader, coordinator, beta_monitor, outsider, administrator
):
    secret = VisitFactory(place=prison, lead_body=alpha, starts_on=date(2024, 6, 1))
    Finding.objects.create(visit=secret, kind="concern", text="Of a draft.")
    place, all_of_them = url("place_detail", prison), url("place_findings", prison)

    for user, draft_too in ((alpha_reader, True), (coordinator, False)):
        for page in (main_of(as_(user).get(place)), main_of(as_(user).get(all_of_them))):
            assert "Cold meals at night." in page
            assert "A garden for all." in page
            assert ("Of a draft." in page) is draft_too
    Visit.objects.filter(pk=found.pk).update(state="approved")
    for user in (beta_monitor, outsider):
        assert "Cold meals" not in main_of(as_(user).get(place))
        assert "No findings that you may read." in main_of(as_(user).get(all_of_them))
    assert "Cold meals" not in main_of(as_(administrator).get(place))


def test_findings_of_a_place_are_filtered_and_junk_is_answered(as_, coordinator, found, prison, theme):
    client, address = as_(coordinator), url("place_findings", prison)

    assert "Cold meals" not in main_of(client.get(address, {"kind": "good_practice"}))
    assert "A garden" not in main_of(client.get(address, {"theme": theme.pk}))
    assert "No findings" in main_of(client.get(address, {"theme": theme.pk, "kind": "good_practice"}))
    for junk in ({"kind": "rumour"}, {"theme": "\x00"}, {"theme": "9" * 30}, {"after": "x"}, {"after": "2024-05-14_x"}):
        assert "Cold meals" in main_of(client.get(address, junk))


@pytest.mark.parametrize(
    ("who", "status"),
    [("alpha_lead", 200), ("beta_monitor", 200), ("coordinator", 200), ("administrator", 403), ("stranger", 404)],
)
def test_who_opens_the_findings_of_a_place(request, as_, prison, who, status):
    client, address = as_(request.getfixturevalue(who)), url("place_findings", prison)

    assert client.get(address).status_code == status
    assert client.post(address).status_code == 405
    assert as_(None).get(address).url.startswith(reverse("account_login"))


def test_findings_the_table_hides_in_some_state_are_told_of_nowhere_at_the_place(
    as_, coordinator, alpha_reader, found, prison, monkeypatch
):
    monkeypatch.setattr(field_table, "TABLE", with_word("findings", "coordinator", "approved"))

    for page in ("place_detail", "place_findings"):
        assert "Cold meals" not in main_of(as_(coordinator).get(url(page, prison)))
        assert "Cold meals" in main_of(as_(alpha_reader).get(url(page, prison)))


def test_queries_do_not_grow_with_findings(as_, coordinator, found, prison, alpha):
    client = as_(coordinator)

    def counted(address):
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        return len(queries)

    addresses = [url("place_findings", prison), url("place_detail", prison), url("visit_detail", found)]
    assert all(map(counted, addresses))  # the register is remembered from the first page on
    before = [counted(address) for address in addresses]
    for number in range(2, 9):
        Finding.objects.create(visit=found, position=number, kind="observation", text=f"Seen {number}")
    for _visit in range(3):
        Finding.objects.create(
            visit=VisitFactory(place=prison, lead_body=alpha, approved=True), kind="concern", text="X"
        )

    assert [counted(address) for address in addresses] == before


def test_findings_are_found_by_their_words_by_who_reads_them(as_, found, coordinator, alpha_reader, outsider):
    search = reverse("visits:search", kwargs={"npm": "examplia"})

    for user, is_found in ((coordinator, True), (alpha_reader, True), (outsider, False)):
        page = main_of(as_(user).get(search, {"q": "meal nights"}))
        assert ("<mark>meals</mark>" in page) is is_found
        assert "No visit you may read holds these words." in page or is_found
    Visit.objects.filter(pk=found.pk).update(state="draft")
    assert "<mark>" not in main_of(as_(coordinator).get(search, {"q": "garden"}))
    Finding.objects.filter(position=1).update(text="A yard.")
    assert "<mark>" not in main_of(as_(alpha_reader).get(search, {"q": "garden"}))
    assert "<mark>yard</mark>" in main_of(as_(alpha_reader).get(search, {"q": "yard"}))
    found.findings.all().delete()
    assert "<mark>" not in main_of(as_(alpha_reader).get(search, {"q": "yard"}))


def test_words_of_findings_the_table_hides_find_nothing(as_, coordinator, found, monkeypatch):
    search = reverse("visits:search", kwargs={"npm": "examplia"})
    monkeypatch.setattr(field_table, "TABLE", with_word("findings", "coordinator", "approved"))

    assert "No visit you may read holds these words." in main_of(as_(coordinator).get(search, {"q": "garden"}))


def test_file_of_the_list_holds_the_findings(as_, coordinator, found):
    files = {
        name: as_(coordinator).get(reverse(f"visits:visits_{name}", kwargs={"npm": "examplia"})).getvalue().decode()
        for name in ("csv", "json")
    }

    assert '"Concern: Cold meals at night. (Food and water)\nGood practice: A garden for all."' in files["csv"]
    assert '"findings": [{"kind": "concern", "text": "Cold meals at night."' in files["json"]
