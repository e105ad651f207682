"""Imports in words, for their pages."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from npmportal.models import Job
from visits.importing.columns import DAY, TERM, Column
from visits.importing.judged import columns_for
from visits.importing.outcomes import RESULTS
from visits.importing.terms import choices_of
from visits.models import Import


def state_of(batch: Import) -> tuple[str, str]:
    """Return the state of ``batch`` in words, and what it looks like (npmportal.templatetags.components.TONES)."""
    if batch.job is not None and batch.job.is_live:
        return batch.job.get_state_display(), str(batch.job.state)
    if batch.job is not None and batch.job.state == Job.State.FAILED and batch.state != Import.State.UNDONE:
        return _("not finished"), "failed"
    if batch.state not in (Import.State.DONE, Import.State.UNDONE) and not batch.has_rows:
        return _("file gone"), "withdrawn"
    tones = {Import.State.DONE.value: "done", Import.State.UNDONE.value: "withdrawn"}
    return batch.get_state_display(), tones.get(batch.state, "draft")


def result_rows(counts: dict[str, Any]) -> list[tuple[str, str, int]]:
    """Return (result, in words, how many rows) for each result."""
    return [(name, str(words), counts.get(name, 0)) for name, words in RESULTS.items()]


def problem_rows(batch: Import) -> list[dict[str, Any]]:
    """Return the first rows that are wrong or were skipped, as the check found them."""
    keys = ("row", "column", "value", "reason", "result")
    return [dict(zip(keys, cells, strict=True)) for cells in batch.preview.get("problems", [])]


def shown_rows(batch: Import) -> list[dict[str, Any]]:
    """Return the first rows that would be stored, each with its values under the names of their fields."""
    known = columns_for(batch)
    printers = {name: _printer(column, batch) for name, column in known.items()}
    found = []
    for row in batch.preview.get("rows", []):
        values = dict(row["values"])
        named = [(column.label, printers[name](values[name])) for name, column in known.items() if name in values]
        found.append({**row, "words": RESULTS[row["result"]], "values": named})
    return found


def _printer(column: Column, batch: Import) -> Callable[[str], str]:
    """Return what prints a value of ``column`` that was kept as text."""
    if column.reads == DAY:
        return lambda text: date_format(date.fromisoformat(text))
    terms = dict(choices_of(column, batch.mechanism)) if column.reads == TERM else {}
    return lambda text: terms.get(text, text)


def earlier_of(batch: Import) -> Import | None:
    """Return the last import of the very same file, if it was made before and still stands."""
    same = Import.objects.filter(
        mechanism=batch.mechanism, body=batch.body, kind=batch.kind, sha256=batch.sha256, state=Import.State.DONE
    )
    return same.exclude(pk=batch.pk).newest_first().first()
