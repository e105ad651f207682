"""What the pages of groups, meetings and minutes share: fetching through access, conflicts, steps with a reason.

Strangers get 404 (desk_page). A colleague without a seat gets 403 at a group, whose name is no secret, and 404 at a
meeting; who may read but not keep gets 403 at the steps.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from members.actions.groups import GroupRefused
from members.forms.meeting_fields import ReasonForm
from members.models import Mechanism, Meeting, WorkingGroup


def fetch_group(request: HttpRequest, mechanism: Mechanism, pk: Any, *, to_keep: bool = False) -> WorkingGroup:
    """Return the group: 404 outside the mechanism, 403 for colleagues without a seat (or who do not keep it)."""
    known = WorkingGroup.objects.known_to(request.user).filter(mechanism=mechanism)
    group = get_object_or_404(known.select_related("mechanism"), pk=pk)
    circle = WorkingGroup.objects.kept_by if to_keep else WorkingGroup.objects.visible_to
    if not circle(request.user).filter(pk=group.pk).exists():
        raise PermissionDenied
    return group


def fetch_meeting(
    request: HttpRequest, mechanism: Mechanism, pk: Any, *, to_keep: bool = False, inside: bool = False
) -> Meeting:
    """Return the meeting: 404 for who has no seat; 403 for who may not keep it, or as an invitee not read on."""
    meetings = Meeting.objects.visible_to(request.user).filter(group__mechanism=mechanism)
    meeting: Meeting = get_object_or_404(meetings.for_detail(), pk=pk)
    if to_keep and not keeps(request.user, meeting.group):
        raise PermissionDenied
    if inside and not knows_inside(request.user, meeting.group):
        raise PermissionDenied
    return meeting


def keeps(user: Any, group: WorkingGroup) -> bool:
    """Tell whether ``user`` keeps ``group``."""
    return WorkingGroup.objects.kept_by(user).filter(pk=group.pk).exists()


def knows_inside(user: Any, group: WorkingGroup) -> bool:
    """Tell whether ``user`` reads what the group says and decides: not as a mere invitee."""
    return WorkingGroup.objects.known_inside_to(user).filter(pk=group.pk).exists()


@dataclass(frozen=True)
class Difference:
    """One field of which somebody else has saved something other than what was typed here."""

    label: str
    stored: str
    typed: str


def differences(form: Any, stored: Any, names: tuple[str, ...], in_words: Any = str) -> list[Difference]:
    """Return in which of the fields ``names`` the valid ``form`` and the ``stored`` row say different things."""
    found = []
    for name in names:
        mine, theirs = form.cleaned_data.get(name), getattr(stored, name)
        if mine != theirs:
            field = form.fields[name]
            words = [_in_words(field, value, in_words) for value in (theirs, mine)]
            found.append(Difference(str(field.label), *words))
    return found


def _in_words(field: Any, value: Any, in_words: Any) -> str:
    if value in (None, ""):
        return _("Nothing")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return date_format(value.astimezone(field.zone), "DATETIME_FORMAT")
    if isinstance(value, date):
        return date_format(value)
    choices = dict(getattr(field, "choices", None) or []) if isinstance(field, forms.ChoiceField) else {}
    return str(choices.get(value, in_words(value)))


def with_version(request: HttpRequest, version: int) -> Any:
    """Return what was posted, standing on ``version``: saving it again replaces what stands now, knowingly."""
    data = request.POST.copy()
    data["version"] = str(version)
    return data


def reasoned_step(
    request: HttpRequest,
    *,
    form: ReasonForm,
    take: Callable[[dict[str, Any]], Any],
    done: str,
    then: Callable[[], HttpResponse],
    context: dict[str, Any],
) -> HttpResponse:
    """Show ``form`` (a reason, perhaps a day) on a page of its own, and ``take`` the step with what was typed.

    ``context`` needs `title`, `label` (of the button), `back_url` and, where it helps, `sentence` and `crumbs`.
    """
    if request.method == "POST" and form.is_valid():
        try:
            take(form.cleaned_data)
        except GroupRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, done)
            return then()
    return TemplateResponse(request, "members/meeting_step.html", context | {"form": form})
