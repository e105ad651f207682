"""Giving tasks and the steps with them: what is stored, who may, and what leaves with a role."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from members.actions import task_steps as steps
from members.actions.people import retire_person
from members.actions.tasks import TaskChangedMeanwhile, TaskRefused, give_task
from members.models import Affiliation, Task, TaskStep
from members.models.affiliation_groups import sync_groups
from npmportal.models import AuditEvent
from tests.factories import person

SOON = date.today() + timedelta(days=10)
CANARY = "canary words nobody else may read"


@pytest.fixture
def beta_lead(beta):
    return person("body_lead", beta, name="Bela Lead")


@pytest.fixture
def give(mechanism, coordinator):
    """A function that gives a task, by the coordinator where nobody else is named."""

    def give(by=None, **fields):
        fields = {"title": CANARY, "due_on": SOON} | fields
        return give_task(mechanism=mechanism, by=by or coordinator, **fields)

    return give


def leave(user, body):
    """The person works for ``body`` no longer."""
    Affiliation.objects.filter(user=user, body=body).update(ends_on=date.today())
    sync_groups(user)


def seen_by(*people):
    return [person.name for person in people if Task.objects.visible_to(person).exists()]


# -- Giving -----------------------------------------------------------------------------------------------------------


def test_give_stores_the_task_its_first_step_and_an_event_without_words(give, alpha, alpha_monitor, coordinator):
    task = give(owner=alpha_monitor, body=alpha, note=CANARY)

    assert (task.owner, task.body, task.state, task.version) == (alpha_monitor, alpha, "open", 1)
    step = task.steps.get()
    assert (step.kind, step.by, step.new_owner, step.new_due_on) == ("given", coordinator, alpha_monitor, SOON)
    event = AuditEvent.objects.get(action="task.given")
    assert (event.object_id, event.body_ids, event.mechanism) == (str(task.pk), [alpha.pk], alpha.mechanism)
    assert "canary" not in str(event.details)


def test_give_to_somebody_of_one_body_belongs_to_that_body(give, alpha, alpha_monitor, administrator):
    assert give(owner=alpha_monitor).body == alpha
    assert give(owner=administrator).body is None


def test_give_to_somebody_of_two_bodies_asks_for_which(give, alpha, beta, alpha_monitor):
    Affiliation.objects.create(user=alpha_monitor, body=beta, role="body_reader", starts_on=date(2020, 1, 1))

    with pytest.raises(TaskRefused, match="several bodies"):
        give(owner=alpha_monitor)
    assert give(owner=alpha_monitor, body=beta).body == beta


def test_give_names_somebody_who_is_there(give, alpha, beta, alpha_monitor, retired, stranger):
    with pytest.raises(TaskRefused, match="Say who"):
        give()
    with pytest.raises(TaskRefused, match="does not work for the body"):
        give(owner=alpha_monitor, body=beta)
    for nobody in (retired, stranger):
        with pytest.raises(PermissionDenied):
            give(owner=nobody, body=alpha)
    assert not Task.objects.exists()


def test_a_lead_gives_inside_the_own_body_and_others_to_themselves(
    give, alpha, beta, alpha_lead, alpha_monitor, beta_monitor, administrator
):
    assert give(by=alpha_lead, owner=alpha_monitor, body=alpha).created_by == alpha_lead
    assert give(by=alpha_monitor, owner=alpha_monitor).body == alpha
    for by, owner, body in [
        (alpha_lead, beta_monitor, beta),
        (alpha_lead, None, beta),
        (alpha_monitor, alpha_lead, alpha),
        (alpha_monitor, None, beta),
        (administrator, alpha_monitor, alpha),
    ]:
        with pytest.raises(PermissionDenied):
            give(by=by, owner=owner, body=body)


# -- Who sees what ----------------------------------------------------------------------------------------------------


def test_a_task_is_seen_by_its_owner_its_giver_the_lead_and_who_convenes(
    give, alpha, beta_lead, alpha_lead, alpha_monitor, alpha_reader, coordinator, administrator, stranger, beta_monitor
):
    give(owner=alpha_monitor, body=alpha)

    everybody = (alpha_lead, alpha_monitor, alpha_reader, beta_lead, beta_monitor, coordinator, administrator, stranger)
    assert seen_by(*everybody) == [alpha_lead.name, alpha_monitor.name, coordinator.name]


def test_who_leaves_a_body_keeps_nothing_even_with_a_role_elsewhere(give, alpha, beta, alpha_lead, alpha_monitor):
    give(by=alpha_lead, owner=alpha_monitor, body=alpha)
    for user in (alpha_lead, alpha_monitor):
        Affiliation.objects.create(user=user, body=beta, role="body_lead", starts_on=date(2020, 1, 1))
        sync_groups(user)
    assert seen_by(alpha_lead, alpha_monitor) == [alpha_lead.name, alpha_monitor.name]

    leave(alpha_lead, alpha)
    leave(alpha_monitor, alpha)

    assert seen_by(alpha_lead, alpha_monitor) == []
    for rows in (Task.objects.doable_by(alpha_monitor), Task.objects.managed_by(alpha_lead)):
        assert not rows.exists()


def test_who_leaves_the_staff_keeps_nothing(give, mechanism, alpha, coordinator):
    give(owner=coordinator)
    Affiliation.objects.create(user=coordinator, body=alpha, role="body_lead", starts_on=date(2020, 1, 1))
    Affiliation.objects.filter(mechanism=mechanism).update(ends_on=date.today())
    sync_groups(coordinator)

    assert seen_by(coordinator) == []


def test_retired_people_see_nothing(give, alpha, alpha_monitor, mechanism, administrator):
    give(owner=alpha_monitor, body=alpha)
    retire_person(user=alpha_monitor, mechanism=mechanism, by=administrator)
    alpha_monitor.refresh_from_db()

    assert seen_by(alpha_monitor) == []


# -- Steps ------------------------------------------------------------------------------------------------------------


def test_finish_keeps_the_action_taken(give, alpha, alpha_monitor):
    task = give(owner=alpha_monitor, body=alpha)

    steps.finish_task(task=task, outcome=" Sent it.\r\n", by=alpha_monitor, seen_version=1)

    task.refresh_from_db()
    assert (task.state, task.outcome, task.closed_by, task.version) == ("done", "Sent it.", alpha_monitor, 2)
    assert task.steps.first().words == "Sent it."
    assert AuditEvent.objects.filter(action="task.done", object_id=str(task.pk)).exists()


@pytest.mark.parametrize("step", ["finish_task", "drop_task"])
def test_closing_without_words_is_refused_and_changes_nothing(give, alpha, coordinator, step):
    task = give(body=alpha)
    words = {"outcome": "  "} if step == "finish_task" else {"reason": "  "}

    with pytest.raises(TaskRefused):
        getattr(steps, step)(task=task, by=coordinator, seen_version=1, **words)

    task.refresh_from_db()
    assert (task.state, task.version, task.steps.count()) == ("open", 1, 1)


def test_moving_later_is_an_extension_and_counted_moving_earlier_is_not(give, alpha, alpha_monitor):
    task = give(owner=alpha_monitor, body=alpha)
    later, earlier = SOON + timedelta(days=5), SOON - timedelta(days=5)

    task = steps.move_task(task=task, due_on=later, reason="The papers are late.", by=alpha_monitor, seen_version=1)
    assert (task.due_on, task.extensions) == (later, 1)
    task = steps.move_task(task=task, due_on=earlier, reason="They came.", by=alpha_monitor, seen_version=2)

    assert (task.due_on, task.extensions) == (earlier, 1)
    step = task.steps.first()
    assert (step.old_due_on, step.new_due_on, step.words) == (later, earlier, "They came.")
    with pytest.raises(TaskRefused, match="already"):
        steps.move_task(task=task, due_on=earlier, reason="x", by=alpha_monitor, seen_version=3)


def test_hand_over_by_the_lead_and_back_to_the_body_by_the_owner(give, alpha, alpha_lead, alpha_monitor, alpha_reader):
    task = give(body=alpha)

    task = steps.hand_over_task(task=task, owner=alpha_monitor, reason="Yours.", by=alpha_lead, seen_version=1)
    assert task.owner == alpha_monitor
    with pytest.raises(PermissionDenied):
        steps.hand_over_task(task=task, owner=alpha_reader, reason="x", by=alpha_monitor, seen_version=2)
    task = steps.hand_over_task(task=task, owner=None, reason="I am away.", by=alpha_monitor, seen_version=2)

    assert task.owner is None
    assert not Task.objects.visible_to(alpha_monitor).exists()


def test_hand_over_to_somebody_of_another_body_is_refused(give, alpha, alpha_monitor, beta_monitor, coordinator):
    task = give(owner=alpha_monitor, body=alpha)

    with pytest.raises(TaskRefused, match="does not work for the body"):
        steps.hand_over_task(task=task, owner=beta_monitor, reason="x", by=coordinator, seen_version=1)


def test_what_a_body_is_asked_from_outside_its_lead_finishes_but_does_not_drop(give, alpha, alpha_lead, coordinator):
    asked, own = give(body=alpha), give(by=alpha_lead, owner=alpha_lead, body=alpha)

    with pytest.raises(PermissionDenied):
        steps.drop_task(task=asked, reason="We do not want to.", by=alpha_lead, seen_version=1)
    assert steps.drop_task(task=own, reason="No longer needed.", by=alpha_lead, seen_version=1).state == "dropped"
    assert steps.finish_task(task=asked, outcome="Done.", by=alpha_lead, seen_version=1).state == "done"


def test_reopen_empties_the_outcome_and_keeps_it_in_the_history(give, alpha, alpha_monitor, coordinator):
    task = give(owner=alpha_monitor, body=alpha)
    steps.finish_task(task=task, outcome="Sent.", by=alpha_monitor, seen_version=1)

    task = steps.reopen_task(task=task, reason="It never came.", by=coordinator, seen_version=2)

    assert (task.state, task.outcome, task.closed_by, task.closed_at) == ("open", "", None, None)
    assert [step.words for step in task.steps.all()] == ["It never came.", "Sent.", ""]


def test_what_was_dropped_comes_back_only_through_those_who_may_drop(give, alpha, alpha_monitor, coordinator):
    task = give(owner=alpha_monitor, body=alpha)
    steps.drop_task(task=task, reason="Superseded.", by=coordinator, seen_version=1)

    with pytest.raises(TaskRefused):
        steps.reopen_task(task=task, reason="x", by=alpha_monitor, seen_version=2)
    assert steps.reopen_task(task=task, reason="After all.", by=coordinator, seen_version=2).is_open


def test_reword_keeps_what_stood_there(give, alpha, coordinator, alpha_monitor):
    task = give(owner=alpha_monitor, body=alpha, note="As agreed.")

    task = steps.reword_task(task=task, title="Clearer", note="As agreed.", by=coordinator, seen_version=1)

    assert (task.title, task.steps.first().before) == ("Clearer", {"title": CANARY})
    with pytest.raises(PermissionDenied):
        steps.reword_task(task=task, title="Mine", note="", by=alpha_monitor, seen_version=2)


@pytest.mark.parametrize("who", ["beta_monitor", "alpha_reader", "administrator", "stranger"])
def test_steps_are_refused_to_everybody_else(give, alpha, alpha_monitor, who, request):
    task, somebody = give(owner=alpha_monitor, body=alpha), request.getfixturevalue(who)

    for step, words in [("finish_task", "outcome"), ("drop_task", "reason"), ("reopen_task", "reason")]:
        with pytest.raises(PermissionDenied):
            getattr(steps, step)(task=task, by=somebody, seen_version=1, **{words: "x"})
    assert steps.steps_open_to(somebody, task) == []


def test_second_step_on_the_same_version_is_told_and_stores_nothing(give, alpha, alpha_monitor, alpha_lead):
    task = give(owner=alpha_monitor, body=alpha)
    steps.finish_task(task=task, outcome="First.", by=alpha_monitor, seen_version=1)

    with pytest.raises(TaskChangedMeanwhile) as conflict:
        steps.finish_task(task=task, outcome="Second.", by=alpha_lead, seen_version=1)

    assert conflict.value.task.outcome == "First."
    assert task.steps.count() == 2


# -- What the database refuses ----------------------------------------------------------------------------------------


def test_the_database_refuses_a_closed_task_without_outcome_and_one_nobody_owes(give, alpha):
    task = give(body=alpha)
    for values in ({"state": "done"}, {"outcome": "x"}, {"body": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Task.objects.filter(pk=task.pk).update(**values)


def test_the_database_refuses_to_change_or_delete_a_step(give, alpha):
    give(body=alpha)
    for change in (lambda rows: rows.update(words="other"), lambda rows: rows.delete()):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            change(TaskStep.objects.all())
