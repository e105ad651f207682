"""Asking for a place that is not in the register, and answering it. What is written down names no place."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from members.models import Mechanism, MemberBody, User
from npmportal import audit
from npmportal.access import LOG_VISITS, can, grants_of
from visits.actions.place_facts import PlaceFactRefused, enter_place_fact
from visits.actions.places import add_place, may_keep_places
from visits.models import Place, PlaceCode, PlaceRequest
from visits.models.place_hold import PlaceGone, hold_place
from visits.place_fact_kinds import KINDS

MOST_WAITING = 20  # of one body: so many can be looked at, and no form fills the desk of others
State = PlaceRequest.State


class AskedAlready(Exception):
    """The body has asked for a place of this name, and waits; ``request`` is that one."""

    def __init__(self, request: PlaceRequest) -> None:
        super().__init__()
        self.request = request


class TooManyWaiting(Exception):
    """The body has as many requests that wait as it may have."""


class RequestDecided(Exception):
    """Somebody else has answered the request meanwhile, or it was taken back."""


@dataclass(frozen=True)
class Answered:
    """A request that was answered by ``place``; ``taken_code`` where the body's code names another place already."""

    place: Place
    taken_code: str = ""


def may_ask_for_places(user: Any, mechanism: Mechanism) -> bool:
    """Tell whether ``user`` logs visits for a body of ``mechanism``, and so may need a place."""
    return mechanism.pk in grants_of(user).mechanisms(LOG_VISITS)


@transaction.atomic
def ask_for_place(*, request: PlaceRequest, by: User) -> PlaceRequest:
    """Store the new ``request`` of a body that ``by`` logs visits for; the same form of the same person makes one.

    Raises PermissionDenied, AskedAlready where the body waits for a place of this name, TooManyWaiting.
    """
    if not can(by, LOG_VISITS, request.body):
        raise PermissionDenied
    # One after the other within a body: what is looked for here stays so until the request stands.
    MemberBody.objects.select_for_update(of=("self",), no_key=True).get(pk=request.body_id)
    if earlier := PlaceRequest.objects.filter(asked_by=by, form_key=request.form_key).first():
        return earlier
    waiting = PlaceRequest.objects.waiting().filter(body=request.body_id)
    if same := waiting.called(request.name).first():
        raise AskedAlready(same)
    if waiting.count() >= MOST_WAITING:
        raise TooManyWaiting
    request.asked_by = by
    request.save(force_insert=True)
    _write_down("place_request.asked", request, by)
    return request


@transaction.atomic
def answer_with_new_place(*, request: PlaceRequest, place: Place, by: User) -> Answered:
    """Add ``place`` to the register as what ``request`` asks for, with the body's own code: all of it, or nothing.

    Raises PermissionDenied, RequestDecided, and PlaceTaken as `add_place` does.
    """
    request = _locked(request, by)
    add_place(place=place, by=by)
    return _answered(request, State.ADDED, place, by)


@transaction.atomic
def answer_with_known_place(*, request: PlaceRequest, place: Place, by: User) -> Answered:
    """Say that ``place`` of the register is what ``request`` asks for, and enter the body's own code there.

    A record that was merged a moment ago stands for the one that is kept. Raises PermissionDenied, RequestDecided,
    PlaceGone.
    """
    if place.mechanism_id != request.mechanism_id:
        raise PlaceGone
    key = hold_place(place.pk)  # before the request: a merge locks places, then the requests it moves
    return _answered(_locked(request, by), State.KNOWN, Place.objects.select_related("mechanism").get(pk=key), by)


@transaction.atomic
def decline_request(*, request: PlaceRequest, reason: str, by: User) -> PlaceRequest:
    """Say that the place is not added, with the reason. Raises PermissionDenied, RequestDecided."""
    request = _locked(request, by)
    _decide(request, State.DECLINED, by, reason=reason)
    _write_down("place_request.declined", request, by)
    return request


@transaction.atomic
def withdraw_request(*, request: PlaceRequest, by: User) -> PlaceRequest:
    """Take ``request`` back: whoever logs visits for the body may, also when the asker has left.

    Raises PermissionDenied, RequestDecided.
    """
    if not can(by, LOG_VISITS, request.body):
        raise PermissionDenied
    request = _waiting(request)
    _decide(request, State.WITHDRAWN, by)
    _write_down("place_request.withdrawn", request, by)
    return request


def _answered(request: PlaceRequest, state: str, place: Place, by: User) -> Answered:
    _decide(request, state, by, place=place)
    _write_down("place_request.added" if state == State.ADDED else "place_request.known", request, by)
    return Answered(place, "" if _enter_code(request, place, by) else request.own_code)


def _enter_code(request: PlaceRequest, place: Place, by: User) -> bool:
    """Enter the body's own code at ``place``; tell whether it names this place now, or there is none."""
    code = request.own_code
    if not code or PlaceCode.objects.filter(place=place, body=request.body_id, code=code).exists():
        return True
    try:
        enter_place_fact(place=place, kind=KINDS["codes"], values={"body": request.body, "code": code}, by=by)
    except PlaceFactRefused:
        return False
    return True


def _locked(request: PlaceRequest, by: User) -> PlaceRequest:
    if not may_keep_places(by, request.mechanism):
        raise PermissionDenied
    return _waiting(request)


def _waiting(request: PlaceRequest) -> PlaceRequest:
    rows = PlaceRequest.objects.select_for_update(of=("self",)).select_related("body", "mechanism")
    found = rows.get(pk=request.pk)
    if not found.is_waiting:
        raise RequestDecided
    return found


def _decide(request: PlaceRequest, state: str, by: User, *, place: Place | None = None, reason: str = "") -> None:
    request.state, request.place, request.reason = state, place, reason
    request.decided_by, request.decided_at = by, timezone.now()
    request.save(update_fields=["state", "place", "reason", "decided_by", "decided_at"])


def _write_down(action: str, request: PlaceRequest, by: User) -> None:
    audit.record(action, by=by, obj=request, mechanism=request.mechanism_id, bodies=[request.body_id])
