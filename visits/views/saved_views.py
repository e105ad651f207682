"""Filters of the list of visits kept under a name: a person's own, and those a body shares."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members.models import Mechanism
from visits.actions import saved_views as actions
from visits.forms.filters import VisitFilter, filters_in
from visits.forms.saved_view import SavedViewForm
from visits.models import SavedView
from visits.models.body_names import BodyNames
from visits.views.scope import asks_and_acts, knows_of_visits, list_address, typed

MOST = 50


@dataclass(frozen=True)
class ViewLink:
    """A saved view as the list leads to it."""

    view: SavedView
    url: str
    is_shown: bool
    may_change: bool


def saved_views_of(user: Any, mechanism: Mechanism, query: str) -> list[ViewLink]:
    """Return the views ``user`` may open in ``mechanism``; that with the filters ``query`` is marked. Two queries."""
    own = SavedView.objects.filter(mechanism=mechanism)
    changeable = set(own.editable_by(user).values_list("pk", flat=True))
    found = own.visible_to(user)[:MOST]
    return [
        ViewLink(view, list_address(mechanism, view.query), view.query == query, view.pk in changeable)
        for view in found
    ]


@asks_and_acts
@knows_of_visits
def saved_view_new(request: HttpRequest, mechanism: Mechanism) -> HttpResponseBase:
    query = filters_in(request.GET)
    form = SavedViewForm(typed(request), user=request.user, mechanism=mechanism, query=query)
    if not query:
        messages.info(request, _("Set a filter first: a view is a name for filters."))
        return _to_list(mechanism)
    if request.method == "POST" and form.is_valid():
        try:
            view = actions.save_view(
                mechanism=mechanism,
                name=form.cleaned_data["name"],
                query=query,
                body=form.shared_with() if "body" in form.fields else None,
                by=request.user,  # type: ignore[arg-type]
            )
        except actions.SavedViewRefused as refused:
            form.add_error("name", str(refused))
        else:
            messages.success(request, _("The view has been saved."))
            return _to_list(mechanism, view.query)
    return _page(request, mechanism, form, query, None)


@asks_and_acts
@knows_of_visits
def saved_view_change(request: HttpRequest, mechanism: Mechanism, pk: int) -> HttpResponseBase:
    view = _editable(request, mechanism, pk)
    initial = {"name": view.name, "body": view.body_id or ""}
    who: dict[str, Any] = {"user": request.user, "mechanism": mechanism}
    form = SavedViewForm(typed(request), query=view.query, view=view, initial=initial, **who)
    if request.method == "POST" and form.is_valid():
        body = form.shared_with() if "body" in form.fields else None
        try:
            actions.change_view(view=view, name=form.cleaned_data["name"], body=body, by=request.user)  # type: ignore[arg-type]
        except actions.SavedViewRefused as refused:
            form.add_error("name", str(refused))
        else:
            messages.success(request, _("The view has been changed."))
            return _to_list(mechanism, view.query)
    return _page(request, mechanism, form, view.query, view)


@require_POST
@knows_of_visits
def saved_view_remove(request: HttpRequest, mechanism: Mechanism, pk: int) -> HttpResponse:
    view = _editable(request, mechanism, pk)
    actions.remove_view(view=view, by=request.user)  # type: ignore[arg-type]
    messages.success(request, _("The view has been removed. The visits are as they were."))
    return _to_list(mechanism)


def _editable(request: HttpRequest, mechanism: Mechanism, pk: int) -> SavedView:
    """Return the view: 404 for who does not see it, 403 for who sees it and does not lead the body."""
    own = SavedView.objects.filter(mechanism=mechanism)
    view = get_object_or_404(own.visible_to(request.user), pk=pk)
    if not own.editable_by(request.user).filter(pk=pk).exists():
        raise PermissionDenied
    return view


def _page(
    request: HttpRequest, mechanism: Mechanism, form: SavedViewForm, query: str, view: SavedView | None
) -> HttpResponse:
    filters = VisitFilter(QueryDict(query), user=request.user, mechanism=mechanism, names=BodyNames(mechanism))
    filters.is_valid()
    context = {"form": form, "view": view, "active": list(filters.active(QueryDict(query)))}
    return TemplateResponse(request, "visits/saved_view_form.html", context)


def _to_list(mechanism: Mechanism, query: str = "") -> HttpResponse:
    return redirect(list_address(mechanism, query))
