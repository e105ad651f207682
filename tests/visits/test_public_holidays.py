"""What the page of a visit says of public holidays, to whom, and by whose count."""

import html
import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from visits.views.record_facts import derived_of

EVERYTHING = frozenset({"starts_on", "ends_on", "time_in", "time_out", "jurisdiction"})


def said(client, visit):
    """Return what the page prints beside “Public holidays”, its marks included; None where it prints nothing of it."""
    url = reverse("visits:visit_detail", kwargs={"npm": visit.mechanism.slug, "pk": visit.pk})
    page = html.unescape(client.get(url).content.decode())
    found = re.search(r"<dt>Public holidays</dt>\s*<dd>(.*?)</dd>", page, re.DOTALL)
    return found and found[1]


@pytest.mark.parametrize(
    ("calendar", "first", "last", "words"),
    [
        ("NL", date(2026, 4, 3), date(2026, 4, 3), "on a public holiday: Good Friday"),
        ("NL", date(2026, 4, 2), date(2026, 4, 2), "on no public holiday"),
        ("NL", date(2026, 5, 5), date(2026, 5, 5), "on a holiday that is no general day off: Liberation Day"),
        (
            "NL",
            date(2026, 4, 27),
            date(2026, 5, 6),
            "1 of 10 days on public holidays: King's Day; "
            "1 of 10 days on holidays that are no general day off: Liberation Day",
        ),
    ],
)
def test_page_names_the_holidays_and_their_source(as_, alpha_monitor, draft, calendar, first, last, words):
    choose(draft, calendar)
    spread(draft, first, last)

    note = f"as counted by python-holidays, calendar {calendar}"
    assert said(as_(alpha_monitor), draft) == f'{words} <span class="fact-note">{note}</span>'


def choose(visit, calendar):
    type(visit.jurisdiction).objects.filter(pk=visit.jurisdiction_id).update(holiday_calendar=calendar)


def spread(visit, first, last):
    type(visit).objects.filter(pk=visit.pk).update(starts_on=first, ends_on=last)


def test_nothing_is_claimed_without_a_calendar_or_before_it_begins(as_, alpha_monitor, draft):
    client = as_(alpha_monitor)

    assert said(client, draft).startswith("Not available <")
    assert "no calendar of public holidays is chosen" in said(client, draft)
    choose(draft, "BQ")
    spread(draft, date(2010, 12, 31), date(2011, 1, 1))
    assert said(client, draft).startswith("Not available <")
    spread(draft, date(2011, 9, 6), date(2011, 9, 6))  # Bonaire alone has this day
    assert said(client, draft).startswith("on no public holiday <")
    assert "holidays of single parts of the country are not counted" in said(client, draft)


@pytest.mark.parametrize("hidden", ["starts_on", "ends_on", "jurisdiction"])
def test_nothing_is_told_to_those_who_may_not_see_the_days_or_the_jurisdiction(draft, hidden):
    choose(draft, "NL")
    draft.jurisdiction.refresh_from_db()

    assert "Public holidays" in {printed[0] for printed in derived_of(draft, EVERYTHING)}
    assert "Public holidays" not in {printed[0] for printed in derived_of(draft, EVERYTHING - {hidden})}


def test_names_in_another_language_than_the_readers_are_marked_as_such(draft):
    draft.jurisdiction.holiday_calendar = "GB-SCT"
    draft.starts_on = draft.ends_on = date(2026, 1, 2)

    with override("nl"):
        printed = derived_of(draft, frozenset({"starts_on", "ends_on", "jurisdiction"}))

    assert any('<span lang="en">New Year Holiday</span>' in str(value) for _label, value, _note in printed)


def test_no_query_is_asked_for_it(as_, alpha_monitor, draft):
    client = as_(alpha_monitor)
    said(client, draft)
    said(client, draft)
    with CaptureQueriesContext(connection) as without:
        said(client, draft)
    choose(draft, "GB-NIR")
    said(client, draft)  # the register is read again once it changed

    with CaptureQueriesContext(connection) as with_calendar:
        assert said(client, draft)

    assert len(with_calendar) == len(without)
