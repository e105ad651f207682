"""What can be imported: for each kind of file its columns, with their names in both languages. One table for all.

The templates offered for download, the screen on which columns are mapped, the check of every row and the sheets of the
question sets take their columns from here. A field that is added to the record of a visit is a column at once. What a
body judges and asks by differs from body to body: `judged` adds those columns.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import models
from django.utils import translation
from django.utils.functional import Promise, lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from visits.actions.visits import RECORDED
from visits.importing.synonyms import SYNONYMS
from visits.limits import HIGHEST, LONGEST_TEXT
from visits.models import Import, NeedExamined, Place, Visit, VisitFigure

LANGUAGES = ("en-gb", "nl")
Kind = Import.Kind
NEEDS = "needs."  # before the group of which the needs were examined

# How the cells of a column are read.
TEXT, DAY, TIME, NUMBER, DECIMAL, TERM = "text", "day", "time", "number", "decimal", "term"
PLACE, BODY, BODIES, FIGURE, VISIT, NAME = "place", "body", "bodies", "figure", "visit", "name"
RATING, GROUNDS, ANSWER = "rating", "grounds", "answer"  # of which there are as many as the body judges and asks by


@dataclass(frozen=True)
class Column:
    """One column: the field it fills, how its cells are read, and its name."""

    name: str
    reads: str
    title: Promise | str
    is_required: bool = False
    longest: int = LONGEST_TEXT
    highest: int = HIGHEST
    choices: tuple[tuple[str, Any], ...] = ()  # of a TERM; those that differ between networks come from `terms`
    table: str = ""  # the line of the field table, for what stands in a table beside the visit
    other_names: tuple[str, ...] = ()
    is_rare: bool = False  # offered where the file has it, and not otherwise
    usual: str = ""  # the key of the TERM that a new record gets where the file says none; "" where it stays empty

    @property
    def label(self) -> str:
        """Its name in the reader’s language."""
        text = str(self.title)
        return text[:1].upper() + text[1:]

    @property
    def labels(self) -> tuple[str, ...]:
        """Its names in every language of the portal: a file may use any of them."""
        found = []
        for language in LANGUAGES:
            with translation.override(language):
                found.append(self.label)
        return tuple(found)

    @property
    def synonyms(self) -> tuple[str, ...]:
        """Other names that files are known to use for it; “Total” or “Men” in a file of visits may be of anything."""
        return self.other_names if self.table else (*SYNONYMS.get(self.name, ()), *self.other_names)

    @property
    def usual_words(self) -> str:
        """What a new record gets where the file says nothing, in the reader’s language; "" where it stays empty."""
        return str(dict(self.choices)[self.usual]) if self.usual else ""

    @property
    def line(self) -> str:
        """The line of the field table that says who may fill it."""
        return self.table or self.name

    @property
    def may_be_fixed(self) -> bool:
        """Whether one value may hold for every row of a file that has no such column."""
        return self.reads == TERM and not self.table


@cache
def columns_of(kind: str) -> dict[str, Column]:
    """Return the columns of files of ``kind`` by name, in the order of the template."""
    found = {Kind.VISITS: _of_visits, Kind.PLACES: _of_places, Kind.PEOPLE: _of_people}[Kind(kind)]()
    return {column.name: column for column in found}


REQUIRED_OF_A_VISIT = ("place", "starts_on", "kind", "notice")


def _of_visits() -> Iterable[Column]:
    first = ("reference", "place", "starts_on", "ends_on", "lead_body", "partners", "kind", "own_kind", "notice")
    for name in (*first, *(name for name in RECORDED if name not in first)):
        if name == "partners":
            yield Column(name, BODIES, _("partner bodies"))
        elif (column := _of_field(Visit._meta.get_field(name), name in REQUIRED_OF_A_VISIT)) is not None:
            yield column
    for measure in VisitFigure.Measure:
        yield Column(measure.value, FIGURE, measure._label_, table="figures")
    for group in NeedExamined.Group:
        answers: tuple[tuple[str, Any], ...] = tuple(NeedExamined.Answer.choices)
        yield Column(f"{NEEDS}{group.value}", TERM, _needs_of(group), choices=answers, table="needs")


def _needs_of(group: NeedExamined.Group) -> str:
    return lazy(lambda: gettext("Needs of %(group)s") % {"group": group.label}, str)()


READS_OF_FIELDS: dict[type[Any], str] = {
    models.DateField: DAY,
    models.TimeField: TIME,
    models.PositiveIntegerField: NUMBER,
    models.PositiveSmallIntegerField: NUMBER,
    models.DecimalField: DECIMAL,
    models.CharField: TEXT,
    models.TextField: TEXT,
}
READS_BY_NAME = {"place": PLACE, "lead_body": BODY, "parent": PLACE, "authority": NAME}


def _of_field(field: Any, is_required: bool) -> Column | None:
    """Return the column of a model’s field; None for a field that no cell can hold."""
    reads = READS_BY_NAME.get(field.name) or READS_OF_FIELDS.get(type(field))
    if reads is None:
        return None
    if field.choices:
        terms = tuple(field.choices)
        return Column(field.name, TERM, field.verbose_name, is_required, choices=terms, usual=field.get_default())
    limits = [v.limit_value for v in field.validators if getattr(v, "code", "") == "max_value"]
    longest = getattr(field, "max_length", None) or LONGEST_TEXT
    return Column(field.name, reads, field.verbose_name, is_required, longest, min(limits, default=HIGHEST))


def _of_places() -> Iterable[Column]:
    yield Column("code", TEXT, _("official code"), longest=60)
    yield Column("name", TEXT, _("name"), True, 200)
    yield Column("setting", TERM, _("setting"), True)
    yield Column("jurisdiction", TERM, _("jurisdiction"), True)
    yield Column("parent", PLACE, _("part of"))
    yield Column("authority", NAME, _("operator"), longest=200)
    known = {field.name: field for field in Place._meta.concrete_fields}
    wanted = ("capacity", "town", "address", "postcode", "region", "latitude", "longitude")
    for name in (*wanted, "opened_on", "closed_on", "note"):
        if name in known and (column := _of_field(known[name], False)) is not None:
            yield column


def _of_people() -> Iterable[Column]:
    yield Column("visit", VISIT, _("reference of the visit"), True, 40)
    for measure in VisitFigure.Measure:
        yield Column(measure.value, FIGURE, measure._label_)
