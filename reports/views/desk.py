"""The desk's home: what the person has to do, what waits for others, and what is done."""

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from members.founding import first_steps
from members.models import Mechanism
from members.views.scope import desk_page
from npmportal.access import LOG_VISITS, MANAGE_PEOPLE, can, grants_of
from reports.worklists import work_lists


@require_safe
@desk_page()
def desk_home(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    context = {
        "work_lists": work_lists(request.user, mechanism),
        "first_steps": first_steps(mechanism, request.user),
        "may_log": mechanism.pk in grants_of(request.user).mechanisms(LOG_VISITS),
        "may_invite": can(request.user, MANAGE_PEOPLE, mechanism),
    }
    return TemplateResponse(request, "reports/desk_home.html", context)
