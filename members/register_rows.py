"""The register as data: the rows of the two CSV files. Words are English in either language, so that files compare."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import Prefetch
from django.utils.text import capfirst
from django.utils.translation import override

from members.coverage import Matrix, build_matrix
from members.coverage.compare import Comparison, Difference, compare
from members.coverage.matrix import Cell, Entry, Gap, Row, Setting
from members.models import Designation, Mechanism, MemberBody
from members.periods import precise

MEMBER_HEADER = (
    "as_at", "slug", "abbreviation", "name_en", "name_nl", "kind", "status", "since", "instrument",
    "takes_part_in_consultations", "coordinates", "jurisdictions", "where_it_works", "note", "source", "source_url",
)  # fmt: skip
COVERAGE_HEADER = (
    "as_at", "setting", "setting_nl", "layer", "jurisdictions", "state", "monitors", "in_words", "relations", "scope",
    "kind_of_place", "since", "until", "confidence", "note", "source", "source_url",
)  # fmt: skip

COMPARE_HEADER = (
    "kind", "setting", "layer", "jurisdictions", "what", "before_on", "before", "before_sources", "after_on", "after",
    "after_sources",
)  # fmt: skip


def member_designations(mechanism: Mechanism, on: date) -> Any:
    """Return the designations of ``mechanism`` on the day ``on`` with their bodies, in the order of the register."""
    bodies = MemberBody.objects.with_names_as_at(on).prefetch_related("jurisdictions")
    return (
        Designation.objects.as_at(on)
        .filter(body__mechanism=mechanism)
        .select_related("source")
        .prefetch_related(Prefetch("body", bodies))
        .order_by("body__position")
    )


def member_rows(mechanism: Mechanism, on: date, *, with_notes: bool) -> Iterator[tuple[Any, ...]]:
    """Yield one row for each body with a standing on the day; the notes are for the mechanism's own people."""
    coordinator = mechanism.coordinations.as_at(on).values_list("body_id", flat=True).first()
    for designation in member_designations(mechanism, on):
        body = designation.body
        name = body.current_name
        yield (
            on, body.slug, body.abbreviation, name.name_en if name else "", name.name_nl if name else "", body.kind,
            designation.status, precise(designation.starts_on, designation.starts_precision), designation.instrument,
            designation.takes_part, body.pk == coordinator, "; ".join(j.slug for j in body.jurisdictions.all()),
            body.works_note, designation.note if with_notes else "", designation.source.title, designation.source.url,
        )  # fmt: skip


def coverage_rows(matrix: Matrix, *, with_notes: bool) -> Iterator[tuple[Any, ...]]:
    """Yield one row for each remit, each gap and each stretch of cells of which nothing is recorded.

    ``with_notes`` is for the mechanism's own people; what says why nobody monitors everybody reads, as on the page.
    """
    with override("en-gb"):
        rows = [row for setting in matrix.settings for row in _setting_rows(matrix, setting, with_notes)]
        rows += [_gap_row(matrix, gap, with_notes) for gap in matrix.gaps]
    yield from rows


def compare_rows(mechanism: Mechanism, first: date, second: date) -> Iterator[tuple[Any, ...]]:
    """Yield one row for each cell (or neighbouring cells alike) that differs between two days, then the new names."""
    with override("en-gb"):
        found = compare(build_matrix(mechanism, first), build_matrix(mechanism, second))
        rows = [_difference_row(found, difference) for difference in found.differences]
        rows += [
            ("renamed", "", "", "", f"{r.before[1]} is now {r.after[1]}", first, r.before[0].en, "", second,
             r.after[0].en, "")
            for r in found.renamed
        ]  # fmt: skip
    yield from rows


def _difference_row(found: Comparison, difference: Difference) -> tuple[Any, ...]:
    old, new = difference.before, difference.after
    return (
        "cell", difference.setting.en, difference.layer, "; ".join(name.en for name in difference.where),
        "; ".join(difference.words), found.before.on, old.text, "; ".join(old.sources), found.after.on, new.text,
        "; ".join(new.sources),
    )  # fmt: skip


def _setting_rows(matrix: Matrix, setting: Setting, with_notes: bool) -> Iterator[tuple[Any, ...]]:
    seen = set()
    for row in setting.rows:
        for cell in row.cells:
            if cell.is_unrecorded or cell.is_explained:
                yield _unrecorded_row(matrix, setting, row, cell)
            for entry in cell.entries:
                if entry.key not in seen:
                    seen.add(entry.key)
                    yield _entry_row(matrix, setting, entry, with_notes)


def _entry_row(matrix: Matrix, setting: Setting, entry: Entry, with_notes: bool) -> tuple[Any, ...]:
    relations = "; ".join(f"{part.abbreviation} {part.relation}" for part in entry.parts)
    scope = "; ".join(f"{part.abbreviation} {part.scope.en}" for part in entry.parts if part.scope)
    note = entry.note if with_notes or not entry.parts else ""
    return (
        matrix.on, setting.name.en, setting.name.nl, entry.layer, _jurisdictions(matrix, entry.jurisdictions),
        "monitored" if entry.parts else "no monitor", "; ".join(part.abbreviation for part in entry.parts),
        entry.text or "No monitor", relations, scope, "", *_period(entry), entry.confidence, note,
        entry.source.title, entry.source.url,
    )  # fmt: skip


def _unrecorded_row(matrix: Matrix, setting: Setting, row: Row, cell: Cell) -> tuple[Any, ...]:
    where = _jurisdictions(matrix, cell.jurisdictions)
    state = cell.why_empty or "not recorded"
    known = (matrix.on, setting.name.en, setting.name.nl, row.layer, where, state)
    return (*known, "", capfirst(state), *[""] * (len(COVERAGE_HEADER) - len(known) - 2))


def _gap_row(matrix: Matrix, gap: Gap, with_notes: bool) -> tuple[Any, ...]:
    return (
        matrix.on, gap.setting_name.en, gap.setting_name.nl, gap.layer, _jurisdictions(matrix, gap.jurisdictions),
        "no monitor", "", "No monitor", "", "", gap.kind_of_place.en, *_period(gap), "",
        " ".join(filter(None, (gap.explanation.en, gap.note if with_notes else ""))), gap.source.title, gap.source.url,
    )  # fmt: skip


def _jurisdictions(matrix: Matrix, slugs: tuple[str, ...]) -> str:
    return "; ".join(column.name.en for column in matrix.columns if column.slug in slugs)


def _period(dated: Entry | Gap) -> tuple[str, str]:
    found = dated.period
    return precise(found.starts_on, found.starts_precision), precise(found.ends_on, found.ends_precision)
