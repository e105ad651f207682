"""Build the coverage matrix of a day from the register, in a constant number of queries."""

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import Any

from members.coverage.loading import columns_of, entries_of, gaps_of, settings_of
from members.coverage.matrix import NONE, REMIT, UNRECORDED, Cell, Entry, Gap, Matrix, Row, Setting
from members.models import Mechanism, MemberBody, Remit
from members.models.bilingual import Words

Layer = Remit.Layer
BOTH = (Layer.INSPECTION.value, Layer.LAY.value)


def build_matrix(mechanism: Mechanism, on: date) -> Matrix:
    """Return who monitored what in ``mechanism`` on the day ``on``; settings with nothing recorded are left out."""
    columns = columns_of(mechanism)
    remits = Remit.objects.as_at(on).filter(setting__mechanism=mechanism).order_by("position", "starts_on", "pk")
    entries: dict[int, list[Entry]] = {}
    for setting, entry in entries_of(remits, mechanism, columns, on):
        entries.setdefault(setting, []).append(entry)
    gaps = gaps_of(mechanism, columns, on)
    settings = []
    for pk, slug, name, areas in settings_of(mechanism):
        own = [gap for gap in gaps if gap.setting == slug]
        rows = _rows(entries.get(pk, []), own, [column.slug for column in columns.values()])
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
def _rows(entries: list[Entry], gaps: list[Gap], columns: list[str]) -> tuple[Row, ...]:
    """Return one row a layer. A cell of both layers spans the two rows, as in the UK's brochure."""
    layers = _layers(entries, gaps)
    rows = [Row(layer, _cells(layer, entries, gaps, columns)) for layer in layers]
    if len(rows) > 1 and tuple(layers[:2]) == BOTH:
        rows[:2] = _joined(rows[0], rows[1])
    return tuple(rows)


def _layers(entries: list[Entry], gaps: list[Gap]) -> list[str]:
    """Return the layers a setting needs a row for, in the order of the choices."""
    present = {entry.layer for entry in entries} | {gap.layer for gap in gaps if not gap.kind_of_place or not entries}
    if Layer.INSPECTION_AND_LAY in present and present & set(BOTH):
        present = (present - {Layer.INSPECTION_AND_LAY.value}) | set(BOTH)
    return [layer for layer in Layer.values if layer in present]


def _belongs(layer: str, row_layer: str) -> bool:
    either_is_both = Layer.INSPECTION_AND_LAY in (layer, row_layer)
    return layer == row_layer or (either_is_both and bool({layer, row_layer} & set(BOTH)))


def _cells(layer: str, entries: list[Entry], gaps: list[Gap], columns: list[str]) -> tuple[Cell, ...]:
    """Return the cells of one row: neighbouring jurisdictions of which exactly the same holds share one."""
    single = []
    for column in columns:
        here = [e for e in entries if _belongs(e.layer, layer) and column in e.jurisdictions]
        open_here = [g for g in gaps if _belongs(g.layer, layer) and column in g.jurisdictions]
        single.append(_cell((column,), here, open_here))
    cells = []
    for _same, group in groupby(single, key=_what_holds):
        neighbours = list(group)
        partial = {gap.key: gap for cell in neighbours for gap in cell.gaps}
        slugs = tuple(slug for cell in neighbours for slug in cell.jurisdictions)
        cells.append(_cell(slugs, neighbours[0].entries, partial.values()))
    return tuple(cells)


def _cell(columns: tuple[str, ...], entries: Iterable[Entry], gaps: Iterable[Gap]) -> Cell:
    entries, gaps = tuple(entries), tuple(gaps)
    if any(entry.parts for entry in entries):
        state = REMIT
    elif entries or any(not gap.kind_of_place for gap in gaps):
        state = NONE
    else:
        state = UNRECORDED
    return Cell(state, columns, 1, entries, gaps)


def _what_holds(cell: Cell) -> tuple[Any, ...]:
    whole = [gap.key for gap in cell.gaps if not gap.kind_of_place]
    return cell.state, [entry.key for entry in cell.entries], whole


def _joined(first: Row, second: Row) -> list[Row]:
    """Let a cell of the first row reach into the second where the same remits of both layers stand."""

    def reaches(cell: Cell) -> bool:
        only_both = cell.entries and all(entry.layer == Layer.INSPECTION_AND_LAY for entry in cell.entries)
        return bool(only_both) and any(
            other.jurisdictions == cell.jurisdictions and other.entries == cell.entries for other in second.cells
        )

    taken = {cell.jurisdictions for cell in first.cells if reaches(cell)}
    upper = tuple(
        Cell(cell.state, cell.jurisdictions, 2, cell.entries, cell.gaps) if cell.jurisdictions in taken else cell
        for cell in first.cells
    )
    lower = tuple(cell for cell in second.cells if cell.jurisdictions not in taken)
    return [Row(first.layer, upper), Row(second.layer, lower)]
