"""The pages of the steps with a task: each asks for what the step needs, and shows both versions after a conflict."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from members.actions import task_steps as actions
from members.actions.tasks import TaskChangedMeanwhile, TaskRefused
from members.forms.tasks import HandOverForm, MoveForm, OutcomeForm, ReasonForm, RewordForm, StepForm
from members.models import Mechanism, Task, TaskStep
from members.views.scope import desk_page
from members.views.task_rows import history, rows_of

Kind = TaskStep.Kind


@dataclass(frozen=True)
class StepPage:
    """One step: its name in addresses, what its button says, its form, its action, and what is said then."""

    name: str
    kind: str
    label: str | Promise
    form: type[StepForm]
    action: Callable[..., Task]
    done: str | Promise
    css: str = ""


PAGES = {
    page.name: page
    for page in (
        StepPage(
            "done",
            Kind.DONE,
            gettext_lazy("Report it done"),
            OutcomeForm,
            actions.finish_task,
            gettext_lazy("The task is done."),
            "button-primary",
        ),
        StepPage(
            "day",
            Kind.MOVED,
            gettext_lazy("Change the day"),
            MoveForm,
            actions.move_task,
            gettext_lazy("The task is due on another day."),
        ),
        StepPage(
            "hand-over",
            Kind.HANDED,
            gettext_lazy("Hand it over"),
            HandOverForm,
            actions.hand_over_task,
            gettext_lazy("The task has been handed over."),
        ),
        StepPage(
            "reword",
            Kind.REWORDED,
            gettext_lazy("Reword it"),
            RewordForm,
            actions.reword_task,
            gettext_lazy("The words of the task are saved."),
        ),
        StepPage(
            "drop",
            Kind.DROPPED,
            gettext_lazy("Drop it"),
            ReasonForm,
            actions.drop_task,
            gettext_lazy("The task is dropped."),
        ),
        StepPage(
            "reopen",
            Kind.REOPENED,
            gettext_lazy("Reopen it"),
            ReasonForm,
            actions.reopen_task,
            gettext_lazy("The task is to be done again."),
        ),
    )
}


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page()
def task_step(request: HttpRequest, mechanism: Mechanism, pk: Any, step: str) -> HttpResponse:
    tasks = Task.objects.visible_to(request.user).filter(mechanism=mechanism)
    task = get_object_or_404(tasks.select_related("owner", "mechanism", "meeting__group"), pk=pk)
    page = PAGES.get(step)
    if page is None:
        raise Http404
    if request.method == "POST":
        return _take(request, mechanism, task, page)
    if page.kind in actions.steps_open_to(request.user, task):
        return _show(request, task, page, page.form(task=task, user=request.user))  # type: ignore[arg-type]
    if not actions.has_a_say(request.user, task, page.kind):
        raise PermissionDenied
    messages.error(request, actions.not_now(task))
    return redirect("members:task_detail", npm=mechanism.slug, pk=pk)


def _take(request: HttpRequest, mechanism: Mechanism, task: Task, page: StepPage) -> HttpResponse:
    if not actions.has_a_say(request.user, task, page.kind):
        raise PermissionDenied
    form = page.form(request.POST, task=task, user=request.user)  # type: ignore[arg-type]
    if not form.is_valid():
        return _show(request, task, page, form)
    try:
        seen = form.cleaned_data["version"]
        page.action(task=task, by=request.user, seen_version=seen, **form.values())
    except TaskRefused as refusal:
        form.add_error(None, str(refusal))
        return _show(request, task, page, form)
    except TaskChangedMeanwhile as conflict:
        if not _is_own_double_click(request, conflict.task, page, form):
            return _conflict(request, conflict.task, page, form)
    messages.success(request, str(page.done))
    if Task.objects.visible_to(request.user).filter(pk=task.pk).exists():
        return redirect("members:task_detail", npm=mechanism.slug, pk=task.pk)
    return redirect("members:task_list", npm=mechanism.slug)


def _is_own_double_click(request: HttpRequest, stored: Task, page: StepPage, form: StepForm) -> bool:
    """Tell whether what was sent is what the same person's last step stored: a button pressed twice."""
    last, seen, typed = stored.steps.first(), form.cleaned_data["version"], form.values()
    if not last or (last.kind, last.by_id, stored.version) != (page.kind, request.user.pk, seen + 1):
        return False
    words = typed.pop("outcome", None) or typed.pop("reason", None) or ""
    return last.words == words.replace("\r\n", "\n") and all(getattr(stored, k) == typed[k] for k in typed)


def _conflict(request: HttpRequest, stored: Task, page: StepPage, typed: StepForm) -> HttpResponse:
    """Show what stands now beside what was typed; sending again takes the step, knowingly."""
    data = request.POST.copy()
    data["version"] = str(stored.version)
    form = page.form(data, task=stored, user=request.user)  # type: ignore[arg-type]
    differences = [
        (typed.fields[name].label, _now(stored, name), _in_words(typed, name))
        for name in typed.fields
        if name != "version"
    ]
    context = {"conflict": True, "differences": differences, "latest": history(stored)[:3]}
    is_open = page.kind in actions.steps_open_to(request.user, stored)
    return _show(request, stored, page, form, status=409, **context, can_be_sent=is_open)


def _now(task: Task, name: str) -> str:
    """Return what stands now where ``name`` was typed; a reason stands nowhere but in the history."""
    values = {"due_on": date_format(task.due_on), "title": task.title, "note": task.note, "outcome": task.outcome}
    values["who"] = str(task.owner or task.body or "")
    return values.get(name) or "–"


def _in_words(form: StepForm, name: str) -> str:
    value: Any = form.cleaned_data.get(name)
    if isinstance(value, date):
        return date_format(value)
    if name == "who":
        groups: Any = form.fields[name].choices  # type: ignore[attr-defined]
        return {key: label for _group, found in groups for key, label in found}.get(value, str(value))
    return str(value)


def _show(request: HttpRequest, task: Task, page: StepPage, form: StepForm, **context: Any) -> HttpResponse:
    status = context.pop("status", 200)
    row = rows_of([task], task.mechanism)[0]
    context = {"can_be_sent": True} | context | {"task": task, "row": row, "step": page, "form": form}
    return TemplateResponse(request, "members/task_step.html", context, status=status)
