"""“Who can see this?” of visits, plans and places."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from members.models import Mechanism
from members.views.scope import desk_page
from members.views.who import who_page
from visits import seeing
from visits.field_table import reader_of
from visits.plan_guests import addresses_for, hidden_from
from visits.views.plan_parts import fetch_plan, plan_page
from visits.views.scope import fetch_place, fetch_visit, knows_of_visits


@require_safe
@knows_of_visits
def visit_who(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    visit = fetch_visit(request, mechanism, pk)
    sees = reader_of(request.user, mechanism).sees(visit)
    return who_page(
        request,
        mechanism,
        record=visit.reference if "reference" in sees else _("Visit"),
        back_url=reverse("visits:visit_detail", kwargs={"npm": mechanism.slug, "pk": visit.pk}),
        grounds=seeing.grounds_of_visit(visit),
        others=seeing.who_else_knows(visit),
        changers=seeing.grounds_of_changing(visit),
        bodies=visit.body_ids,
    )


@require_safe
@plan_page
def plan_who(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    plan = fetch_plan(request, mechanism, pk)
    bodies = [plan.body_id, *plan.partner_rows.order_by("pk").values_list("body", flat=True)]
    hidden = hidden_from(request.user, plan)
    return who_page(
        request,
        mechanism,
        record=_("Planned visit"),
        back_url=reverse("visits:plan_detail", kwargs={"npm": mechanism.slug, "pk": plan.pk}),
        grounds=[ground for ground in seeing.grounds_of_plan(plan, bodies) if ground.person not in hidden],
        others=seeing.who_else_knows_of_plan(has_guests=bool(addresses_for(request.user, plan))),
        changers=[ground for ground in seeing.grounds_of_changing_plan(plan) if ground.person not in hidden],
        bodies=bodies,
        once=True,  # the team and the lead stand first: they know more
    )


@require_safe
@desk_page()
def place_who(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    place = fetch_place(request, mechanism, pk)
    return who_page(
        request,
        mechanism,
        record=place.name,
        back_url=reverse("visits:place_detail", kwargs={"npm": mechanism.slug, "pk": place.pk}),
        grounds=seeing.grounds_of_place(),
        others=_(
            "Nobody else. The register of places is common to the members; of another member’s visits it shows the "
            "days and the bodies, once approved and unless restricted."
        ),
        changers=seeing.grounds_of_keeping_places(mechanism),
    )
