"""Bodies and the lists of the register: enter, change, order, remove what was a mistake."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from members.actions import register_bodies, register_lists
from members.actions.register_changes import ChangedSince
from members.actions.register_facts import RegisterError
from members.forms.register_entries import AreaForm, BodyForm, JurisdictionForm, NewBodyForm, SettingForm
from members.forms.register_fields import ReasonForm
from members.models import DetentionSetting, Jurisdiction, Mechanism, MemberBody, SupervisionArea
from members.views.register_facts import (
    NO_WORDS,
    asks_and_acts,
    both_shown,
    keeps_register,
    reason_and_seal,
    refuse,
    status_of,
    typed,
)

# -- Bodies -----------------------------------------------------------------------------------------------------------


@asks_and_acts
@keeps_register
def body_add(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    form = NewBodyForm(typed(request), mechanism=mechanism)
    if request.method == "POST" and form.is_valid():
        given: dict[str, Any] = {
            "fields": form.fields_given,
            "name": form.name_given,
            "designation": form.designation_given,
        }
        try:
            body = register_bodies.create_body(
                mechanism=mechanism,
                source=form.source_given(),
                by=request.user,  # type: ignore[arg-type]
                **given,
            )
        except RegisterError as error:
            refuse(form, error)
        else:
            messages.success(request, _("{name} is in the register.").format(name=body.name))
            return redirect("members:desk_body_detail", npm=mechanism.slug, body=body.slug)
    lead = _("What it is, its first name and, where it is a member, its first designation. All else is added later.")
    return _page(request, mechanism, form, title=_("Enter a body"), lead=lead)


@asks_and_acts
@keeps_register
def body_change(request: HttpRequest, mechanism: Mechanism, body: str) -> HttpResponse:
    row = get_object_or_404(MemberBody, mechanism=mechanism, slug=body)
    build = partial(BodyForm, mechanism=mechanism)
    form, words = build(typed(request), instance=row), NO_WORDS
    cancel = reverse("members:desk_body_detail", kwargs={"npm": mechanism.slug, "body": row.slug})
    if request.method == "POST" and form.is_valid():
        given = {"values": form.fields_given, "body": row} | reason_and_seal(form)
        try:
            register_lists.change_entry(row=row, mechanism=mechanism, by=request.user, **given)  # type: ignore[arg-type]
        except ChangedSince as changed:
            form, words = both_shown(request, form, changed, build)
        except RegisterError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Changed. What stood there before is kept in the log."))
            return redirect(cancel)
    lead = _("Names and designations have a history and are changed on the body’s page.")
    words = words | {"title": _("Change the body"), "lead": lead, "body": row, "cancel_url": cancel}
    return _page(request, mechanism, form, **words)


@asks_and_acts
@keeps_register
def body_remove(request: HttpRequest, mechanism: Mechanism, body: str) -> HttpResponse:
    row = get_object_or_404(MemberBody, mechanism=mechanism, slug=body)
    lead = _("For a body entered by mistake. One that has left the mechanism stays: its designation ends.")
    return _remove(request, mechanism, row, row.name, lead, body=row)


@require_POST
@keeps_register
def body_move(request: HttpRequest, mechanism: Mechanism, body: str, way: str) -> HttpResponse:
    row = get_object_or_404(MemberBody, mechanism=mechanism, slug=body)
    return _move(request, mechanism, row, "bodies", way)


# -- Lists ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class List:
    """One list of the register: its model, its form and the words of its pages."""

    model: Any
    form: Any
    add: Promise


LISTS = {
    "jurisdictions": List(Jurisdiction, JurisdictionForm, gettext_lazy("Add a jurisdiction")),
    "settings": List(DetentionSetting, SettingForm, gettext_lazy("Add a detention setting")),
    "areas": List(SupervisionArea, AreaForm, gettext_lazy("Add a supervision area")),
}


@asks_and_acts
@keeps_register
def entry_add(request: HttpRequest, mechanism: Mechanism, entries: str) -> HttpResponse:
    known = _list(entries)
    form = known.form(typed(request), mechanism=mechanism, visible=_nestable(request, 0))
    if request.method == "POST" and form.is_valid():
        given = {"values": form.values, "by": request.user}
        try:
            row = register_lists.add_entry(model=known.model, mechanism=mechanism, **given)
        except RegisterError as error:
            refuse(form, error)
        else:
            messages.success(request, _("{name} is in the register.").format(name=row.name))
            return redirect(_hub(mechanism, entries))
    return _page(request, mechanism, form, title=known.add, cancel_url=_hub(mechanism, entries))


@asks_and_acts
@keeps_register
def entry_change(request: HttpRequest, mechanism: Mechanism, entries: str, pk: int) -> HttpResponse:
    known = _list(entries)
    row = get_object_or_404(known.model, mechanism=mechanism, pk=pk)
    build = partial(known.form, mechanism=mechanism, visible=_nestable(request, pk))
    form, words = build(typed(request), instance=row), NO_WORDS
    title = _("Change: {what}").format(what=row.name)
    if request.method == "POST" and form.is_valid():
        given = {"values": form.values, "by": request.user} | reason_and_seal(form)
        try:
            register_lists.change_entry(row=row, mechanism=mechanism, **given)
        except ChangedSince as changed:
            form, words = both_shown(request, form, changed, build)
        except RegisterError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Changed. What stood there before is kept in the log."))
            return redirect(_hub(mechanism, entries))
    return _page(request, mechanism, form, title=title, cancel_url=_hub(mechanism, entries), **words)


@asks_and_acts
@keeps_register
def entry_remove(request: HttpRequest, mechanism: Mechanism, entries: str, pk: int) -> HttpResponse:
    row = get_object_or_404(_list(entries).model, mechanism=mechanism, pk=pk)
    return _remove(request, mechanism, row, row.name, _("Possible only while nothing uses it."), anchor=entries)


@require_POST
@keeps_register
def entry_move(request: HttpRequest, mechanism: Mechanism, entries: str, pk: int, way: str) -> HttpResponse:
    row = get_object_or_404(_list(entries).model, mechanism=mechanism, pk=pk)
    return _move(request, mechanism, row, entries, way)


def _nestable(request: HttpRequest, jurisdiction: int) -> Any:
    """Return the mechanisms a jurisdiction may point to: the public ones, one’s own, and the one it points to now."""
    own = Mechanism.objects.visible_to(request.user).values("pk")
    return Mechanism.objects.filter(Q(is_public=True) | Q(pk__in=own) | Q(nested_in=jurisdiction)).distinct()


def _list(slug: str) -> List:
    if slug not in LISTS:
        raise Http404
    return LISTS[slug]


def _hub(mechanism: Mechanism, anchor: str) -> str:
    return f"{reverse('members:register', kwargs={'npm': mechanism.slug})}#{anchor}"


def _move(request: HttpRequest, mechanism: Mechanism, row: Any, anchor: str, way: str) -> HttpResponse:
    if way not in ("up", "down"):
        raise Http404
    given = {"is_up": way == "up", "by": request.user}
    if not register_lists.move_entry(row=row, mechanism=mechanism, **given):  # type: ignore[arg-type]
        messages.info(request, _("It stands at the end of the list already."))
    return redirect(_hub(mechanism, anchor))


def _remove(
    request: HttpRequest,
    mechanism: Mechanism,
    row: Any,
    name: str,
    lead: str,
    *,
    anchor: str = "bodies",
    body: MemberBody | None = None,
) -> HttpResponse:
    form = ReasonForm(typed(request))
    if request.method == "POST" and form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            register_lists.remove_entry(row=row, mechanism=mechanism, reason=reason, by=request.user)  # type: ignore[arg-type]
        except RegisterError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Removed. What stood there is kept in the log."))
            return redirect(_hub(mechanism, anchor))
    title = _("Remove: {what}").format(what=name)
    more = {"is_danger": True, "button": _("Remove"), "cancel_url": _hub(mechanism, anchor), "body": body}
    return _page(request, mechanism, form, title=title, lead=lead, **more)


def _page(request: HttpRequest, mechanism: Mechanism, form: Any, **words: Any) -> HttpResponse:
    context = {"form": form, "cancel_url": _hub(mechanism, "bodies"), "button": _("Save"), **words}
    return TemplateResponse(request, "members/register_form.html", context, status=status_of(words))
