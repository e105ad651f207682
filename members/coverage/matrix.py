"""The coverage matrix: who monitors which setting in which jurisdiction on a day, and where nobody does.

Built from the register in a constant number of queries, then free of the database: a report freezes it as JSON, and the
page, the PDF and the CSV print the same object.
"""

import json
from dataclasses import asdict, dataclass, fields, is_dataclass
from datetime import date
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from members.coverage import words
from members.models import CoverageNote, Remit
from members.models.bilingual import Words


@dataclass(frozen=True)
class Column:
    """A jurisdiction."""

    slug: str
    name: Words


@dataclass(frozen=True)
class Period:
    """Since when and until when (exclusive), each with how exactly it is known."""

    starts_on: date
    starts_precision: str
    ends_on: date | None
    ends_precision: str


@dataclass(frozen=True)
class SourceNote:
    """Where a fact was read."""

    title: str
    url: str
    dated: str


@dataclass(frozen=True)
class Part:
    """A body in a remit, under the name it bore on the day."""

    slug: str
    name: Words
    abbreviation: str
    relation: str
    scope: Words
    is_member: bool


@dataclass(frozen=True)
class Entry:
    """A remit. Without parts it says that a source names nobody."""

    key: str
    layer: str
    jurisdictions: tuple[str, ...]
    parts: tuple[Part, ...]
    confidence: str
    note: str
    period: Period
    source: SourceNote

    @property
    def segments(self) -> list[words.Segment]:
        """The sentence of the cell, cut up so that each body can be a link."""
        return words.sentence(self.parts)

    @property
    def text(self) -> str:
        """The sentence of the cell: “HMIP with CQC and Ofsted”."""
        return words.in_words(self.parts)

    @property
    def layer_label(self) -> Promise | str:
        return Remit.Layer(self.layer).label

    @property
    def confidence_label(self) -> Promise | str:
        return Remit.Confidence(self.confidence).label


def gap_anchor(setting: str, key: str) -> str:
    """Return the id of a gap in the list below the matrix: a key is one of its setting."""
    return f"gap-{setting}-{key}"


@dataclass(frozen=True)
class Gap:
    """What nobody monitors: a whole cell, or the kind of place named."""

    key: str
    setting: str
    setting_name: Words
    jurisdictions: tuple[str, ...]
    layer: str
    kind_of_place: Words
    explanation: Words
    note: str
    period: Period
    source: SourceNote
    report_text: Words = Words()

    @property
    def text(self) -> Words:
        """What the annual report says of it: the text written for it, else the explanation."""
        return self.report_text or self.explanation

    @property
    def anchor(self) -> str:
        """The id in the list below the matrix."""
        return gap_anchor(self.setting, self.key)

    @property
    def layer_label(self) -> Promise | str:
        return Remit.Layer(self.layer).label


@dataclass(frozen=True)
class Note:
    """Why a cell looks as it does: empty and yet no gap, or held by several bodies."""

    kind: str
    setting: str
    jurisdiction: str
    layer: str
    explanation: Words

    @property
    def label(self) -> Promise | str:
        return CoverageNote.Kind(self.kind).label


# What stands in an empty cell that is no gap.
EMPTY_BECAUSE = {
    CoverageNote.Kind.NO_PLACES.value: _("no such places here"),
    CoverageNote.Kind.NOT_APPLICABLE.value: _("not foreseen here"),
}
REMIT, NONE, EXPLAINED, UNRECORDED = "remit", "none", "explained", "unrecorded"


@dataclass(frozen=True)
class Cell:
    """One cell: who monitors (`remit`), that nobody does (`none`), that nobody need (`explained`), or not recorded."""

    state: str
    jurisdictions: tuple[str, ...]
    rowspan: int
    entries: tuple[Entry, ...]
    gaps: tuple[Gap, ...]
    notes: tuple[Note, ...] = ()

    @property
    def colspan(self) -> int:
        return len(self.jurisdictions)

    @property
    def is_none(self) -> bool:
        return self.state == NONE

    @property
    def is_unrecorded(self) -> bool:
        return self.state == UNRECORDED

    @property
    def is_explained(self) -> bool:
        return self.state == EXPLAINED

    @property
    def why_empty(self) -> str:
        """Why nobody need monitor here: “there are no such places here”; empty where nobody has said it."""
        notes = {str(EMPTY_BECAUSE[note.kind]) for note in self.notes if note.kind in EMPTY_BECAUSE}
        return "; ".join(sorted(notes))

    @property
    def whole_gaps(self) -> list[Gap]:
        return [gap for gap in self.gaps if not gap.kind_of_place]

    @property
    def partial_gaps(self) -> list[Gap]:
        return [gap for gap in self.gaps if gap.kind_of_place]


@dataclass(frozen=True)
class Row:
    """One layer of one setting."""

    layer: str
    cells: tuple[Cell, ...]

    @property
    def label(self) -> Promise | str:
        return Remit.Layer(self.layer).label


@dataclass(frozen=True)
class Setting:
    """A detention setting with its layers; `areas` are the supervision areas it belongs to."""

    slug: str
    name: Words
    areas: tuple[Words, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Matrix:
    """The whole table as at one day."""

    mechanism: str
    on: date
    columns: tuple[Column, ...]
    settings: tuple[Setting, ...]
    gaps: tuple[Gap, ...]

    @property
    def is_empty(self) -> bool:
        return not self.settings

    @property
    def cells(self) -> list[Cell]:
        return [cell for setting in self.settings for row in setting.rows for cell in row.cells]

    @property
    def entries(self) -> list[tuple[Setting, Entry]]:
        """Every remit of the day once, in the order of the table, with its setting."""
        found: dict[tuple[str, str], tuple[Setting, Entry]] = {}
        for setting in self.settings:
            for cell in (cell for row in setting.rows for cell in row.cells):
                found |= {(setting.slug, entry.key): (setting, entry) for entry in cell.entries}
        return list(found.values())

    @property
    def stated_none(self) -> list[tuple[Setting, Entry]]:
        """The remits of which a source says that they are nobody's."""
        return [(setting, entry) for setting, entry in self.entries if not entry.parts]

    @property
    def parts(self) -> list[Part]:
        """Every body named in the table once, by abbreviation."""
        found = {part.slug: part for _setting, entry in self.entries for part in entry.parts}
        return sorted(found.values(), key=lambda part: part.abbreviation.casefold())

    def uncovered(self, row: Row, cell: Cell) -> list[tuple[Gap, str]]:
        """Return the kinds of places that nobody monitors although somebody holds ``cell`` of ``row``, each in words.

        The words name the layer where the cell stands for two, and the jurisdictions where it spans others too.
        """
        names = {column.slug: str(column.name) for column in self.columns}
        found = []
        for gap in cell.partial_gaps:
            limits = [str(gap.layer_label)] if cell.rowspan > 1 or gap.layer != row.layer else []
            if not set(cell.jurisdictions) <= set(gap.jurisdictions):
                limits.append(", ".join(names[slug] for slug in gap.jurisdictions if slug in cell.jurisdictions))
            found.append((gap, f"{gap.kind_of_place} ({'; '.join(limits)})" if limits else str(gap.kind_of_place)))
        return found

    @property
    def count_none(self) -> int:
        """How many cells say that there is no monitor."""
        return sum(cell.is_none for cell in self.cells)

    def as_json(self) -> dict[str, Any]:
        """Return the matrix as plain JSON; `from_json` makes the same matrix of it, in either language."""
        plain: dict[str, Any] = json.loads(json.dumps(asdict(self), cls=DjangoJSONEncoder))
        return plain

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> "Matrix":
        """Return the matrix that `as_json` froze."""
        matrix: Matrix = _thaw(cls, plain)
        return matrix


def _thaw(kind: Any, plain: Any) -> Any:
    """Make a ``kind`` (dataclass, tuple of them, date or plain value) of what JSON holds."""
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        # What an older snapshot did not know yet keeps its default.
        known = {f.name: _thaw(hints[f.name], plain[f.name]) for f in fields(kind) if f.name in plain}
        return kind(**known)  # type: ignore[operator]
    if get_origin(kind) is tuple:
        return tuple(_thaw(get_args(kind)[0], entry) for entry in plain)
    if get_origin(kind) in (Union, UnionType):
        return None if plain is None else _thaw(get_args(kind)[0], plain)
    return date.fromisoformat(plain) if kind is date else plain
