"""The acts on the facts of the register, one page each: add, end, correct, remove. The kinds are a table."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from members.actions import register_facts as actions
from members.actions.register_changes import ChangedSince
from members.forms.register import FactForm, fact_form
from members.forms.register_fields import EndForm, ReasonForm
from members.forms.seen import differences
from members.models import Mechanism, MemberBody
from members.periods import day_in_words
from members.register_kinds import KINDS, FactKind
from members.views.scope import desk_page
from npmportal.access import MANAGE_MEMBERS

keeps_register = desk_page(needs=MANAGE_MEMBERS)
asks_and_acts = require_http_methods(["GET", "HEAD", "POST"])
NO_WORDS: dict[str, Any] = {}


@asks_and_acts
@keeps_register
def fact_add(request: HttpRequest, mechanism: Mechanism, kind: str, body: str = "") -> HttpResponse:
    known = _kind(kind, is_of_body=bool(body))
    owner = get_object_or_404(MemberBody, mechanism=mechanism, slug=body) if body else mechanism
    initial = {name: request.GET[name][:40] for name in ("predecessor", "successor", "body") if name in request.GET}
    form = fact_form(known, typed(request), mechanism=mechanism, owner=owner, initial=initial)
    ends: tuple[Any, ...] = ()
    if request.method == "POST" and form.is_valid():
        try:
            ends = _add(request, form, known, mechanism, owner)
        except actions.RegisterError as error:
            refuse(form, error)
        else:
            if not ends:
                messages.success(request, _("Entered: {what}.").format(what=known.one))
                return redirect(_back(known, mechanism, owner))
    lead = _("A change in the world: what held before is kept, and ends on the day this begins.")
    return _page(request, known, mechanism, owner, form, title=capfirst(str(known.add)), lead=lead, ends=ends)


def _add(request: HttpRequest, form: FactForm, kind: FactKind, mechanism: Mechanism, owner: Any) -> tuple[Any, ...]:
    """Enter the fact, or return the facts it would end where the reader has not seen them named yet."""
    values, replaces = form.values, form.cleaned_data.get("replaces")
    row = actions.new_row(kind=kind, owner=owner, values=values)
    plan = actions.plan_addition(kind=kind, row=row, replaces=replaces)
    if plan.ends and not plan.clashes and request.POST.get("confirmed") != _seen(plan.ends, row):
        for other in plan.ends:
            other.would_end = day_in_words(row.starts_on, row.starts_precision)
        form.confirmed = _seen(plan.ends, row)  # type: ignore[attr-defined]
        return plan.ends
    given = {"values": values, "source": form.given_source, "replaces": replaces}
    actions.add_fact(kind=kind, mechanism=mechanism, owner=owner, by=request.user, **given)  # type: ignore[arg-type]
    return ()


def _seen(ends: tuple[Any, ...], row: Any) -> str:
    """Name what a preview showed, so that confirming it does exactly that."""
    return f"{'-'.join(str(other.pk) for other in ends)}@{row.starts_on}"


@asks_and_acts
@keeps_register
def fact_end(request: HttpRequest, mechanism: Mechanism, kind: str, pk: int) -> HttpResponse:
    known, row, owner = _fact(mechanism, kind, pk)
    if not known.is_dated:
        raise Http404
    form = EndForm(typed(request))
    if request.method == "POST" and form.is_valid():
        day, reason = form.cleaned_data["ends_on"], form.cleaned_data["reason"]
        given = {"ends_on": day.day, "precision": day.precision, "reason": reason, "by": request.user}
        try:
            actions.end_fact(kind=known, mechanism=mechanism, row=row, **given)
        except actions.RegisterError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Entered: it ends on {day}.").format(day=day_in_words(day.day, day.precision)))
            return redirect(_back(known, mechanism, owner))
    lead = _("A change in the world after which nothing of the kind follows. Where something follows, enter that.")
    title = _("It ends: {what}").format(what=actions.label_of(row))
    return _page(request, known, mechanism, owner, form, title=title, lead=lead)


@asks_and_acts
@keeps_register
def fact_correct(request: HttpRequest, mechanism: Mechanism, kind: str, pk: int) -> HttpResponse:
    known, row, owner = _fact(mechanism, kind, pk)
    title = _("Correct: {what}").format(what=actions.label_of(row))
    build = partial(fact_form, known, mechanism=mechanism, owner=owner)
    form, words = build(typed(request), instance=row), NO_WORDS
    if request.method == "POST" and form.is_valid():
        given = {"values": form.values, "source": form.given_source} | reason_and_seal(form)
        try:
            actions.correct_fact(kind=known, mechanism=mechanism, row=row, by=request.user, **given)  # type: ignore[arg-type]
        except ChangedSince as changed:
            form, words = both_shown(request, form, changed, build)
        except actions.RegisterError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Corrected. What stood there before is kept in the log."))
            return redirect(_back(known, mechanism, owner))
    lead = _("For what was entered wrongly. Where the world has changed, enter the change instead.")
    return _page(request, known, mechanism, owner, form, title=title, lead=lead, **words)


@asks_and_acts
@keeps_register
def fact_remove(request: HttpRequest, mechanism: Mechanism, kind: str, pk: int) -> HttpResponse:
    known, row, owner = _fact(mechanism, kind, pk)
    form = ReasonForm(typed(request))
    if request.method == "POST" and form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            actions.remove_fact(kind=known, mechanism=mechanism, row=row, reason=reason, by=request.user)  # type: ignore[arg-type]
        except actions.RegisterError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Removed. What stood there is kept in the log."))
            return redirect(_back(known, mechanism, owner))
    lead = _("For an entry that never was so. What has ended in the world is ended, not removed.")
    title = _("Remove: {what}").format(what=actions.label_of(row))
    return _page(request, known, mechanism, owner, form, title=title, lead=lead, is_danger=True)


def _kind(slug: str, *, is_of_body: bool) -> FactKind:
    known = KINDS.get(slug)
    if known is None or known.is_of_body != is_of_body:
        raise Http404
    return known


def _fact(mechanism: Mechanism, slug: str, pk: int) -> tuple[FactKind, Any, Any]:
    """Return the kind, the fact and whose it is; 404 for what is not in the register of ``mechanism``."""
    known = KINDS.get(slug)
    if known is None:
        raise Http404
    row = get_object_or_404(known.rows(mechanism), pk=pk)
    return known, row, row.body if known.is_of_body else mechanism


def typed(request: HttpRequest) -> Any:
    """Return what was sent, an empty form included; None where the page is only opened."""
    return request.POST if request.method == "POST" else None


def refuse(form: Any, error: actions.RegisterError) -> None:
    form.add_error(error.field if error.field in form.fields else None, str(error))


def reason_and_seal(form: Any) -> dict[str, str]:
    """Return why something is corrected, and the seal of what stood there when the form was opened."""
    return {"reason": form.cleaned_data["reason"], "seen": form.cleaned_data["seen"]}


def both_shown(
    request: HttpRequest, form: Any, changed: ChangedSince, build: Callable[..., Any]
) -> tuple[Any, dict[str, Any]]:
    """Return what was typed on what stands now, and the words of the page: sent again it replaces that, knowingly."""
    stored = build(None, instance=changed.stored)
    data = request.POST.copy()
    data["seen"] = stored.initial["seen"]
    return build(data, instance=changed.stored), {"differences": differences(form, stored), "is_conflict": True}


def _back(kind: FactKind, mechanism: Mechanism, owner: Any) -> str:
    if kind.is_of_body:
        address = reverse("members:desk_body_detail", kwargs={"npm": mechanism.slug, "body": owner.slug})
    else:
        address = reverse("members:register", kwargs={"npm": mechanism.slug})
    return f"{address}#{kind.slug}"


def _page(
    request: HttpRequest, kind: FactKind, mechanism: Mechanism, owner: Any, form: Any, **words: Any
) -> HttpResponse:
    context = {
        "form": form,
        "above": f"{owner.name} · {kind.plural}" if kind.is_of_body else kind.plural,
        "body": owner if kind.is_of_body else None,
        "cancel_url": _back(kind, mechanism, owner),
        "button": _("Remove") if words.get("is_danger") else _("Save"),
        **words,
    }
    return TemplateResponse(request, "members/register_form.html", context, status=status_of(words))


def status_of(words: dict[str, Any]) -> int:
    """Return 409 for a page that shows two versions, 200 for any other."""
    return 409 if words.get("is_conflict") else 200
