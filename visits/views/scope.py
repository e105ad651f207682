"""What the pages about visits and places begin with: who may open one, and which visit or place it is of."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from members.models import Mechanism
from members.views.scope import desk_page
from npmportal.access import LOG_VISITS, VIEW_SUBMITTED_VISITS, VIEW_VISITS, can
from visits.actions.transitions import note_look, note_reading
from visits.models import Place, Visit

knows_of_visits = desk_page(needs=VIEW_SUBMITTED_VISITS, on_a_body=VIEW_VISITS)
# A page that asks something and takes the answer.
asks_and_acts = require_http_methods(["GET", "HEAD", "POST"])


def fetch_visit(request: HttpRequest, mechanism: Mechanism, pk: Any, *, to_log: bool = False) -> Visit:
    """Return the visit: 404 to who does not read it.

    ``to_log``: 403 to who does not log for its lead body; the partners see the record and do not change it.
    """
    visits = Visit.objects.visible_to(request.user).filter(mechanism=mechanism)
    visit: Visit = get_object_or_404(visits.for_detail(), pk=pk)
    if to_log and not can(request.user, LOG_VISITS, visit.lead_body):
        raise PermissionDenied
    return visit


def fetch_place(request: HttpRequest, mechanism: Mechanism, pk: Any) -> Place:
    """Return the place: 404 to who does not know the register it stands in."""
    places = Place.objects.visible_to(request.user).filter(mechanism=mechanism)
    return get_object_or_404(places.select_related("mechanism"), pk=pk)


def page_of_visit(
    request: HttpRequest, visit: Visit, template: str, context: dict[str, Any], *, status: int = 200, **how: Any
) -> HttpResponse:
    """Return a page that prints what ``visit`` says; keep that a reviewer looked, and who read a restricted one.

    Each page of a visit is made here (a test asks all addresses), a form that comes back with errors or a conflict
    too: it may be the first that is opened. What is saved leads elsewhere and is no reading. ``how``: `note_reading`.
    """
    note_reading(visit, request.user, **how)
    note_look(visit, request.user)
    return TemplateResponse(request, template, context, status=status)


def not_open(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Say that ``visit``, in the state it is in now, takes no change; lead to its page."""
    state = Visit.objects.get(pk=visit.pk).get_state_display()
    messages.error(request, _("The visit is “%(state)s” now and cannot be changed.") % {"state": state})
    return redirect(visit_address(visit, "visit_detail"))


def typed(request: HttpRequest) -> QueryDict | None:
    """Return what was sent, an empty form included; None where the page is only opened."""
    return request.POST if request.method == "POST" else None


def visit_address(visit: Visit, name: str, **more: Any) -> str:
    """Return the address ``name`` of this visit."""
    return reverse(f"visits:{name}", kwargs={"npm": visit.mechanism.slug, "pk": visit.pk, **more})


def list_address(mechanism: Mechanism, query: str, name: str = "visit_list") -> str:
    """Return the address of the list of visits, or of its file ``name``, with the filters ``query``."""
    address = reverse(f"visits:{name}", kwargs={"npm": mechanism.slug})
    return f"{address}?{query}" if query else address
