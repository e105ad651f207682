"""A page with one form of the coverage: show it, or do what it asks and go on."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from members.actions.coverage import CoverageError
from members.actions.register_changes import ChangedSince
from members.forms.coverage import EndForm
from members.views.register_facts import both_shown, status_of


def form_page(
    request: HttpRequest,
    form: Any,
    *,
    title: str,
    done: str,
    act: Callable[[], Any],
    back: str,
    then: str | Callable[[Any], str] = "",
    template: str = "members/gap_form.html",
    more: dict[str, Any] | None = None,
    build: Callable[..., Any] | None = None,
) -> HttpResponse:
    """Show a form, or do what it asks and go on to ``then`` (or ``back``); a refusal is said on the form.

    ``then`` is an address, or makes one of what ``act`` returned.
    ``build`` makes the form anew from data and `instance=`, to show both where somebody else was quicker.
    """
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                result = act()
        except ChangedSince as changed:
            form, conflict = both_shown(request, form, changed, build or type(form))
            more = (more or {}) | conflict
        except CoverageError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, done)
            return redirect(then(result) if callable(then) else then or back)
    context = {"form": form, "title": title, "back": back} | (more or {})
    return TemplateResponse(request, template, context, status=status_of(context))


def asked_cells(request: HttpRequest) -> dict[str, Any]:
    """Return the cell named in the address, as the form begins."""
    asked = request.GET
    return {
        "setting": asked.get("setting"),
        "jurisdictions": asked.getlist("jurisdiction"),
        "layer": asked.get("layer"),
    }


def end_given(form: EndForm) -> dict[str, Any]:
    """Return from which day on something holds no more, as the actions take it."""
    return {"until": form.cleaned_data["until"], "note": form.cleaned_data["note"]}
