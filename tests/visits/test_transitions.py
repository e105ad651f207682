"""The whole table of steps: each role against each state and step, and what each step does and refuses."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from members.models import Affiliation
from members.models.affiliation_groups import sync_groups
from npmportal import access
from npmportal.models import AuditEvent
from visits import actions
from visits.models import TRANSITIONS, Visit, VisitEvent

STATES = ("draft", "submitted", "returned", "approved", "withdrawn", "discarded")
BODY_STEPS = {
    "submit": {"draft", "returned"},
    "recall": {"submitted"},
    "discard": {"draft", "returned"},
    "restore": {"discarded"},
}
REVIEW_STEPS = {"approve": {"submitted"}, "return": {"submitted", "approved"}}
LEAD_STEPS = {"withdraw": {"submitted", "approved"}, "reinstate": {"withdrawn"}}
OPEN = {"draft", "returned"}  # in these what has never been approved is discarded, and what has been is withdrawn
AMENDING = {"amend": {"approved"}}
EVERYTHING = BODY_STEPS | REVIEW_STEPS | LEAD_STEPS | AMENDING
ROLES = {
    "alpha_lead": BODY_STEPS | REVIEW_STEPS | LEAD_STEPS,
    "alpha_monitor": BODY_STEPS,
    "alpha_reader": {},
    "beta_monitor": {},
    "outsider": {},
    "coordinator": REVIEW_STEPS,  # alpha has no lead in that test: the coordinator stands in
    "administrator": {},
    "stranger": {},
    "retired": {},
}
TARGETS = {
    "submit": "submitted",
    "recall": "draft",
    "approve": "approved",
    "return": "returned",
    "amend": "submitted",
    "withdraw": "withdrawn",
    "reinstate": "submitted",
    "discard": "discarded",
    "restore": "draft",
}
BUTTONS = sorted(set(EVERYTHING) - set(AMENDING))


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("step", BUTTONS)
def test_role_in_state_takes_step(request, joint, role, state, step):
    user = request.getfixturevalue(role)
    Visit.objects.filter(pk=joint.pk).update(state=state)
    joint.refresh_from_db()
    allowed = ROLES[role]
    expected = TARGETS[step] if state in allowed.get(step, ()) else state

    refusal = PermissionDenied if step not in allowed else actions.StepRefused
    if expected == state:
        with pytest.raises(refusal):
            actions.take_transition(visit=joint, name=step, by=user, reason="Because.")
    else:
        actions.take_transition(visit=joint, name=step, by=user, reason="Because.")

    joint.refresh_from_db()
    assert joint.state == expected
    offered = {s.name for s in actions.steps_open_to(user, joint)}
    assert (step in offered) == (joint.state in allowed.get(step, ()) and not _submitted_it(step, joint, user))


def _submitted_it(step, visit, user):
    """Two persons for an approval: who has just reinstated or submitted the visit is not offered it."""
    return step == "approve" and visit.events.filter(to_state="submitted", by=user).exists()


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("state", STATES)
def test_amending_is_taken_by_saving_a_change(request, joint, role, state):
    user = request.getfixturevalue(role)
    Visit.objects.filter(pk=joint.pk).update(state=state)
    joint.refresh_from_db()
    joint.summary = "More was seen."
    logs_for_lead = role in ("alpha_lead", "alpha_monitor")
    may_change = logs_for_lead and state in ("draft", "returned", "approved")

    if may_change:
        change(joint, user, "A part was forgotten.")
    else:
        with pytest.raises(PermissionDenied):
            change(joint, user, "A part was forgotten.")

    joint.refresh_from_db()
    assert joint.state == ("submitted" if may_change and state == "approved" else state)
    assert (joint.summary == "More was seen.") is may_change
    with pytest.raises(actions.StepRefused if logs_for_lead else PermissionDenied):
        actions.take_transition(visit=joint, name="amend", by=user, reason="Because.")


def change(visit, by, reason=""):
    return actions.change_visit(visit=visit, partners=None, expected_version=visit.version, by=by, reason=reason)


@pytest.mark.parametrize("role", ROLES)
def test_open_visit_that_was_approved_before_is_withdrawn_and_not_discarded(request, joint, role):
    user = request.getfixturevalue(role)
    for state in sorted(OPEN):
        for step, is_open in (("discard", False), ("withdraw", "withdraw" in ROLES[role])):
            Visit.objects.filter(pk=joint.pk).update(state=state, approved_at=timezone.now())
            joint.refresh_from_db()
            assert (step in {s.name for s in actions.steps_open_to(user, joint)}) is is_open
            if is_open:
                assert actions.take_transition(visit=joint, name=step, by=user, reason="No.").state == TARGETS[step]
                continue
            with pytest.raises(actions.StepRefused if step in ROLES[role] else PermissionDenied):
                actions.take_transition(visit=joint, name=step, by=user, reason="No.")
    with pytest.raises(IntegrityError, match="discarded_was_never_approved"), transaction.atomic():
        Visit.objects.filter(pk=joint.pk).update(state="discarded", approved_at=timezone.now())


def test_table_of_this_test_is_the_table_of_the_code():
    sources = {
        name: set(step.sources) - (OPEN if step.open_if_approved else set()) for name, step in TRANSITIONS.items()
    }
    assert sources == EVERYTHING
    assert {name for name, step in TRANSITIONS.items() if step.if_never_approved} == {"discard"}
    assert {name: step.target for name, step in TRANSITIONS.items()} == TARGETS
    assert {name for name, step in TRANSITIONS.items() if step.by_changing} == set(AMENDING)
    assert set(STATES) == set(Visit.State.values)


@pytest.mark.parametrize(
    ("role", "person"),
    [
        ("body_lead", "alpha_lead"),
        ("body_monitor", "alpha_monitor"),
        ("body_reader", "alpha_reader"),
        ("coordinator", "coordinator"),
        ("administrator", "administrator"),
    ],
)
def test_permissions_of_this_test_are_those_of_the_code(role, person):
    held = set(access.ROLES[role].permissions)
    by_permission = {name for name, step in TRANSITIONS.items() if held.intersection(step.permissions)}

    assert by_permission - set(AMENDING) == set(ROLES[person])
    assert ("amend" in by_permission) is (person in ("alpha_lead", "alpha_monitor"))


def test_step_is_kept_in_the_history_and_written_down(draft, alpha_lead):
    actions.take_transition(visit=draft, name="submit", by=alpha_lead)

    event = VisitEvent.objects.get()
    assert (event.from_state, event.to_state, event.by) == ("draft", "submitted", alpha_lead)
    audited = AuditEvent.objects.get(action="visit.submitted")
    assert audited.object_id == str(draft.pk)
    assert audited.details == {"from_state": "draft", "to_state": "submitted"}
    draft.refresh_from_db()
    assert draft.submitted_at


def test_reason_is_kept_in_the_history_and_stays_out_of_the_audit(draft, alpha_lead, coordinator):
    actions.take_transition(visit=draft, name="submit", by=alpha_lead)

    actions.take_transition(visit=draft, name="return", by=coordinator, reason="Say who decided.")

    assert VisitEvent.objects.first().reason == "Say who decided."
    assert "decided" not in str(AuditEvent.objects.get(action="visit.returned").details)


@pytest.mark.parametrize("reason", ["", "   ", "\n"])
def test_step_back_without_a_reason_changes_nothing(draft, alpha_lead, coordinator, reason):
    actions.take_transition(visit=draft, name="submit", by=alpha_lead)

    with pytest.raises(actions.ReasonMissing):
        actions.take_transition(visit=draft, name="return", by=coordinator, reason=reason)

    draft.refresh_from_db()
    assert draft.state == "submitted"
    assert VisitEvent.objects.count() == 1


def test_same_step_twice_is_taken_once(draft, alpha_lead):
    for _click in range(2):
        actions.take_transition(visit=draft, name="submit", by=alpha_lead)

    assert VisitEvent.objects.count() == 1
    assert AuditEvent.objects.filter(action="visit.submitted").count() == 1


def test_step_another_person_has_taken_is_refused_in_words(draft, alpha_lead, alpha_monitor):
    actions.take_transition(visit=draft, name="submit", by=alpha_lead)

    with pytest.raises(actions.StepRefused, match="submitted"):
        actions.take_transition(visit=draft, name="submit", by=alpha_monitor)


def test_visit_that_was_changed_since_it_was_read_is_not_approved(draft, alpha_lead, coordinator):
    read = actions.take_transition(visit=draft, name="submit", by=alpha_lead).version
    actions.take_transition(visit=draft, name="recall", by=alpha_lead, reason="A number was wrong.")
    actions.take_transition(visit=draft, name="submit", by=alpha_lead)

    with pytest.raises(actions.StepRefused, match="since you opened it"):
        actions.take_transition(visit=draft, name="approve", by=coordinator, seen_version=read)

    draft.refresh_from_db()
    assert draft.state == "submitted"
    actions.take_transition(visit=draft, name="approve", by=coordinator, seen_version=draft.version)


def test_nobody_approves_a_visit_they_submitted(draft, mechanism, alpha_lead, coordinator):
    Affiliation.objects.create(user=alpha_lead, role="coordinator", mechanism=mechanism)
    sync_groups(alpha_lead)
    actions.take_transition(visit=draft, name="submit", by=alpha_lead)

    with pytest.raises(actions.StepRefused, match="somebody else"):
        actions.take_transition(visit=draft, name="approve", by=alpha_lead)

    assert "approve" not in {step.name for step in actions.steps_open_to(alpha_lead, draft)}
    actions.take_transition(visit=draft, name="approve", by=coordinator)
    draft.refresh_from_db()
    assert draft.state == "approved"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"access": ""}, "access"),
        ({"access": "delayed", "access_reason": "too_busy"}, "minutes"),
        ({"access": "refused"}, "reason"),
    ],
)
def test_incomplete_visit_is_not_submitted(draft, alpha_lead, fields, words):
    Visit.objects.filter(pk=draft.pk).update(**fields)

    with pytest.raises(actions.VisitIncomplete, match=words):
        actions.take_transition(visit=draft, name="submit", by=alpha_lead)

    draft.refresh_from_db()
    assert draft.state == "draft"


def test_visit_by_telephone_needs_no_access(draft, alpha_lead):
    Visit.objects.filter(pk=draft.pk).update(access="", mode="telephone")

    actions.take_transition(visit=draft, name="submit", by=alpha_lead)

    draft.refresh_from_db()
    assert draft.state == "submitted"


def test_failure_in_the_middle_leaves_nothing_behind(draft, alpha_lead, monkeypatch):
    monkeypatch.setattr("visits.actions.transitions.audit.record", lambda *a, **k: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        actions.take_transition(visit=draft, name="submit", by=alpha_lead)

    draft.refresh_from_db()
    assert draft.state == "draft"
    assert not VisitEvent.objects.exists()


def test_saving_what_stands_there_already_changes_nothing(draft, alpha_lead):
    version, updated_at = draft.version, draft.updated_at

    saved = change(draft, alpha_lead)

    draft.refresh_from_db()
    assert (saved.version, draft.version, draft.updated_at) == (version, version, updated_at)
    assert not AuditEvent.objects.filter(action="visit.changed").exists()
