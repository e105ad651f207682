"""The invented tasks of a demonstration: loaded once, and only there."""

import io

import pytest
from django.core.management import CommandError, call_command

from members.models import Reminder, Task, TaskStep


def test_tasks_are_loaded_once_and_say_that_they_are_invented(uk, nl, settings):
    settings.DEMONSTRATION = True

    for _n in range(2):
        call_command("load_demo_tasks", stdout=io.StringIO())

    assert Task.objects.filter(mechanism=uk).count() == 8
    assert Task.objects.filter(mechanism=nl).count() == 3
    assert all(task.title.startswith(("Invented task", "Verzonnen taak")) for task in Task.objects.all())
    assert set(TaskStep.objects.values_list("kind", flat=True)) == {"given", "moved", "done"}
    late = Reminder.objects.filter(is_escalation=True).values_list("user__name", "offset")
    assert set(late) == {("Cora Coordinator", 30)}


def test_outside_a_demonstration_they_are_refused(uk, settings):
    settings.DEMONSTRATION = False

    with pytest.raises(CommandError, match="not a demonstration"):
        call_command("load_demo_tasks")

    assert not Task.objects.exists()
