from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from members.models import Mechanism
from members.views.scope import desk_page, public_page


@login_not_required
def home(request: HttpRequest) -> HttpResponse:
    return TemplateResponse(request, "members/home.html", {"mechanisms": Mechanism.objects.all()})


def start(request: HttpRequest) -> HttpResponse:
    """Send a person who has just signed in to the desk: the only one, or the page to choose from several."""
    mechanisms = list(Mechanism.objects.visible_to(request.user))
    if len(mechanisms) == 1:
        return redirect("members:desk_home", npm=mechanisms[0].slug)
    return TemplateResponse(request, "members/start.html", {"mechanisms": mechanisms})


@public_page
def about(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    return TemplateResponse(request, "members/about.html", {})


@desk_page()
def desk_home(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    return TemplateResponse(request, "members/desk_home.html", {})
