"""The quarterly review of leavers: what waits, and one body's list to go through."""

import re
from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import F, Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from members.actions import reviews as actions
from members.actions.people_rules import PeopleError
from members.models import Affiliation, Mechanism, MemberBody, PeopleReview
from members.views.people_scope import manages_people

NUMBER = re.compile(r"[0-9]{1,18}")


@require_safe
@manages_people
def people_reviews(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    newest = _reviews(request.user, mechanism).latest_of_bodies().select_related("confirmed_by")
    context = {"reviews": newest.order_by(F("confirmed_at").asc(nulls_first=True), "due_on", "body__slug")}
    return TemplateResponse(request, "members/people_reviews.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@manages_people
def people_review(request: HttpRequest, mechanism: Mechanism, pk: int) -> HttpResponse:
    review = get_object_or_404(_reviews(request.user, mechanism), pk=pk)
    ticked = {int(value) for value in request.POST.getlist("person") if NUMBER.fullmatch(value)}
    problem = ""
    if request.method == "POST":
        try:
            actions.confirm_review(review=review, still_there=ticked, by=request.user)  # type: ignore[arg-type]
        except PeopleError as error:
            problem = str(error)
        else:
            messages.success(request, _("The list is confirmed. Thank you."))
            return redirect("members:people_reviews", npm=mechanism.slug)
    context = {"review": review, "people": _people(review), "ticked": ticked, "problem": problem}
    return TemplateResponse(request, "members/people_review.html", context | {"has_errors": bool(problem)})


def _reviews(user: Any, mechanism: Mechanism) -> Any:
    bodies = MemberBody.objects.with_names_as_at(date.today())
    own = PeopleReview.objects.manageable_by(user).filter(body__mechanism=mechanism)
    return own.prefetch_related(Prefetch("body", bodies))


def _people(review: PeopleReview) -> list[dict[str, Any]]:
    """Return each person of the list with the roles held in the body."""
    held = Affiliation.objects.not_ended().filter(body=review.body_id).order_by("starts_on")
    roles: dict[int, list[Affiliation]] = {}
    for affiliation in held:
        roles.setdefault(affiliation.user_id, []).append(affiliation)
    return [{"person": person, "roles": roles.get(person.pk, [])} for person in review.people_now()]
