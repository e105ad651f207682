"""The visits of a desk: one question for the keys of all groups, and one for the rows that are shown."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone

from members.models import Mechanism, MemberBody
from npmportal.access import APPROVE_VISITS, LOG_VISITS, REVIEW_VISITS, VIEW_VISITS, Grants
from reports.sorted_groups import DONE_DAYS, NO_KEY, Sorted
from visits.models import Visit
from visits.review_lists import to_approve, with_answers, with_questions

State = Visit.State


@dataclass(frozen=True)
class VisitLine:
    """What the desk prints of one visit."""

    url: str
    reference: str
    starts_on: date
    place: str
    body: str  # the lead body's abbreviation of today


def visit_groups(
    user: Any, mechanism: Mechanism, grants: Grants, *, shown: int, counted: int
) -> dict[str, Sorted[VisitLine]]:
    """Return the visits on ``user``'s desk in ``mechanism`` by group, the newest first; groups without one left out.

    “returned”, “draft”, “questions”: of bodies the person logs for. “to_approve”, “answered”: for who reviews.
    “submitted”: with others. “approved”: in the last 30 days, by the day of approval. What each holds comes from
    ``visible_to`` or a narrower method; the rows are those of the keys found so, and no others.
    """
    keys = _keys(mechanism, dict(_asked(user, mechanism, grants)), counted + 1)
    lines = _lines(mechanism, {pk for found in keys.values() for pk in found[:shown]})
    return {name: Sorted.of(found, lines, shown=shown, counted=counted) for name, found in keys.items()}


def _asked(user: Any, mechanism: Mechanism, grants: Grants) -> Iterator[tuple[str, QuerySet[Visit]]]:
    """Give the groups there can be for ``user``, each with its visits."""
    seen = Visit.objects.visible_to(user).filter(mechanism=mechanism)
    reviews = mechanism.pk in grants.on(REVIEW_VISITS)
    if LOG_VISITS in grants:
        # Not editable_by: a condition on the state said twice makes PostgreSQL expect a handful and read them all.
        mine = Visit.objects.logged_by(user).filter(mechanism=mechanism)
        yield "returned", mine.filter(state=State.RETURNED)
        yield "draft", mine.filter(state=State.DRAFT)
        yield "questions", with_questions(user, mechanism)
    if APPROVE_VISITS in grants or reviews:
        yield "to_approve", to_approve(user, mechanism)
    if reviews:
        yield "answered", with_answers(user, mechanism)
    if VIEW_VISITS in grants and not reviews:
        yield "submitted", seen.filter(state=State.SUBMITTED)
    since = timezone.now() - timedelta(days=DONE_DAYS)
    yield "approved", seen.filter(state=State.APPROVED, approved_at__gte=since)


def _keys(mechanism: Mechanism, asked: dict[str, QuerySet[Visit]], most: int) -> dict[str, list[Any]]:
    """Return the keys of the first ``most`` visits of each group in their order; one query for all groups."""
    found = {name: ArraySubquery(_in_order(name, visits).values("text_key")[:most]) for name, visits in asked.items()}
    row = Mechanism.objects.filter(pk=mechanism.pk).order_by().values_list(*found.values()).get()
    return {name: keys for name, keys in zip(found, row, strict=True) if keys}


def _in_order(name: str, visits: QuerySet[Visit]) -> QuerySet[Any]:
    # As text: hundreds of keys are counted, and only tens become keys of rows.
    keyed: QuerySet[Any] = visits.annotate(text_key=Cast("pk", TextField()))
    return keyed.order_by("-approved_at" if name == "approved" else "-starts_on", "-id")


def _lines(mechanism: Mechanism, keys: set[str]) -> dict[str, VisitLine]:
    """Return what is printed of the visits ``keys``: two queries, however many visits."""
    columns = ("pk", "reference", "starts_on", "place__name", "lead_body")
    rows = list(Visit.objects.filter(pk__in=keys).order_by().values_list(*columns)) if keys else []
    of_today = MemberBody.objects.filter(pk__in={row[4] for row in rows}).abbreviations_on(date.today())
    # Resolved once: a long desk has fifty of them.
    address = reverse("visits:visit_detail", kwargs={"npm": mechanism.slug, "pk": NO_KEY})
    return {
        str(pk): VisitLine(address.replace(NO_KEY, str(pk)), reference, first_day, place, of_today[body])
        for pk, reference, first_day, place, body in rows
    }
