"""Build the coverage matrix of a day from the register, in a constant number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any

from members.coverage.loading import columns_of, entries_of, expected_of, gaps_of, notes_of, settings_of
from members.coverage.matrix import (
    EXPLAINED,
    NONE,
    REMIT,
    UNRECORDED,
    Cell,
    Entry,
    Gap,
    Matrix,
    Note,
    Row,
    Setting,
)
from members.models import CoverageNote, Mechanism, MemberBody, Remit
from members.models.bilingual import Words

Layer = Remit.Layer
BOTH = (Layer.INSPECTION.value, Layer.LAY.value)


def build_matrix(mechanism: Mechanism, on: date) -> Matrix:
    """Return who monitored what in ``mechanism`` on the day ``on``.

    A setting of which nothing is recorded and in which no layer is expected is left out.
    """
    columns = columns_of(mechanism)
    remits = Remit.objects.as_at(on).filter(setting__mechanism=mechanism).order_by("position", "starts_on", "pk")
    entries: dict[int, list[Entry]] = {}
    for setting, entry in entries_of(remits, mechanism, columns, on):
        entries.setdefault(setting, []).append(entry)
    gaps, notes, expected = gaps_of(mechanism, columns, on), notes_of(mechanism, on), expected_of(mechanism, on)
    slugs = [column.slug for column in columns.values()]
    settings = []
    for pk, slug, name, areas in settings_of(mechanism):
        facts = _Facts(
            entries.get(pk, []),
            [gap for gap in gaps if gap.setting == slug],
            [note for note in notes if note.setting == slug],
        )
        rows = _rows(facts, expected.get(pk, set()), slugs)
        if rows:
            settings.append(Setting(slug, name, areas, rows))
    return Matrix(mechanism.slug, on, tuple(columns.values()), tuple(settings), tuple(gaps))


def remits_of_body(body: MemberBody, on: date) -> list[tuple[Words, list[Words], Entry]]:
    """Return every remit ``body`` has or had: setting, jurisdictions and the remit with the names of the day ``on``."""
    columns = columns_of(body.mechanism)
    names = {column.slug: column.name for column in columns.values()}
    settings = {pk: name for pk, _slug, name, _areas in settings_of(body.mechanism)}
    remits = Remit.objects.in_use().filter(parts__body=body)
    ordered = remits.order_by("setting__position", "position", "starts_on", "pk")
    return [
        (settings[setting], [names[slug] for slug in entry.jurisdictions], entry)
        for setting, entry in entries_of(ordered, body.mechanism, columns, on)
    ]


# -- Laying out one setting -------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Facts:
    """What is recorded of one setting."""

    entries: list[Entry]
    gaps: list[Gap]
    notes: list[Note]

    def in_cell(self, layer: str, jurisdiction: str) -> Cell:
        """Return the cell of one layer and one jurisdiction."""
        return _cell(
            (jurisdiction,),
            [e for e in self.entries if belongs(e.layer, layer) and jurisdiction in e.jurisdictions],
            [g for g in self.gaps if belongs(g.layer, layer) and jurisdiction in g.jurisdictions],
            [n for n in self.notes if belongs(n.layer, layer) and jurisdiction == n.jurisdiction],
        )


def _rows(facts: _Facts, expected: set[str], columns: list[str]) -> tuple[Row, ...]:
    """Return one row a layer. A cell of both layers spans the two rows, as in the UK's brochure."""
    layers = _layers(facts, expected)
    rows = [Row(layer, _cells(layer, facts, columns)) for layer in layers]
    if len(rows) > 1 and tuple(layers[:2]) == BOTH:
        rows[:2] = _joined(rows[0], rows[1])
    return tuple(rows)


def _layers(facts: _Facts, expected: set[str]) -> list[str]:
    """Return the layers a setting needs a row for, in the order of the choices."""
    present = {entry.layer for entry in facts.entries} | expected
    present |= {gap.layer for gap in facts.gaps if not gap.kind_of_place or not facts.entries}
    if Layer.INSPECTION_AND_LAY in present and present & set(BOTH):
        present = (present - {Layer.INSPECTION_AND_LAY.value}) | set(BOTH)
    return [layer for layer in Layer.values if layer in present]


def belongs(layer: str, row_layer: str) -> bool:
    """Tell whether what is recorded of ``layer`` stands in the row of ``row_layer``: both layers stand in either."""
    either_is_both = Layer.INSPECTION_AND_LAY in (layer, row_layer)
    return layer == row_layer or (either_is_both and bool({layer, row_layer} & set(BOTH)))


def _cells(layer: str, facts: _Facts, columns: list[str]) -> tuple[Cell, ...]:
    """Return the cells of one row: neighbouring jurisdictions of which exactly the same holds share one."""
    cells = []
    for _same, group in groupby([facts.in_cell(layer, column) for column in columns], key=_what_holds):
        neighbours = list(group)
        partial = {gap.key: gap for cell in neighbours for gap in cell.gaps}
        slugs = tuple(slug for cell in neighbours for slug in cell.jurisdictions)
        cells.append(_cell(slugs, neighbours[0].entries, partial.values(), neighbours[0].notes))
    return tuple(cells)


def _cell(columns: tuple[str, ...], entries: Iterable[Entry], gaps: Iterable[Gap], notes: Iterable[Note]) -> Cell:
    entries, gaps, notes = tuple(entries), tuple(gaps), tuple(notes)
    if any(entry.parts for entry in entries):
        state = REMIT
    elif any(not gap.kind_of_place for gap in gaps):
        state = NONE
    elif any(note.kind != CoverageNote.Kind.OVERLAP for note in notes):
        state = EXPLAINED
    else:
        state = NONE if entries else UNRECORDED
    return Cell(state, columns, 1, entries, gaps, notes)


def _what_holds(cell: Cell) -> tuple[Any, ...]:
    whole = [gap.key for gap in cell.gaps if not gap.kind_of_place]
    said = [(note.kind, note.explanation) for note in cell.notes]
    return cell.state, [entry.key for entry in cell.entries], whole, said


def _joined(first: Row, second: Row) -> list[Row]:
    """Let a cell of the first row reach into the second where the same remits of both layers stand."""

    def reaches(cell: Cell) -> bool:
        only_both = cell.entries and all(entry.layer == Layer.INSPECTION_AND_LAY for entry in cell.entries)
        return bool(only_both) and any(
            other.jurisdictions == cell.jurisdictions and other.entries == cell.entries for other in second.cells
        )

    taken = {cell.jurisdictions for cell in first.cells if reaches(cell)}
    below = {cell.jurisdictions: cell for cell in second.cells if cell.jurisdictions in taken}
    upper = tuple(_over(cell, below.get(cell.jurisdictions)) for cell in first.cells)
    lower = tuple(cell for cell in second.cells if cell.jurisdictions not in taken)
    return [Row(first.layer, upper), Row(second.layer, lower)]


def _over(cell: Cell, other: Cell | None) -> Cell:
    """Return ``cell`` over two rows, with what is said of the ``other`` layer alone; as it is where there is none."""
    if other is None:
        return cell
    gaps = {gap.key: gap for gap in (*cell.gaps, *other.gaps)}
    return replace(cell, rowspan=2, gaps=tuple(gaps.values()), notes=tuple(dict.fromkeys((*cell.notes, *other.notes))))
