"""Who may read of which acts: rows and counts alike."""

import pytest
from django.contrib.auth.models import AnonymousUser

from members.activity import ACTIONS
from npmportal import audit
from npmportal.models import AuditEvent
from tests.factories import VisitFactory

# What each kind of act looks like to those who did not do it and whose body it does not concern.
SEEN = {
    "coordinator": {
        "register.changed",
        "place.added",
        "visit.submitted",
        "visit.approved",
        "visit.read",
        "visits.exported",
        "meeting.planned",
        "task.given",
        "report.built",
    },
    "administrator": {
        "register.changed",
        "place.added",
        "person.retired",
        "invitation.sent",
        "account.signed_in",
        "page.opened",
        "activity.exported",
    },
    "alpha_lead": set(),
    "alpha_monitor": set(),
    "alpha_reader": set(),
    "stranger": set(),
}
TRIED = {
    *SEEN["coordinator"],
    *SEEN["administrator"],
    "visit.logged",
    "visit.changed",
    "visit.draft_read",
    "visits.drafts_exported",
    "reminders.chosen",
    "nobody.declared",
}


def seen_by(user):
    return set(AuditEvent.objects.visible_to(user).values_list("action", flat=True))


@pytest.mark.parametrize("who", SEEN)
def test_others_acts_are_seen_by_role(who, request, mechanism, beta, beta_monitor):
    reader = request.getfixturevalue(who)
    for action in TRIED:
        audit.record(action, by=beta_monitor, mechanism=mechanism, bodies=[beta.pk])

    assert seen_by(reader) == SEEN[who]
    assert AuditEvent.objects.visible_to(reader).count() == len(SEEN[who])


def test_lead_sees_everything_about_the_own_body_and_nothing_of_another(
    mechanism, alpha, beta, alpha_lead, administrator
):
    for action in TRIED:
        audit.record(action, by=administrator, mechanism=mechanism, bodies=[alpha.pk])
        audit.record(action, by=administrator, mechanism=mechanism, bodies=[beta.pk])
        audit.record(action, by=administrator, mechanism=mechanism)

    assert seen_by(alpha_lead) == TRIED
    assert set(AuditEvent.objects.visible_to(alpha_lead).values_list("body_ids", flat=True).distinct()[0]) == {alpha.pk}
    assert AuditEvent.objects.visible_to(alpha_lead).count() == len(TRIED)


def test_everybody_sees_their_own_acts(mechanism, alpha_monitor, alpha_reader):
    for action in TRIED:
        audit.record(action, by=alpha_monitor, mechanism=mechanism)

    assert seen_by(alpha_monitor) == TRIED
    assert seen_by(alpha_reader) == set()


def test_the_retired_and_the_anonymous_see_nothing(mechanism, alpha, retired):
    audit.record("register.changed", by=retired, mechanism=mechanism, bodies=[alpha.pk])

    assert seen_by(retired) == set()
    assert seen_by(AnonymousUser()) == set()


def test_administrator_sees_no_act_on_a_visit(administrator, beta_monitor, mechanism):
    for action in ACTIONS:
        audit.record(action, by=beta_monitor, mechanism=mechanism)

    assert not {action for action in seen_by(administrator) if action.startswith(("visit.", "visits."))}


def test_coordinator_sees_nothing_of_accounts_people_and_drafts(coordinator, beta_monitor, mechanism):
    for action in ACTIONS:
        audit.record(action, by=beta_monitor, mechanism=mechanism)

    hidden = ("account.", "person.", "invitation.", "visit.logged", "visit.changed", "visits.drafts", "page.")
    assert not {action for action in seen_by(coordinator) if action.startswith(hidden)}


def test_draft_of_a_visit_leaves_no_trace_to_the_coordinator_until_it_is_handed_in(
    as_, alpha, alpha_lead, coordinator, mechanism
):
    visit = VisitFactory(place__mechanism=mechanism, lead_body=alpha, confidentiality="restricted")
    as_(alpha_lead).get(f"/examplia/desk/visits/{visit.pk}/")
    as_(alpha_lead).get("/examplia/desk/visits.csv")

    assert seen_by(coordinator) == set()
    assert seen_by(alpha_lead) == {"visit.draft_read", "visits.drafts_exported"}

    visit.state = visit.State.SUBMITTED
    visit.save(update_fields=["state"])
    as_(alpha_lead).get(f"/examplia/desk/visits/{visit.pk}/")
    as_(alpha_lead).get("/examplia/desk/visits.csv")

    assert seen_by(coordinator) == {"visit.read", "visits.exported"}


def test_coordinators_read_is_shown_to_the_leads_of_the_bodies(as_, alpha, alpha_lead, coordinator, mechanism):
    visit = VisitFactory(place__mechanism=mechanism, lead_body=alpha, confidentiality="restricted", submitted=True)

    as_(coordinator).get(f"/examplia/desk/visits/{visit.pk}/")
    as_(coordinator).get("/examplia/desk/visits.csv")

    assert seen_by(alpha_lead) == {"visit.read", "visits.exported"}
