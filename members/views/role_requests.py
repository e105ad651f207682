"""Agreeing, as the second person, to a role that one alone cannot give (ADR 0019)."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from members.actions import role_requests as actions
from members.actions.people_rules import PeopleError
from members.models import Mechanism, MemberBody, RoleRequest
from members.views.scope import desk_page
from npmportal.access import MANAGE_BODY_PEOPLE, MANAGE_PEOPLE, ROLES, grants_of
from npmportal.accounts import require_fresh_sign_in


@require_safe
@desk_page()
def role_request(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    found, grants = _request(request, mechanism, pk), grants_of(request.user)
    context = {
        "found": _for_reader(found, request.user),
        "role": ROLES[found.role],
        "is_waiting": RoleRequest.objects.waiting().filter(pk=found.pk).exists(),
        "manages_people": any(mechanism.pk in grants.mechanisms(p) for p in (MANAGE_PEOPLE, MANAGE_BODY_PEOPLE)),
    }
    return TemplateResponse(request, "members/role_request.html", context)


@require_POST
@desk_page()
def role_request_agree(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    return _decide(request, mechanism, pk, actions.agree, _("Done: you are the second person who agreed."))


@require_POST
@desk_page()
def role_request_refuse(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    return _decide(request, mechanism, pk, actions.refuse, _("Nobody gets a role by this."))


def _decide(
    request: HttpRequest, mechanism: Mechanism, pk: Any, action: Callable[..., Any], sentence: str
) -> HttpResponse:
    found = _request(request, mechanism, pk)
    require_fresh_sign_in(request)
    try:
        action(request=found, by=request.user)
    except PeopleError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, sentence)
    return redirect("members:role_request", npm=mechanism.slug, pk=pk)


def _request(request: HttpRequest, mechanism: Mechanism, pk: Any) -> RoleRequest:
    """Return the request: 404 for what is not of this mechanism, 403 for a colleague who has no say in it."""
    found = get_object_or_404(_loaded(RoleRequest.objects.filter(mechanism=mechanism)), pk=pk)
    if not RoleRequest.objects.visible_to(request.user).filter(pk=found.pk).exists():
        raise PermissionDenied
    return found


def requests_for(user: Any, mechanism: Mechanism) -> list[RoleRequest]:
    """Return the waiting requests in which ``user`` has a say, each with whether the person is the one to agree."""
    waiting = RoleRequest.objects.visible_to(user).waiting().filter(mechanism=mechanism)
    return [_for_reader(found, user) for found in _loaded(waiting)]


def _for_reader(found: RoleRequest, user: Any) -> RoleRequest:
    found.is_for_user = found.asked_by_id != user.pk and not found.concerns(user)  # type: ignore[attr-defined]
    return found


def _loaded(requests: Any) -> Any:
    bodies = MemberBody.objects.with_names_as_at(timezone.localdate()).select_related("mechanism")
    return requests.select_related("asked_by", "decided_by", "mechanism", "affiliation__user").prefetch_related(
        Prefetch("body", bodies)
    )
