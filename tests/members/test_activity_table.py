"""Every action that is recorded anywhere has its sentence, its kind, and says who may read of it."""

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.utils import translation

from members.activity import ACTIONS, KINDS, REGISTER_SENTENCES, SUBJECTS, in_general
from members.models import RoleRequest, TaskStep
from npmportal.access import PERMISSIONS
from tests.test_conventions import APPS, modules
from visits.actions.transitions import AUDIT_NAMES
from visits.models import PlanEvent

ROOT = Path(__file__).resolve().parents[2]
RECORDERS = {"record", "_record", "_write_down"}
# Actions that are put together: what stands before the part in braces, and what may stand in it.
PUT_TOGETHER = {
    "visit.": set(AUDIT_NAMES.values()),
    "task.": set(TaskStep.Kind.values),
    "plan.": set(PlanEvent.Kind.values) - {"made", "changed"},
    "role.": set(RoleRequest.State.values) - {"waiting"},
}


def recorded():
    """Yield each action that the code records, with its place."""
    for app in APPS:
        for path in modules(app):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and node.args and name_of(node.func) in RECORDERS:
                    for action in actions_in(node.args[0]):
                        yield action, f"{path.relative_to(ROOT)}:{node.lineno}"


def name_of(function):
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def actions_in(node):
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and "." in node.value:
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from actions_in(node.body)
        yield from actions_in(node.orelse)
    elif isinstance(node, ast.JoinedStr):
        head = node.values[0].value
        yield from (f"{head}{end}" for end in PUT_TOGETHER[head])


def test_the_search_finds_the_actions_of_all_apps():
    found = {action for action, _place in recorded()}

    assert {"page.opened", "register.changed", "invitation.sent", "visit.approved", "report.built"} <= found
    assert {"place.added", "place.changed", "visits.drafts_exported", "task.done", "account.signed_in"} <= found


def test_every_recorded_action_has_its_sentence():
    assert {place: action for action, place in recorded() if action not in ACTIONS} == {}


def test_every_sentence_belongs_to_an_action_that_is_recorded():
    assert set(ACTIONS) - {action for action, _place in recorded()} == set()


@pytest.mark.parametrize("language", ["en-gb", "nl"])
def test_sentences_can_be_filled_in(language):
    permissions = {"", *PERMISSIONS["members.Mechanism"]}
    with translation.override(language):
        for name, action in ACTIONS.items():
            assert action.kind in KINDS
            assert action.read_with in permissions
            assert in_general(name).endswith(".")
            assert "{" not in in_general(name)
        for sentence in REGISTER_SENTENCES.values():
            assert str(sentence).format(who="A", what="b")


def test_subjects_are_records_with_a_name():
    for label, subject in SUBJECTS.items():
        assert apps.get_model(label).objects.values_list(subject.label, subject.url_field) is not None
        assert str(subject.named).format(name="x")
