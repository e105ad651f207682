"""What is written beside an event: words instead of keys, and what repeats itself told once."""

import pytest

from members.actions.register_changes import record_change
from members.activity_entries import entries, folded
from members.models import Affiliation, RegisterChange
from members.register_log import log_rows
from npmportal import audit
from npmportal.models import AuditEvent
from tests.factories import VisitFactory, person

ACTIVITY = "/examplia/desk/activity/"


def raw_of(user):
    newest, *_older = entries(AuditEvent.objects.visible_to(user).newest_first(), user)
    return newest.raw


@pytest.mark.parametrize(
    ("action", "about", "details", "said"),
    [
        ("invitation.sent", None, {"role": "body_lead"}, [("role", "Lead of a body")]),
        ("page.opened", None, {"view": "members:people_review"}, []),
        ("activity.exported", None, {"filters": ["first"], "records": 3}, [("records", 3)]),
        ("meeting.decided", None, {"concerns": "members.coveragegap"}, [("about", "gap in coverage")]),
        ("meeting.decided", None, {"concerns": "members.affiliation"}, []),
        ("coverage.downloaded", None, {"on": "2014-01-02"}, [("as at", "2 Jan 2014")]),
        ("visit.amended", "visit", {"from_state": "approved"}, [("state before", "approved")]),
        ("visit.changed", "visit", {"fields": ["starts_on", "nonsense_x"]}, [("fields", "first day, nonsense x")]),
        ("report.requested", None, {"edition": 2, "is_x": False, "empty": ""}, [("edition", 2), ("is x", "no")]),
    ],
)
def test_codes_are_told_in_words(action, about, details, said, mechanism, alpha, administrator):
    obj = VisitFactory(place__mechanism=mechanism, lead_body=alpha) if about else None
    audit.record(action, by=administrator, obj=obj, mechanism=mechanism, **details)

    raw = raw_of(administrator)

    assert raw[: len(said)] == said
    assert len(raw) == len(said)  # no key of a record, no code of an action


def test_people_and_bodies_are_told_by_name_to_those_who_may_know_it(
    mechanism, alpha, beta, administrator, coordinator, alpha_lead, stranger
):
    about = {"by": coordinator, "mechanism": mechanism, "bodies": [alpha.pk]}
    audit.record("person.moved", approved_by=administrator.pk, from_body=alpha.pk, to_body=beta.pk, **about)

    assert raw_of(administrator) == [("from", "ALPHA"), ("second person", administrator.name), ("to", "BETA")]
    # The lead manages the people of alpha alone, and an administrator is none of them.
    assert raw_of(alpha_lead) == [("from", "ALPHA"), ("second person", "another person"), ("to", "BETA")]
    Affiliation.objects.create(user=administrator, body=alpha, role="body_reader")
    assert raw_of(alpha_lead)[1] == ("second person", administrator.name)

    audit.record("person.moved", approved_by=stranger.pk, to_body=999_999, **about)
    assert raw_of(administrator) == [("second person", "another person")]


def test_what_repeats_itself_in_a_row_is_told_once_with_count_and_span(
    as_, mechanism, alpha, administrator, alpha_lead
):
    second = person("body_reader", alpha, name="Rita Reader")
    for user in (alpha_lead, alpha_lead, second, alpha_lead, alpha_lead, alpha_lead):
        audit.record("account.signed_in", by=user, obj=user, mechanism=mechanism)
    for view in ("members:invite", "members:people"):
        audit.record("page.opened", by=alpha_lead, mechanism=mechanism, result="refused", view=view)
    audit.record("page.opened", by=alpha_lead, mechanism=mechanism, view="members:people")

    page = as_(administrator).get(ACTIVITY)

    told = [(entry.text, entry.times) for entry in page.context["happened"]]
    assert told == [
        ("Alva Lead was refused a page.", 1),
        ("Alva Lead was refused a page.", 2),
        ("Alva Lead signed in.", 3),
        ("Rita Reader signed in.", 1),
        ("Alva Lead signed in.", 2),
    ]
    assert "3 times since" in page.content.decode()
    assert len(page.context["page"].rows) == 9  # the places of the pages stay those of the events

    # What is told of them is not the same: each keeps its own pair of roles.
    for before, role in (("body_reader", "body_lead"), ("body_lead", "body_monitor"), ("body_lead", "body_monitor")):
        audit.record(
            "person.role_changed", by=administrator, obj=second, mechanism=mechanism, role_before=before, role=role
        )
    told = as_(administrator).get(ACTIVITY).context["happened"]
    assert [entry.times for entry in told[:2]] == [2, 1]

    # At the edge of a page nobody knows how many there are.
    for _number in range(20):
        audit.record("account.signed_in", by=second, obj=second, mechanism=mechanism)
    first = as_(administrator).get(ACTIVITY, {"size": 10})
    assert "at least 10 times" in first.content.decode()
    after = as_(administrator).get(ACTIVITY + first.context["page"].next_url)
    assert [(entry.times, entry.is_cut) for entry in after.context["happened"]] == [(10, True)]


def test_two_records_or_two_acts_on_the_register_are_not_one(mechanism, alpha, coordinator, alpha_lead):
    for reference in ("A-1", "A-2"):
        visit = VisitFactory(place__mechanism=mechanism, lead_body=alpha, reference=reference)
        audit.record("visit.recalled", by=alpha_lead, obj=visit, mechanism=mechanism, bodies=[alpha.pk])

    told = folded(entries(AuditEvent.objects.visible_to(coordinator).newest_first(), coordinator))

    assert [(entry.text, entry.times) for entry in told] == [("Alva Lead took back a visit.", 1)] * 2
    assert told[0].first_at is None


def test_days_and_codes_of_the_register_are_told_in_words(mechanism, alpha, coordinator):
    both = {"starts_on": "2017-01-01", "starts_precision": "year", "ends_on": "2018-03-02", "nonsense_on": "x"}
    given = {"mechanism": mechanism, "by": coordinator, "act": "change"}
    record_change(row=alpha.names.get(), before={}, after=both, **given)
    record_change(row=mechanism, before={"languages": ["nl"]}, after={"languages": ["en-gb", "nl"]}, **given)

    after = {line.field: line.after for row in log_rows(RegisterChange.objects.order_by("pk")) for line in row.lines}

    assert after["From"] == "2017"
    assert after["No longer from"] == "2 Mar 2018"
    assert after["Languages"] == "English, Dutch"
    assert after["Nonsense on"] == "x"
