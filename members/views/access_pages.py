"""Who may do what: the table of roles, printed from the data that enforces it."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from members import roles_table
from members.models import Mechanism
from members.views.scope import desk_page
from npmportal.access import ROLES
from npmportal.csv_files import csv_response


@require_safe
@desk_page()
def roles(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    context = {
        "roles": ROLES.values(),
        "permissions": roles_table.permission_rows(),
        "holders": roles_table.holders_by_role(request.user, mechanism),
        "held_on": roles_table.HELD_ON,
    }
    return TemplateResponse(request, "members/roles.html", context)


@require_safe
@desk_page()
def roles_csv(request: HttpRequest, mechanism: Mechanism) -> HttpResponseBase:
    rows = list(roles_table.csv_rows(request.user, mechanism))
    return csv_response(f"{mechanism.slug}-roles.csv", roles_table.csv_header(), rows)
