"""Visits as lines of a file: the records the list shows, each field as the field table opens it to the reader."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from members.models import Mechanism
from visits import field_table
from visits.downloading.judgements import Judgements
from visits.field_table import Reader
from visits.models import Finding, NeedExamined, TeamMember, Visit, VisitFigure
from visits.models.body_names import BodyNames
from visits.views.finding_facts import told_in_words
from visits.views.record_facts import composition_of
from visits.views.rows import BODIES, CHOSEN, words_of

AT_ONCE = 2000
# What tells which fields of a line may be shown; read from the database, printed only where the table says so.
KEYS = ("id", "body_ids", "state", "confidentiality", "starts_on")
# Printed in words of their own; all other fields are columns of the visit itself.
RELATED = {"place": "place__name", "setting": "setting_id", "jurisdiction": "jurisdiction_id"}
# Who logged it is a name, and names do not leave in files.
OWN = frozenset(field.name for field in Visit._meta.concrete_fields) - {"created_by"}
JUDGED = ("ratings", "answers")
BESIDE = ("figures", "needs", "team", "findings", *JUDGED)


@dataclass(frozen=True)
class Column:
    """One column: what programs call it, what people call it, and the line of the field table it follows."""

    key: str
    label: str
    field: str


class Lines:
    """``visits`` as lines, newest first, in words or (``coded``, for programs) in the portal's own fixed terms.

    All words are put into the reader's language when it is made: the lines are read after the request has ended.
    """

    def __init__(
        self, visits: QuerySet[Visit], names: BodyNames, mechanism: Mechanism, reader: Reader, *, coded: bool = False
    ) -> None:
        self._visits, self._names, self._reader, self._coded = visits, names, reader, coded
        self._language = translation.get_language()
        sees = reader.sees_of_some()
        kept = OWN | set(RELATED) | set(BODIES) | set(BESIDE)
        self._fields = [rule.field for rule in field_table.TABLE.rules if rule.field in sees and rule.field in kept]
        self._judged = Judgements(visits, names, reader, self._fields, coded=coded)
        self.columns = [column for name in self._fields for column in self._columns(name)]
        self._printers = self._words(mechanism)
        self._availability = {key: str(label) for key, label in VisitFigure.Availability.choices}
        self._answers = {key: str(label) for key, label in NeedExamined.Answer.choices}

    def _words(self, mechanism: Mechanism) -> dict[str, Callable[[Any], Any]]:
        """Return what turns a stored value into the one that is written, for the fields that need it."""
        words: dict[str, dict[Any, str]] = {} if self._coded else words_of(CHOSEN)
        name = "slug" if self._coded else "name"
        words["setting"] = {row.pk: getattr(row, name) for row in mechanism.settings.all()}
        words["jurisdiction"] = {row.pk: getattr(row, name) for row in mechanism.jurisdictions.all()}
        return {field: _printer(found) for field, found in words.items() if field in self._fields}

    def _columns(self, name: str) -> list[Column]:
        """Return the columns of one field of the table: in words, a judgement has one for each standard or question."""
        if name in JUDGED and not self._coded:
            return [Column(key, label, name) for key, label in self._judged.labels[name].items()]
        return _columns(name)

    def rows(self, hidden: Any) -> Iterator[list[Any]]:
        """Yield a list of values for each visit, with ``hidden`` in place of those the reader does not see.

        None was not recorded; it is not nought. Read from columns alone, two thousand at a time: making objects of a
        hundred thousand visits takes far longer. The queries grow with the thousands, not with the visits.
        """
        own = [name for name in self._fields if name not in BODIES and name not in BESIDE]
        columns = [RELATED.get(name, name) for name in own]
        ordered = self._visits.order_by("-starts_on", "-id").values_list(*KEYS, *columns)
        wanted, keys = frozenset(self._fields), [column.key for column in self.columns]
        for chunk in _chunked(ordered.iterator(chunk_size=AT_ONCE)):
            ids = [row[0] for row in chunk]
            beside = self._beside(ids)
            stands = self._as_it_stands(ids) if beside else {}
            for pk, body_ids, state, confidentiality, day, *values in chunk:
                row = dict(zip(own, values, strict=True))
                for name, printer in self._printers.items():
                    row[name] = printer(row[name])
                found = [name.abbreviation for name in (self._names.on(body_id, day) for body_id in body_ids) if name]
                row["lead_body"], row["partners"] = found[0] if found else None, "; ".join(found[1:]) or None
                if pk in beside:
                    row |= beside[pk]
                sees = self._reader.sees_in(body_ids, state, confidentiality)
                if pk in beside and stands.get(pk) != (body_ids, state, confidentiality):
                    sees &= self._reader.sees_in(*stands[pk]) if pk in stands else frozenset()
                if wanted <= sees:
                    yield list(map(row.get, keys))
                else:
                    yield [row.get(column.key) if column.field in sees else hidden for column in self.columns]

    def _as_it_stands(self, ids: list[Any]) -> dict[Any, tuple[list[int], str, str]]:
        """Return what decides who may read the visits now. Their columns are those of the moment the file was begun.

        What stands beside them is newer: somebody may have typed it since, into a visit that was returned meanwhile.
        """
        rows = Visit.objects.filter(pk__among=ids).values_list("pk", "body_ids", "state", "confidentiality")
        return {pk: (body_ids, state, confidentiality) for pk, body_ids, state, confidentiality in rows}

    def _beside(self, ids: list[Any]) -> dict[Any, dict[str, Any]]:
        """Return what stands in tables of its own, by visit and column. Four queries, and those of what was judged."""
        found = self._judged.of(ids)
        self._add_numbers(ids, found)
        if "team" in self._fields:
            teams: dict[Any, list[TeamMember]] = defaultdict(list)
            for member in TeamMember.objects.filter(visit__pk__among=ids).defer("name", "user"):
                teams[member.visit_id].append(member)
            with translation.override(self._language):
                for pk, team in teams.items():
                    found[pk]["team"] = "; ".join(str(value) for _label, value, _note in composition_of(team))
        if "findings" in self._fields:
            self._add_findings(ids, found)
        return found

    def _add_numbers(self, ids: list[Any], found: dict[Any, dict[str, Any]]) -> None:
        """Put the figures and the needs of each visit into their columns."""
        if "figures" in self._fields:
            figures = VisitFigure.objects.filter(visit__pk__among=ids)
            for pk, measure, availability, value in figures.values_list("visit", "measure", "availability", "value"):
                said = availability if self._coded else self._availability.get(availability, "")
                found[pk][f"figures.{measure}"] = said if value is None else value
        if "needs" in self._fields:
            needs = NeedExamined.objects.filter(visit__pk__among=ids)
            for pk, group, answer in needs.values_list("visit", "group", "answer"):
                found[pk][f"needs.{group}"] = answer if self._coded else self._answers.get(answer, "")

    def _add_findings(self, ids: list[Any], found: dict[Any, dict[str, Any]]) -> None:
        """Put the findings of each visit into one cell, in the body's order; for programs as a list of objects."""
        rows: dict[Any, list[Finding]] = defaultdict(list)
        for row in Finding.objects.filter(visit__pk__among=ids).select_related("theme").order_by("position", "pk"):
            rows[row.visit_id].append(row)
        with translation.override(self._language):
            for pk, findings in rows.items():
                in_words = "\n".join(told_in_words(row.told) for row in findings)
                found[pk]["findings"] = [row.told for row in findings] if self._coded else in_words


def _columns(name: str) -> list[Column]:
    """Return the columns of one field of the table: a figure or a need has one for each kind."""
    if name == "figures":
        measures = [measure for _title, _total, group in VisitFigure.GROUPS for measure in group]
        return [Column(f"figures.{measure.value}", str(capfirst(measure.label)), name) for measure in measures]
    if name == "needs":
        label = _("Needs of %(group)s")
        return [Column(f"needs.{key}", label % {"group": group}, name) for key, group in NeedExamined.Group.choices]
    return [Column(name, field_table.label_of(name), name)]


def _printer(words: dict[Any, str]) -> Callable[[Any], Any]:
    return lambda value: words.get(value) or None


def _chunked(rows: Iterable[Any]) -> Iterator[list[Any]]:
    remaining = iter(rows)
    while chunk := list(islice(remaining, AT_ONCE)):
        yield chunk
