"""Which visits hold the words looked for, among what one person may read: rights before counting (ADR 0025).

`VisitText` holds the words of whole records. Where the field table hides some text of a record from a reader, that row
cannot answer: the record is then found by the words of the texts the reader sees and by no others.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import F, Q, QuerySet

from members.models import Mechanism
from npmportal.access import VIEW_SUBMITTED_VISITS, VIEW_VISITS, grants_of
from visits.field_table import Reader, reader_of
from visits.models import Visit, VisitText

# The texts of a record that are searched, the place's names last; the same as in migration 0019 (a test compares).
TEXTS = (
    "reference", "own_kind", "summary", "access_note", "areas_seen", "staff_spoken_to", "documents_checked",
    "isolation_note", "interpreting_note", "outside_remit_reason",
)  # fmt: skip
SEARCHED = frozenset({*TEXTS, "place"})
OF_PLACE = ("place__name", "place__town")
LANGUAGES = ("english", "dutch")
LONGEST = 200
RARE = 5_000
Part = VisitText.Part
# What stands beside the record, by the line of the field table that opens it.
BESIDE = {
    Part.FILE: "attachments",
    Part.FINDINGS: "findings",
    Part.RATINGS: "ratings",
    Part.ANSWERS: "answers",
    Part.NEEDS: "needs",
}


def query_of(words: str) -> SearchQuery:
    """Return what is looked for: as people type it into a search engine, in English or in Dutch."""
    english, dutch = (SearchQuery(words, config=language, search_type="websearch") for language in LANGUAGES)
    found: SearchQuery = english | dutch
    return found


@dataclass(frozen=True)
class Search:
    """One person's search in one mechanism: which visits it finds, and by which of their texts."""

    user: Any
    mechanism: Mechanism
    words: str

    @cached_property
    def reader(self) -> Reader:
        return reader_of(self.user, self.mechanism)

    @cached_property
    def visits(self) -> QuerySet[Visit]:
        """Return the visits the person may read that hold all the words in one text the person may read."""
        return self.among(Visit.objects.visible_to(self.user).filter(mechanism=self.mechanism))

    def among(self, visible: QuerySet[Visit]) -> QuerySet[Visit]:
        """Return those of ``visible``, visits of the mechanism the person may read, that hold all the words.

        Rare words are looked up first: PostgreSQL knows how frequent a common word is, takes every other for one in two
        thousand, and would walk through all visits for what is in none. And once the few are known, nothing is asked
        but for them: with other conditions beside them it would walk through whatever an index of those holds.

        Which hidden texts hold the words never leaves the database, and as many questions are asked where none does.
        """
        texts = VisitText.objects.filter(words=query_of(self.words)).filter(self._whole() | self._beside())
        holding = texts.order_by().values("visit")
        is_rare = not holding[RARE : RARE + 1].exists()
        # The limit cuts nothing off: PostgreSQL looks up what stands within it by itself, before all conditions.
        found = Q(pk__in=holding[: RARE + 1]) if is_rare else Q(pk__in=holding)
        if partly := list(self._partly()):
            names: dict[str, Any] = {}
            for number, (condition, fields) in enumerate(partly):
                names[f"seen_{number}"] = _vector(fields)
                found |= condition & Q(**{f"seen_{number}": query_of(self.words)})
            return visible.alias(**names).filter(found)
        if not is_rare:
            return visible.filter(found)
        return Visit.objects.filter(pk__in=list(visible.filter(found).order_by().values_list("pk", flat=True)))

    def _whole(self) -> Q:
        """Say of which records every text is open to the person."""
        whole = [condition for condition, fields in self._groups if fields == SEARCHED]
        if len(whole) == len(self._groups):
            return Q(part=Part.RECORD)
        return Q(part=Part.RECORD, visit__in=Visit.objects.filter(_any(whole)))

    def _partly(self) -> Iterable[tuple[Q, frozenset[str]]]:
        """Yield of which records some texts are open to the person, and which."""
        return ((condition, fields) for condition, fields in self._groups if fields and fields != SEARCHED)

    def _beside(self) -> Q:
        """Say which findings, judgements, notes and files the person reads, of the visits that are visible to them."""
        both = self._sees_in_all_groups
        parts = [part for part, field in BESIDE.items() if field in both]
        if "history" not in both:
            return Q(part__in=parts)
        parts.append(Part.SHARED)
        if not self._is_coordinator:
            return Q(part__in=[*parts, Part.BODIES])
        parts.append(Part.COORDINATOR)
        own = Q(part=Part.BODIES, visit__body_ids__overlap=sorted(self.reader.bodies))
        return Q(part__in=parts) | own if self.reader.bodies else Q(part__in=parts)

    @property
    def _is_coordinator(self) -> bool:
        return self.mechanism.pk in grants_of(self.user).on(VIEW_SUBMITTED_VISITS)

    @cached_property
    def _groups(self) -> list[tuple[Q, frozenset[str]]]:
        """The visits the person may read, divided by which of the searched texts the field table opens."""
        return [(condition, sees & SEARCHED) for condition, sees in self._divided]

    @property
    def _sees_in_all_groups(self) -> frozenset[str]:
        return frozenset.intersection(*(sees for _condition, sees in self._divided)) if self._divided else frozenset()

    @cached_property
    def _divided(self) -> list[tuple[Q, frozenset[str]]]:
        bodies = sorted(grants_of(self.user).on(VIEW_VISITS))
        own = Q(body_ids__overlap=bodies)
        found: list[tuple[Q, frozenset[str]]] = []
        if bodies:
            found += [(own & condition, sees) for condition, sees in self._by_state(bodies, Visit.State.values)]
        if self._is_coordinator:
            for condition, sees in self._by_state([], Visit.HANDED_IN):
                found.append((~own & condition if bodies else condition, sees))
        return found

    def _by_state(self, body_ids: list[int], states: Iterable[str]) -> Iterable[tuple[Q, frozenset[str]]]:
        for confidentiality in Visit.Confidentiality.values:
            for state in states:
                condition = Q(state=state, confidentiality=confidentiality)
                yield condition, self.reader.sees_in(body_ids, state, confidentiality)


def _vector(fields: Iterable[str]) -> Any:
    columns = [name for name in TEXTS if name in fields]
    names = [*columns, *(OF_PLACE if "place" in fields else ())]
    english, dutch = (SearchVector(*(F(name) for name in names), config=language) for language in LANGUAGES)
    return english + dutch


def _any(conditions: Iterable[Q]) -> Q:
    found = Q(pk__in=[])
    for condition in conditions:
        found |= condition
    return found
