"""The places that are asked for, of a desk: to answer, asked by the person, and answered lately. One query."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from members.models import Mechanism
from npmportal.access import LOG_VISITS, Grants
from reports.sorted_groups import DONE_DAYS, NO_KEY, Sorted
from visits.actions.places import may_keep_places
from visits.models import PlaceRequest

State = PlaceRequest.State


@dataclass(frozen=True)
class RequestLine:
    """What the desk prints of one request."""

    url: str
    name: str
    state: str
    state_in_words: str
    at: datetime  # asked, or answered


def place_request_groups(
    user: Any, mechanism: Mechanism, grants: Grants, *, shown: int, counted: int
) -> dict[str, Sorted[RequestLine]]:
    """Return the requests on ``user``'s desk in ``mechanism`` by group; groups without one left out.

    “to_answer”: for who keeps the register, the first asked first. “asked”: the person's own that wait. “answered”: the
    person's own of the last 30 days, the newest first. What was taken back stands nowhere.
    """
    keeps = may_keep_places(user, mechanism)
    if not keeps and mechanism.pk not in grants.mechanisms(LOG_VISITS):
        return {}
    since = timezone.now() - timedelta(days=DONE_DAYS)
    answered = Q(decided_at__gte=since) & ~Q(state=State.WITHDRAWN)
    own = Q(asked_by=user.pk) & (Q(state=State.WAITING) | answered)
    asked = own | Q(state=State.WAITING) if keeps else own
    rows = PlaceRequest.objects.visible_to(user).filter(asked, mechanism=mechanism)
    groups: dict[str, list[Any]] = {"to_answer": [], "asked": [], "answered": []}
    lines = {}
    # Resolved once for all rows.
    address = reverse("visits:place_request", kwargs={"npm": mechanism.slug, "pk": NO_KEY})
    columns = ("pk", "name", "state", "asked_by", "asked_at", "decided_at")
    found = rows.order_by(F("decided_at").desc(nulls_first=True), "asked_at", "pk").values_list(*columns)
    for pk, name, state, asker, asked_at, decided_at in found[: len(groups) * (counted + 1)]:
        is_waiting = state == State.WAITING
        if is_waiting and keeps:
            groups["to_answer"].append(pk)
        if asker == user.pk:
            groups["asked" if is_waiting else "answered"].append(pk)
        words = str(State(state).label)
        lines[pk] = RequestLine(address.replace(NO_KEY, str(pk)), name, state, words, decided_at or asked_at)
    return {name: Sorted.of(keys, lines, shown=shown, counted=counted) for name, keys in groups.items() if keys}
