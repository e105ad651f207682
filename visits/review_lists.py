"""What review asks of whom: visits to approve, questions to answer, answers to read (ADR 0020). For the desk."""

from typing import Any

from django.db.models import F, Q, QuerySet

from members.models import Mechanism
from npmportal.access import APPROVE_VISITS, REVIEW_VISITS, VIEW_SUBMITTED_VISITS, VIEW_VISITS, grants_of, holders
from visits.models import Visit, VisitNote

MOST = 100  # questions looked at; a desk counts no further


def to_approve(user: Any, mechanism: Mechanism) -> QuerySet[Visit]:
    """Return the submitted visits that wait for ``user`` to approve them.

    For a lead: those of the body that somebody else submitted. For the coordinator: those of bodies in which nobody but
    the person who submitted could. Three queries, the list's own included.
    """
    grants = grants_of(user)
    # Narrower than visible_to, and by the lead body alone: with `body_ids` PostgreSQL reads all of its visits.
    submitted = Visit.objects.filter(mechanism=mechanism, state=Visit.State.SUBMITTED)
    mine = Q(lead_body__in=grants.on(APPROVE_VISITS) & grants.on(VIEW_VISITS))
    if mechanism.pk in grants.on(REVIEW_VISITS) & grants.on(VIEW_SUBMITTED_VISITS):
        mine |= _of_bodies_without_another(mechanism, submitted)
    return submitted.filter(mine).filter(Q(submitted_by=None) | ~Q(submitted_by=user.pk))


def _of_bodies_without_another(mechanism: Mechanism, submitted: QuerySet[Visit]) -> Q:
    approvers = holders(APPROVE_VISITS, Q(mechanism=mechanism.pk))
    alone = {body: next(iter(people)) for body, people in approvers.items() if len(people) == 1}
    own = Q()
    # Of the bodies with one approver those alone whose visits wait: each is a condition more on every desk.
    waiting = submitted.order_by().values_list("lead_body", "submitted_by").distinct()
    for body, person in set(alone.items()) & set(waiting):
        own |= Q(lead_body=body, submitted_by=person)
    return ~Q(lead_body__in=list(approvers)) | own


def with_questions(user: Any, mechanism: Mechanism) -> QuerySet[Visit]:
    """Return the visits about which the coordinator has asked, and the bodies of ``user`` have not answered."""
    return _visits_of(VisitNote.objects.visible_to(user).open_questions(), user, mechanism)


def with_answers(user: Any, mechanism: Mechanism) -> QuerySet[Visit]:
    """Return the visits about which a question was answered and is not settled yet."""
    questions = VisitNote.objects.visible_to(user).filter(kind=VisitNote.Kind.QUESTION, settled_at=None)
    return _visits_of(questions.filter(answers__isnull=False), user, mechanism)


def _visits_of(notes: QuerySet[VisitNote], user: Any, mechanism: Mechanism) -> QuerySet[Visit]:
    # First the few questions, then their visits: the other way round the database walks all visits.
    ids = set(notes.filter(visit__mechanism=mechanism).order_by(F("pk").desc()).values_list("visit", flat=True)[:MOST])
    return Visit.objects.visible_to(user).filter(pk__in=ids)
