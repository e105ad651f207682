"""Compare the coverage matrix of two days: what was added, ended, renamed or changed, and on which sources."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from members.coverage.building import belongs
from members.coverage.matrix import Entry, Gap, Matrix, Part
from members.models import Remit, RemitBody
from members.models.bilingual import Words


@dataclass(frozen=True)
class Side:
    """One cell on one day."""

    text: str
    sources: tuple[str, ...]
    parts: tuple[Part, ...]
    gaps: tuple[Gap, ...]
    is_known: bool


@dataclass(frozen=True)
class Difference:
    """A cell (or neighbouring cells alike) that is not the same on the two days."""

    setting: Words
    layer: str
    where: tuple[Words, ...]
    words: tuple[str, ...]
    before: Side
    after: Side

    @property
    def layer_label(self) -> Promise | str:
        return Remit.Layer(self.layer).label


@dataclass(frozen=True)
class Renaming:
    """A body that bears another name on the second day."""

    slug: str
    before: tuple[Words, str]
    after: tuple[Words, str]


@dataclass(frozen=True)
class Comparison:
    """Everything that differs between two days."""

    before: Matrix
    after: Matrix
    differences: tuple[Difference, ...]
    renamed: tuple[Renaming, ...]

    @property
    def is_same(self) -> bool:
        return not self.differences and not self.renamed


def compare(before: Matrix, after: Matrix) -> Comparison:
    """Return what differs between two matrices of the same mechanism, cell by cell, in the order of the table."""
    return Comparison(before, after, tuple(_differences(before, after)), tuple(_renamed(before, after)))


def _differences(before: Matrix, after: Matrix) -> Iterator[Difference]:
    names = {setting.slug: setting.name for setting in (*before.settings, *after.settings)}
    order = [s.slug for s in after.settings] + [s.slug for s in before.settings if s.slug not in _slugs(after)]
    for slug in order:
        for layer in _layers(before, after, slug):
            cells = []
            for column in after.columns:
                old, new = _side(before, slug, layer, column.slug), _side(after, slug, layer, column.slug)
                cells.append((_in_words(old, new), old, new, column.name))
            for _same, group in groupby(cells, key=lambda cell: (cell[0], cell[1].text, cell[2].text)):
                alike = list(group)
                if alike[0][0]:
                    where = tuple(cell[3] for cell in alike)
                    yield Difference(names[slug], layer, where, alike[0][0], alike[0][1], alike[0][2])


def _slugs(matrix: Matrix) -> set[str]:
    return {setting.slug for setting in matrix.settings}


def _layers(before: Matrix, after: Matrix, slug: str) -> list[str]:
    rows = {row.layer for matrix in (before, after) for s in matrix.settings if s.slug == slug for row in s.rows}
    if Remit.Layer.INSPECTION_AND_LAY in rows and len(rows) > 1:
        rows = (rows - {Remit.Layer.INSPECTION_AND_LAY.value}) | {Remit.Layer.INSPECTION.value, Remit.Layer.LAY.value}
    return [layer for layer in Remit.Layer.values if layer in rows]


def _side(matrix: Matrix, slug: str, layer: str, jurisdiction: str) -> Side:
    """Return who holds one cell on the day of ``matrix``, whatever row the setting has for it there."""
    entries: dict[str, Entry] = {}
    gaps: dict[str, Gap] = {}
    for setting in matrix.settings:
        for row in setting.rows if setting.slug == slug else ():
            for cell in row.cells:
                if jurisdiction in cell.jurisdictions:
                    entries |= {e.key: e for e in cell.entries if belongs(e.layer, layer)}
                    gaps |= {g.key: g for g in cell.gaps if belongs(g.layer, layer)}
    parts = tuple(part for entry in entries.values() for part in entry.parts)
    facts: list[Entry | Gap] = [*entries.values(), *gaps.values()]
    sources = tuple(dict.fromkeys(fact.source.title for fact in facts))
    if parts:
        text = "; ".join(entry.text for entry in entries.values() if entry.parts)
    else:
        whole = any(not gap.kind_of_place for gap in gaps.values())
        text = _("No monitor") if entries or whole else _("Not recorded")
    return Side(text, sources, parts, tuple(gaps.values()), bool(entries or gaps))


def _in_words(old: Side, new: Side) -> tuple[str, ...]:
    """Return what happened in a cell, one sentence for each body and each gap; nothing where it stayed the same."""
    was, now = _by_body(old), _by_body(new)
    said = [_("added: {who}").format(who=_who(now[slug])) for slug in now if slug not in was]
    said += [_("ended: {who}").format(who=_who(was[slug])) for slug in was if slug not in now]
    said += [
        _("changed: {before}, now {after}").format(before=_who(was[slug]), after=_who(now[slug]))
        for slug in now
        if slug in was and _role(was[slug]) != _role(now[slug])
    ]
    said += [_gap(_("gap recorded: {what}"), _("gap recorded"), gap) for gap in _only(new.gaps, old.gaps)]
    said += [_gap(_("gap closed: {what}"), _("gap closed"), gap) for gap in _only(old.gaps, new.gaps)]
    if not said and old.is_known != new.is_known:
        said = [_("recorded that nobody monitors") if new.is_known else _("no longer recorded")]
    return tuple(said)


def _by_body(side: Side) -> dict[str, list[Part]]:
    found: dict[str, list[Part]] = {}
    for part in side.parts:
        found.setdefault(part.slug, []).append(part)
    return found


def _who(parts: list[Part]) -> str:
    said = []
    for part in parts:
        relation = str(RemitBody.Relation(part.relation).label)
        said.append(f"{relation}, {part.scope}" if part.scope else relation)
    return f"{parts[0].abbreviation} ({'; '.join(said)})"


def _role(parts: list[Part]) -> list[tuple[str, str, str]]:
    return sorted((part.relation, part.scope.en, part.scope.nl) for part in parts)


def _only(these: tuple[Gap, ...], those: tuple[Gap, ...]) -> list[Gap]:
    known = {gap.key for gap in those}
    return [gap for gap in these if gap.key not in known]


def _gap(named: str, plain: str, gap: Gap) -> str:
    return named.format(what=gap.kind_of_place) if gap.kind_of_place else plain


def _renamed(before: Matrix, after: Matrix) -> Iterator[Renaming]:
    was = {part.slug: (part.name, part.abbreviation) for part in before.parts}
    for part in after.parts:
        now = (part.name, part.abbreviation)
        if part.slug in was and was[part.slug] != now:
            yield Renaming(part.slug, was[part.slug], now)
