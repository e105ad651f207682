"""The register: members, one body; for everybody, and with sources and notes at the desk."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from members.body_facts import facts_of
from members.concerns import decisions_and_tasks_of
from members.coverage import remits_of_body
from members.models import Designation, Mechanism, MemberBody
from members.register_rows import MEMBER_HEADER, member_designations, member_rows
from members.views.asked_day import asked_day
from members.views.evidence import bad_day, earliest_day, sources_of
from members.views.scope import desk_page, public_page
from npmportal.access import MANAGE_MEMBERS, can, grants_of
from npmportal.csv_files import csv_response

# -- Members ----------------------------------------------------------------------------------------------------------


@require_safe
@public_page
def member_list(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    return _member_list(request, mechanism, body_url="members:body_detail")


@require_safe
@desk_page()
def desk_member_list(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    return _member_list(request, mechanism, body_url="members:desk_body_detail")


def _member_list(request: HttpRequest, mechanism: Mechanism, body_url: str) -> HttpResponse:
    asked = asked_day(request)
    designations = list(member_designations(mechanism, asked.on))
    members = [d for d in designations if d.status == Designation.Status.DESIGNATED]
    context = {
        "on": asked.on,
        "on_error": asked.error,
        "has_errors": bool(asked.error),
        "designations": designations,
        "coordination": mechanism.coordinations.as_at(asked.on).first(),
        "is_single_body": len(designations) == 1 and len(members) == 1,
        "tells_who_takes_part": any(d.takes_part is not True for d in designations),
        "earliest": earliest_day(Designation.objects.filter(body__mechanism=mechanism)),
        "nested": mechanism.jurisdictions.with_open_networks(request.user),
        "body_url": body_url,
        "may_keep": body_url.endswith("desk_body_detail") and can(request.user, MANAGE_MEMBERS, mechanism),
    }
    return TemplateResponse(request, "members/member_list.html", context)


@require_safe
@public_page
def members_csv(request: HttpRequest, mechanism: Mechanism) -> HttpResponseBase:
    asked = asked_day(request)
    if asked.error:
        return bad_day(asked.error)
    rows = list(member_rows(mechanism, asked.on, with_notes=mechanism.pk in grants_of(request.user).mechanism_ids))
    return csv_response(f"{mechanism.slug}-members-{asked.on}.csv", MEMBER_HEADER, rows)


# -- One body ---------------------------------------------------------------------------------------------------------


@require_safe
@public_page
def body_detail(request: HttpRequest, mechanism: Mechanism, body: str) -> HttpResponse:
    return _body_detail(request, mechanism, body, body_url="members:body_detail")


@require_safe
@desk_page()
def desk_body_detail(request: HttpRequest, mechanism: Mechanism, body: str) -> HttpResponse:
    return _body_detail(request, mechanism, body, body_url="members:desk_body_detail")


def _body_detail(request: HttpRequest, mechanism: Mechanism, slug: str, body_url: str) -> HttpResponse:
    asked, is_desk = asked_day(request), body_url == "members:desk_body_detail"
    bodies = MemberBody.objects.filter(mechanism=mechanism).select_related("mechanism").with_names_as_at(asked.on)
    body = get_object_or_404(bodies.prefetch_related("jurisdictions"), slug=slug)
    facts = facts_of(body, asked.on, is_desk=is_desk)
    remits = remits_of_body(body, asked.on)
    context = {
        "on": asked.on,
        "on_error": asked.error,
        "has_errors": bool(asked.error),
        "body": body,
        "remits": [(setting, where, entry, _holds(entry.period, asked.on)) for setting, where, entry in remits],
        "sources": sources_of([*facts.pop("read_in"), *(entry.source for _s, _w, entry in remits)]),
        "body_url": body_url,
        "may_keep": is_desk and can(request.user, MANAGE_MEMBERS, mechanism),
        "about": decisions_and_tasks_of(body, request.user) if is_desk else {},
    }
    return TemplateResponse(request, "members/body_detail.html", context | facts)


def _holds(period: Any, on: Any) -> bool:
    return bool(period.starts_on <= on and (period.ends_on is None or on < period.ends_on))
