"""The first pages: of the portal, and of each mechanism."""

from datetime import date, timedelta

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from members.models import Mechanism, MemberBody
from members.views.scope import public_page


@require_safe
@login_not_required
def home(request: HttpRequest) -> HttpResponse:
    mechanisms = Mechanism.objects.public_or_own(request.user).with_member_counts(date.today())
    return TemplateResponse(request, "members/home.html", {"mechanisms": mechanisms})


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Send a person who has just signed in to the desk: the only one, or the page to choose from several."""
    mechanisms = list(Mechanism.objects.visible_to(request.user))
    if len(mechanisms) == 1:
        return redirect("reports:desk_home", npm=mechanisms[0].slug)
    return TemplateResponse(request, "members/start.html", {"mechanisms": mechanisms})


@require_safe
@public_page
def about(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    today = date.today()
    year_starts, next_year_starts = mechanism.reporting_year_of(today)
    context = {
        "today": today,
        "member_count": MemberBody.objects.filter(mechanism=mechanism).members_as_at(today).count(),
        "coordination": mechanism.coordinations.as_at(today).select_related("body").first(),
        "year_starts": year_starts,
        "year_ends": next_year_starts - timedelta(days=1),
    }
    return TemplateResponse(request, "members/about.html", context)


@require_safe
@public_page
def contact(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    return TemplateResponse(request, "members/contact.html", {})
