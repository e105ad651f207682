"""Notes, questions, answers and addenda beside a visit (design section 4; ADR 0020)."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from members.models import User
from npmportal import audit
from npmportal.access import LOG_VISITS, REVIEW_VISITS, SUBMIT_VISITS, can, grants_of
from visits.models import Visit, VisitNote

Kind, Side = VisitNote.Kind, VisitNote.Side
IN_REVIEW_OR_AFTER = (Visit.State.SUBMITTED, Visit.State.APPROVED)


class QuestionSettled(Exception):
    """The question was answered or settled a moment ago."""


def side_of(visit: Visit, user: Any) -> str:
    """Return on which side of the visit ``user`` writes: a body's, the coordinator's, or "" for neither."""
    if not grants_of(user).on(LOG_VISITS).isdisjoint(visit.body_ids):
        return Side.BODIES
    return Side.COORDINATOR if visit.state in Visit.HANDED_IN and can(user, REVIEW_VISITS, visit.mechanism) else ""


def may_ask(visit: Visit, user: Any) -> bool:
    """Tell whether ``user`` may ask the bodies about the visit: the coordinator, of what is handed in."""
    return visit.state in IN_REVIEW_OR_AFTER and can(user, REVIEW_VISITS, visit.mechanism)


def may_settle(visit: Visit, user: Any) -> bool:
    """Tell whether ``user`` may settle questions about the visit: the coordinator, also of one that is withdrawn."""
    return visit.state in Visit.HANDED_IN and can(user, REVIEW_VISITS, visit.mechanism)


def may_answer(visit: Visit, user: Any) -> bool:
    """Tell whether ``user`` may answer questions about the visit: who logs for a body of it."""
    return not grants_of(user).on(LOG_VISITS).isdisjoint(visit.body_ids)


def may_add(visit: Visit, user: Any) -> bool:
    """Tell whether ``user`` may add to the record: who submits for the lead body, once the visit is handed in."""
    return visit.state in IN_REVIEW_OR_AFTER and can(user, SUBMIT_VISITS, visit.lead_body)


@transaction.atomic
def write_note(*, visit: Visit, text: str, is_shared: bool, by: User) -> VisitNote:
    """Keep a note of ``by`` for their own side, or shared with the other."""
    side = side_of(visit, by)
    if not side:
        raise PermissionDenied
    note = VisitNote.objects.create(visit=visit, kind=Kind.NOTE, side=side, is_shared=is_shared, text=text, by=by)
    # That there is a note the other side does not read either: not of one kept to a side, nor beside a draft.
    is_read_by_both = is_shared and visit.state in Visit.HANDED_IN
    bodies = visit.body_ids if is_read_by_both or side == Side.BODIES else ()
    _record("visit.remarked" if is_read_by_both else "visit.noted", visit, by, bodies)
    return note


@transaction.atomic
def ask(*, visit: Visit, text: str, by: User) -> VisitNote:
    """Put a question of the coordinator to the bodies of the visit."""
    if not may_ask(visit, by):
        raise PermissionDenied
    question = VisitNote.objects.create(
        visit=visit, kind=Kind.QUESTION, side=Side.COORDINATOR, is_shared=True, text=text, by=by
    )
    _record("visit.asked", visit, by)
    return question


@transaction.atomic
def answer(*, question: VisitNote, text: str, by: User) -> VisitNote:
    """Answer an open question. Raises QuestionSettled where the coordinator has settled it meanwhile."""
    question = VisitNote.objects.select_for_update(of=("self",)).select_related("visit").get(pk=question.pk)
    if not may_answer(question.visit, by):
        raise PermissionDenied
    if question.settled_at is not None:
        raise QuestionSettled
    given = VisitNote.objects.create(
        visit=question.visit,
        kind=Kind.ANSWER,
        side=Side.BODIES,
        is_shared=True,
        text=text,
        answers_to=question,
        by=by,
    )
    _record("visit.answered", question.visit, by)
    return given


@transaction.atomic
def settle(*, question: VisitNote, by: User) -> None:
    """Let the coordinator settle a question; one that is settled already stays so."""
    question = VisitNote.objects.select_for_update(of=("self",)).select_related("visit").get(pk=question.pk)
    if not may_settle(question.visit, by):
        raise PermissionDenied
    if question.settled_at is None:
        question.settled_at = timezone.now()
        question.save(update_fields=["settled_at"])
        _record("visit.settled", question.visit, by)


@transaction.atomic
def add_to_record(*, visit: Visit, text: str, by: User) -> VisitNote:
    """Add to the record of a visit that is handed in, instead of changing silently what others have read."""
    if not may_add(visit, by):
        raise PermissionDenied
    note = VisitNote.objects.create(visit=visit, kind=Kind.ADDENDUM, side=Side.BODIES, is_shared=True, text=text, by=by)
    _record("visit.added_to", visit, by)
    return note


def _record(action: str, visit: Visit, by: User, bodies: Iterable[int] | None = None) -> None:
    concerned = visit.body_ids if bodies is None else bodies
    audit.record(action, by=by, obj=visit, mechanism=visit.mechanism, bodies=concerned)
