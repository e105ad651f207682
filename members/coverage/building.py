"""Build the coverage matrix of a day from the register, in a constant number of queries."""

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import Any

from django.db.models import Prefetch

from members.coverage.matrix import (
    NONE,
    REMIT,
    UNRECORDED,
    Cell,
    Column,
    Entry,
    Gap,
    Matrix,
    Part,
    Period,
    Row,
    Setting,
    SourceNote,
)
from members.models import BodyName, CoverageGap, Designation, DetentionSetting, Mechanism, MemberBody, Remit, RemitBody
from members.models.bilingual import BilingualName, Words

Layer = Remit.Layer
BOTH = (Layer.INSPECTION.value, Layer.LAY.value)


def build_matrix(mechanism: Mechanism, on: date) -> Matrix:
    """Return who monitored what in ``mechanism`` on the day ``on``; settings with nothing recorded are left out."""
    columns = tuple(Column(j.slug, _words(j)) for j in mechanism.jurisdictions.all())
    entries = _entries(mechanism, on)
    gaps = _gaps(mechanism, on)
    settings = []
    for setting in DetentionSetting.objects.filter(mechanism=mechanism).prefetch_related("supervision_areas"):
        own = [gap for gap in gaps if gap.setting == setting.slug]
        rows = _rows(entries.get(setting.pk, []), own, [column.slug for column in columns])
        if rows:
            areas = tuple(_words(area) for area in setting.supervision_areas.all())
            settings.append(Setting(setting.slug, _words(setting), areas, rows))
    return Matrix(mechanism.slug, on, columns, tuple(settings), tuple(gaps))


def _words(named: BilingualName) -> Words:
    return Words(named.name_en, named.name_nl)


def _entries(mechanism: Mechanism, on: date) -> dict[int, list[Entry]]:
    """Return the remits of the day by setting."""
    remits = Remit.objects.as_at(on).filter(setting__mechanism=mechanism).order_by("position", "starts_on", "pk")
    members = set(Designation.objects.as_at(on).filter(body__mechanism=mechanism).values_list("body_id", flat=True))
    found: dict[int, list[Entry]] = {}
    for remit in _loaded(remits, on):
        found.setdefault(remit.setting_id, []).append(_entry(remit, members))
    return found


def remits_of_body(body: MemberBody, on: date) -> list[tuple[Words, list[Words], Entry]]:
    """Return every remit ``body`` has or had: setting, jurisdictions and the remit with the names of the day ``on``."""
    remits = Remit.objects.in_use().filter(parts__body=body)
    return [
        (_words(remit.setting), [_words(j) for j in remit.jurisdictions.all()], _entry(remit, set()))
        for remit in _loaded(remits.order_by("setting__position", "position", "starts_on", "pk"), on)
    ]


def _loaded(remits: Any, on: date) -> Any:
    """Load all that an entry needs."""
    bodies = MemberBody.objects.with_names_as_at(on)
    parts = RemitBody.objects.order_by("position").prefetch_related(Prefetch("body", bodies))
    return remits.select_related("source", "setting").prefetch_related("jurisdictions", Prefetch("parts", parts))


def _entry(remit: Remit, members: set[int]) -> Entry:
    return Entry(
        key=remit.key,
        layer=remit.layer,
        jurisdictions=tuple(j.slug for j in remit.jurisdictions.all()),
        parts=tuple(_part(part, members) for part in remit.parts.all()),
        confidence=remit.confidence,
        note=remit.note,
        period=_period(remit),
        source=_source(remit),
    )


def _part(part: RemitBody, members: set[int]) -> Part:
    name: BodyName | None = part.body.current_name
    return Part(
        slug=part.body.slug,
        name=_words(name) if name else Words(part.body.slug),
        abbreviation=name.abbreviation if name else part.body.slug,
        relation=part.relation,
        scope=Words(part.scope, part.scope_nl),
        is_member=part.body_id in members,
    )


def _gaps(mechanism: Mechanism, on: date) -> list[Gap]:
    gaps = (
        CoverageGap.objects.as_at(on)
        .filter(setting__mechanism=mechanism)
        .select_related("source", "setting")
        .prefetch_related("jurisdictions")
        .order_by("setting__position", "starts_on", "key")
    )
    return [
        Gap(
            key=gap.key,
            setting=gap.setting.slug,
            setting_name=_words(gap.setting),
            jurisdictions=tuple(j.slug for j in gap.jurisdictions.all()),
            layer=gap.layer,
            kind_of_place=Words(gap.kind_of_place, gap.kind_of_place_nl),
            explanation=Words(gap.explanation, gap.explanation_nl),
            note=gap.note,
            period=_period(gap),
            source=_source(gap),
        )
        for gap in gaps
    ]


def _period(fact: Any) -> Period:
    return Period(fact.starts_on, fact.starts_precision, fact.ends_on, fact.ends_precision)


def _source(fact: Any) -> SourceNote:
    return SourceNote(fact.source.title, fact.source.url, fact.source.dated)


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
