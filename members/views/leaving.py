"""Ending what is left of a body that has left the mechanism."""

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from members.actions import leaving as actions
from members.actions.people_rules import PeopleError
from members.models import GroupSeat, Mechanism, MemberBody
from members.views.scope import desk_page
from npmportal.access import MANAGE_PEOPLE
from npmportal.accounts import require_fresh_sign_in


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(needs=MANAGE_PEOPLE)
def body_end(request: HttpRequest, mechanism: Mechanism, body: str) -> HttpResponse:
    bodies = MemberBody.objects.select_related("mechanism").with_names_as_at(date.today())
    found = get_object_or_404(bodies.filter(mechanism=mechanism), slug=body)
    require_fresh_sign_in(request)
    if request.method == "POST":
        _end(request, found)
        return redirect("members:people", npm=mechanism.slug)
    context = {
        "body": found,
        "has_left": actions.has_left(found),
        "roles": actions.people_of(found).select_related("user").order_by("user__name", "pk"),
        "seats": GroupSeat.objects.filter(body=found).exclude(ends_on__lte=date.today()).select_related("group"),
    }
    return TemplateResponse(request, "members/body_end.html", context)


def _end(request: HttpRequest, body: MemberBody) -> None:
    try:
        number = actions.end_all_of_body(body=body, by=request.user)  # type: ignore[arg-type]
    except PeopleError as error:
        messages.error(request, str(error))
    else:
        done = ngettext(
            "Ended: the roles of %(n)d person, seats and invitations.",
            "Ended: the roles of %(n)d people, seats and invitations.",
            number,
        )
        messages.success(request, done % {"n": number})
