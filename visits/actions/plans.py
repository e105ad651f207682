"""Planning visits: made, changed, done, given up, opened. What is written down names no place and no day.

Events of plans concern the body alone, never its partners: whoever leads it sees the plan as well.
"""

import uuid
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from members.models import MemberBody, User
from npmportal import audit
from npmportal.access import LOG_VISITS, MANAGE_BODY_PEOPLE, can
from visits.models import Place, Plan, PlanEvent, PlanMember, PlanPartner, PlanSaving, Visit
from visits.models.place_hold import hold_places
from visits.plan_guests import guests_under
from visits.plan_meetings import LATELY, fortnights_met
from visits.plan_steps import STEPS, PlanStep

WRITTEN = ("place", "body", "secrecy", "starts_on", "ends_on", "kind", "notice", "trigger", "note")
ASKS_ANEW = {"place", "starts_on", "ends_on"}  # what makes the portal look for other members again


class PlanRefused(Exception):
    """Something a plan cannot take; the message says why."""


class PlanChangedMeanwhile(Exception):
    """Somebody else has saved the plan since the form was opened; ``stored`` is what stands now."""

    def __init__(self, stored: Plan) -> None:
        super().__init__()
        self.stored = stored


@transaction.atomic
def plan_visit(
    *, plan: Plan, partners: Iterable[MemberBody], team: Iterable[User], by: User, form_key: uuid.UUID | None = None
) -> Plan:
    """Store the new ``plan`` with its team; who plans is in the team, unless it is the body's lead.

    The same ``form_key`` of the same person gives the same plan. Raises PermissionDenied, or PlanRefused for days past.
    """
    if not can(by, LOG_VISITS, plan.body):
        raise PermissionDenied
    if form_key and (earlier := Plan.objects.filter(created_by=by, form_key=form_key).first()):
        return earlier
    _refuse_days_past(plan)
    plan.created_by, plan.form_key, plan.state = by, form_key, Plan.State.PLANNED
    _hold_place(plan)
    _follow(plan)
    _look_for_others(plan, by)
    plan.save(force_insert=True)
    _set_partners(plan, partners)
    _set_team(plan, team if can(by, MANAGE_BODY_PEOPLE, plan.body) else [*team, by])
    _write_down("plan.made", PlanEvent.Kind.MADE, plan, by)
    return plan


@transaction.atomic
def change_plan(
    *, plan: Plan, partners: Iterable[MemberBody], team: Iterable[User], expected_version: int, by: User
) -> Plan:
    """Store what ``plan`` now says. Raises PermissionDenied, PlanChangedMeanwhile, or PlanRefused.

    A seal stays until the visit was made (`open_seal`). New days or another place make the portal look for other
    members again.
    """
    _hold_place(plan)  # before the plan: a merge locks places, then the plans it moves
    stored = _locked(plan, by)
    if stored.version != expected_version:
        raise PlanChangedMeanwhile(stored)
    if stored.state not in Plan.CHANGEABLE:
        raise PlanRefused(_("This plan is done or cancelled. Plan it again before you change it."))
    if stored.is_sealed and not plan.is_sealed:
        raise PlanRefused(_("A sealed plan stays sealed until the visit was made."))
    if not can(by, LOG_VISITS, plan.body):
        raise PermissionDenied
    changed = [name for name in WRITTEN if getattr(plan, name) != getattr(stored, name)]
    if {"starts_on", "ends_on"} & set(changed):
        _refuse_days_past(plan)
    _follow(plan)
    if ASKS_ANEW & set(changed) or plan.premises != stored.premises:
        _look_for_others(plan, by)
    changed += ["partners"] * _set_partners(plan, partners)
    # The guests are their addresses here: that an address is somebody's now, or no longer, changes nothing to be told.
    changed += ["team"] * (_set_team(plan, team) or plan.guests != stored.guests)
    plan.version = stored.version + 1
    columns = ["mechanism", "place_name", "week", "last_week", "fortnight_first", "fortnight_last", "met_in"]
    plan.save(update_fields=[*WRITTEN, *columns, "premises", "guests", "version", "updated_at"])
    if changed:
        _write_down("plan.changed", PlanEvent.Kind.CHANGED, plan, by, fields=changed)
    return plan


@transaction.atomic
def take_plan_step(*, plan: Plan, step: PlanStep, reason: str, by: User) -> Plan:
    """Take ``plan`` a step further or back. Raises PermissionDenied, or PlanRefused where it cannot be taken."""
    plan = _locked(plan, by)
    reason = reason.strip()
    if in_the_way := _in_the_way(plan, step):
        raise PlanRefused(in_the_way)
    if step.needs_reason and not reason:
        raise PlanRefused(_("Give a reason."))
    plan.state = step.target
    if step.name == "resume":
        plan.follow_place()
        _look_for_others(plan, by)
    plan.version += 1
    plan.save(update_fields=["state", "premises", "met_in", "version", "updated_at"])
    _write_down(f"plan.{step.kind}", step.kind, plan, by, reason=reason)
    return plan


@transaction.atomic
def open_seal(*, plan: Plan, by: User) -> Plan:
    """Let the body and its partners see a sealed plan, once the visit was made. For who leads the body alone."""
    plan = _locked(plan, by)
    if not can(by, MANAGE_BODY_PEOPLE, plan.body):
        raise PermissionDenied
    if not plan.is_sealed or plan.state != Plan.State.DONE:
        raise PlanRefused(_("Only a sealed plan of a visit that was made can be opened."))
    plan.secrecy = Plan.Secrecy.OPEN
    plan.version += 1
    plan.save(update_fields=["secrecy", "version", "updated_at"])
    _write_down("plan.opened", PlanEvent.Kind.OPENED, plan, by)
    return plan


@transaction.atomic
def tie_visit(*, plan: Plan, visit: Visit, by: User) -> Plan:
    """Remember that ``visit`` was logged from ``plan``, which is done with it. A plan that has one keeps it."""
    plan = _locked(plan, by)
    if plan.visit_id or not plan.has_begun or plan.state not in Plan.LOGGABLE:
        return plan
    plan.visit, plan.state = visit, Plan.State.DONE
    plan.version += 1
    plan.save(update_fields=["visit", "state", "version", "updated_at"])
    _write_down("plan.logged", PlanEvent.Kind.LOGGED, plan, by)
    return plan


def _locked(plan: Plan, by: User) -> Plan:
    """Return the plan as it is stored, locked, if ``by`` may change it."""
    stored = Plan.objects.select_for_update(of=("self",)).select_related("body", "place").get(pk=plan.pk)
    if not may_change_plan(plan.pk, by):
        raise PermissionDenied
    return stored


def _hold_place(plan: Plan) -> None:
    """Keep the plan's place from being merged away or removed until the plan is stored; follow it where it was merged.

    A plan whose place is gone keeps its name alone: what removing the place a moment later would have left.
    """
    if plan.place is None:
        return
    now = hold_places([plan.place.pk]).get(plan.place.pk)
    if now != plan.place.pk:
        plan.mechanism, plan.place_name = plan.place.mechanism, plan.place.name
        plan.place = Place.objects.filter(pk=now).first() if now else None


def _follow(plan: Plan) -> None:
    """Keep with the plan what follows from its place and its days."""
    plan.follow_place()
    plan.follow_days()


def _refuse_days_past(plan: Plan) -> None:
    if plan.starts_on < date.today():
        raise PlanRefused(_("The first day is past. A visit that was made is logged, not planned."))


def _look_for_others(plan: Plan, by: User) -> None:
    """Look whether another member is due there, and remember that somebody asked."""
    plan.met_in = fortnights_met(plan)
    PlanSaving.objects.filter(by=by, on__lte=date.today() - LATELY).delete()
    PlanSaving.objects.create(mechanism_id=plan.mechanism_id, by=by, body_id=plan.body_id)


def _set_partners(plan: Plan, partners: Iterable[MemberBody]) -> bool:
    wanted = {body.pk for body in partners} - {plan.body_id}
    rows = PlanPartner.objects.filter(plan=plan)
    present = set(rows.values_list("body_id", flat=True))
    rows.exclude(body__in=wanted).delete()
    PlanPartner.objects.bulk_create(PlanPartner(plan=plan, body_id=pk) for pk in sorted(wanted - present))
    return wanted != present


def _set_team(plan: Plan, team: Iterable[User]) -> bool:
    """Make ``team`` and the guests of ``plan``, whose partners are set, its members; tell whether others are chosen."""
    chosen = {person.pk for person in team}
    guests = guests_under(plan.guests, plan.partner_rows.values_list("body_id", flat=True)) - chosen
    rows = PlanMember.objects.filter(plan=plan)
    before = set(rows.filter(is_guest=False).values_list("user_id", flat=True))
    for wanted, is_guest in ((chosen, False), (guests, True)):
        rows.filter(is_guest=is_guest).exclude(user__in=wanted).delete()
    present = set(rows.values_list("user_id", flat=True))
    new = sorted((chosen | guests) - present)
    PlanMember.objects.bulk_create(PlanMember(plan=plan, user_id=pk, is_guest=pk in guests) for pk in new)
    return chosen != before


def _write_down(action: str, kind: str, plan: Plan, by: User, *, reason: str = "", fields: Iterable[str] = ()) -> None:
    PlanEvent.objects.create(plan=plan, kind=kind, reason=reason, fields=list(fields), by=by)
    audit.record(action, by=by, obj=plan, mechanism=plan.mechanism_id, bodies=[plan.body_id])


def may_change_plan(plan_id: uuid.UUID, user: Any) -> bool:
    """Tell whether ``user`` may change the plan and take it further."""
    return Plan.objects.editable_by(user).filter(pk=plan_id).exists()


def steps_of_plan(plan: Plan, user: Any) -> list[PlanStep]:
    """Return the steps ``user`` may take with ``plan`` now."""
    if not may_change_plan(plan.pk, user):
        return []
    return [step for step in STEPS.values() if not _in_the_way(plan, step)]


def _in_the_way(plan: Plan, step: PlanStep) -> str:
    """Return, in a sentence, why ``plan`` cannot take ``step`` now; nothing where it can."""
    if plan.state not in step.sources:
        return _("The plan is “%(state)s” now.") % {"state": plan.get_state_display()}
    if step.target == Plan.State.DONE and not plan.has_begun:
        return _("Its first day has not come yet.")
    if step.name == "resume" and plan.visit_id:
        return _("A visit was logged from this plan.")
    return ""
