"""The register of gaps: what nobody monitors, since when and why; and why other empty cells are none."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from members.actions.coverage import CoverageError
from members.actions.register_changes import check_seen, record_change, values_of
from members.models import (
    CoverageGap,
    CoverageNote,
    DetentionSetting,
    ExpectedLayer,
    Jurisdiction,
    Mechanism,
    RegisterChange,
    Source,
    User,
)
from members.reference.fields import Day
from npmportal.access import MANAGE_MEMBERS, can
from npmportal.models.dated import Precision

Act = RegisterChange.Act
TEXTS = (
    "kind_of_place", "kind_of_place_nl", "explanation", "explanation_nl", "report_text", "report_text_nl", "note"
)  # fmt: skip


@dataclass(frozen=True)
class GapGiven:
    """What somebody says a gap is: a cell, or the kind of place named, that nobody monitors."""

    setting: DetentionSetting
    jurisdictions: tuple[Jurisdiction, ...]
    layer: str
    since: Day
    source: Source
    until: Day | None = None
    texts: tuple[tuple[str, str], ...] = ()  # field and words: kind_of_place, explanation, report_text, note

    def fields(self) -> dict[str, Any]:
        return {"setting": self.setting, "layer": self.layer, "source": self.source, **dict(self.texts)} | _days(
            self.since, self.until
        )


@transaction.atomic
def start_gap(*, given: GapGiven, by: User, reason: str = "", goes_on_from: CoverageGap | None = None) -> CoverageGap:
    """Record a gap; ``reason`` says why where it opens again.

    ``goes_on_from`` is the one that was closed elsewhere only: the log names it.
    """
    check_may(by, given.setting.mechanism)
    gap = CoverageGap.objects.create(**given.fields(), key=_free_key(given))
    gap.jurisdictions.set(given.jurisdictions)
    after = values_of(gap) | ({"gap_id": goes_on_from.pk} if goes_on_from else {})
    leave_trace(Act.CHANGE, gap, by, {}, after, given.since.day, reason)
    return gap


@transaction.atomic
def correct_gap(*, gap: CoverageGap, given: GapGiven, reason: str, by: User, seen: str | None = None) -> CoverageGap:
    """Mend a gap that was entered wrongly or incompletely.

    ChangedSince where it is not as ``seen`` (its seal), CoverageError where it says already what is given.
    """
    check_may(by, gap.setting.mechanism)
    gap = locked(gap)
    check_seen(gap, seen)
    before, fields = values_of(gap), given.fields()
    for name, value in fields.items():
        setattr(gap, name, value)
    gap.save(update_fields=list(fields))
    gap.jurisdictions.set(given.jurisdictions)
    after = changed(before, gap)
    leave_trace(Act.CORRECTION, gap, by, before, after, given.since.day, reason)
    return gap


@transaction.atomic
def end_gap(
    *, gap: CoverageGap, until: Day, by: User, note: str = "", closed_in: Collection[Jurisdiction] | None = None
) -> CoverageGap:
    """Close a gap: from the day ``until`` somebody monitors, or there is nothing left to monitor.

    Where it is closed in some of its jurisdictions only (``closed_in``; None: in all), a gap of the same words goes on
    in the others from that day; what was asked so far stays with the one that has ended. Returns the gap closed.
    """
    everywhere, since = tuple(gap.jurisdictions.all()), gap.ends_on
    _end(gap, until, by, note)
    left = tuple(place for place in everywhere if closed_in is not None and place not in closed_in)
    if left:
        end = Day(since, gap.ends_precision) if since and since > until.day else None
        given = same_words(gap, left, until, end)
        start_gap(given=given, by=by, reason=_("Goes on where it was not closed."), goes_on_from=gap)
    return gap


@transaction.atomic
def remove_gap(*, gap: CoverageGap, reason: str, by: User) -> None:
    """Take away a gap that never was, with what was asked about it; CoverageError where somebody was asked."""
    if gap.inquiries.exists():
        raise CoverageError(
            _("Somebody was asked about this gap. Correct or close it, or take back the question first.")
        )
    _remove(gap, reason, by)


@transaction.atomic
def write_report_text(*, gap: CoverageGap, english: str, dutch: str, by: User, seen: str | None = None) -> CoverageGap:
    """Write what the annual report says of the gap; an empty text lets the report print the explanation.

    CoverageError where it says so already.
    """
    check_may(by, gap.setting.mechanism)
    gap = locked(gap)
    check_seen(gap, seen)
    before = values_of(gap)
    gap.report_text, gap.report_text_nl = english, dutch
    gap.save(update_fields=["report_text", "report_text_nl"])
    leave_trace(Act.CHANGE, gap, by, before, changed(before, gap), None)
    return gap


@transaction.atomic
def explain_cells(
    *,
    setting: DetentionSetting,
    jurisdictions: tuple[Jurisdiction, ...],
    layer: str,
    kind: str,
    explanation: tuple[str, str],
    since: Day,
    source: Source,
    by: User,
) -> list[CoverageNote]:
    """Say why cells are as they are: empty yet no gap, or held by several bodies; one note for each jurisdiction."""
    check_may(by, setting.mechanism)
    notes = []
    for jurisdiction in jurisdictions:
        note = CoverageNote.objects.create(
            setting=setting,
            jurisdiction=jurisdiction,
            layer=layer,
            kind=kind,
            explanation=explanation[0],
            explanation_nl=explanation[1],
            source=source,
            **_days(since, None),
        )
        leave_trace(Act.CHANGE, note, by, {}, values_of(note), since.day)
        notes.append(note)
    return notes


@transaction.atomic
def end_note(*, note: CoverageNote, until: Day, by: User, words: str = "") -> CoverageNote:
    """Let an explanation hold until the day before ``until``."""
    _end(note, until, by, words)
    return note


@transaction.atomic
def remove_note(*, note: CoverageNote, reason: str, by: User) -> None:
    """Take away an explanation that was wrong."""
    _remove(note, reason, by)


@transaction.atomic
def expect_layer(*, setting: DetentionSetting, layer: str, since: Day, source: Source, by: User) -> ExpectedLayer:
    """Say that ``setting`` is meant to have ``layer`` from a day; CoverageError where that is said already."""
    check_may(by, setting.mechanism)
    try:
        with transaction.atomic():
            row = ExpectedLayer.objects.create(setting=setting, layer=layer, source=source, **_days(since, None))
    except IntegrityError as error:
        raise CoverageError(
            _("It is said already that this setting should have this layer, on that day or later.")
        ) from error
    leave_trace(Act.CHANGE, row, by, {}, values_of(row), since.day)
    return row


@transaction.atomic
def end_expected_layer(*, row: ExpectedLayer, until: Day, by: User, note: str = "") -> ExpectedLayer:
    """Say that a setting is not meant to have the layer any more from the day ``until``."""
    _end(row, until, by, note)
    return row


def same_words(gap: CoverageGap, places: tuple[Jurisdiction, ...], since: Day, until: Day | None) -> GapGiven:
    """Return what ``gap`` says, for other jurisdictions and days."""
    texts = tuple((name, getattr(gap, name)) for name in TEXTS)
    return GapGiven(gap.setting, places, gap.layer, since, gap.source, until, texts)


def _end(row: Any, until: Day, by: User, note: str) -> None:
    check_may(by, row.setting.mechanism)
    row = locked(row)
    if until.day <= row.starts_on:
        raise CoverageError(_("The end must be after the first day."))
    if row.ends_on and until.day > row.ends_on:
        raise CoverageError(_("It had ended before that day."))
    before = values_of(row)
    row.ends_on, row.ends_precision = until.day, until.precision
    row.note = "\n".join(filter(None, (row.note, note)))
    row.save(update_fields=["ends_on", "ends_precision", "note"])
    leave_trace(Act.CHANGE, row, by, before, values_of(row), until.day)


def changed(before: dict[str, Any], row: Any) -> dict[str, Any]:
    """Return what ``row`` holds now; CoverageError where that is what it held ``before``."""
    after = values_of(row)
    if before == after:
        raise CoverageError(_("Nothing was changed: the entry says this already."))
    return after


def locked(row: Any) -> Any:
    """Return the row as it is now, held against a colleague's act until this one is done."""
    found = type(row).objects.select_for_update(of=("self",)).filter(pk=row.pk).first()
    if found is None:
        raise CoverageError(_("Somebody has removed this entry meanwhile."))
    return found


def _remove(row: Any, reason: str, by: User) -> None:
    check_may(by, row.setting.mechanism)
    row = locked(row)
    leave_trace(Act.REMOVAL, row, by, values_of(row), {}, row.starts_on, reason)
    row.delete()


def _days(since: Day, until: Day | None) -> dict[str, Any]:
    return {
        "starts_on": since.day,
        "starts_precision": since.precision,
        "ends_on": until.day if until else None,
        "ends_precision": until.precision if until else Precision.DAY,
    }


def _free_key(given: GapGiven) -> str:
    """Return a key that names the gap for people who read data."""
    named = dict(given.texts).get("kind_of_place") or "-".join(j.slug for j in given.jurisdictions)
    stem = slugify(f"{named[:40]}-{given.layer.replace('_', '-')}-{given.since.day}")
    taken = set(CoverageGap.objects.filter(setting=given.setting).values_list("key", flat=True))
    return next(key for key in (stem, *(f"{stem}-{n}" for n in range(2, 1000))) if key not in taken)


def leave_trace(
    act: str, row: Any, by: User, before: dict[str, Any], after: dict[str, Any], on: date | None, reason: str = ""
) -> None:
    """Write down one act on a gap, a note or an expected layer in the log of the register."""
    record_change(
        act=act, row=row, mechanism=row.setting.mechanism, by=by, before=before, after=after, effective_on=on,
        reason=reason,
    )  # fmt: skip


def check_may(by: User, mechanism: Mechanism) -> None:
    """Raise PermissionDenied for who does not keep the register of ``mechanism``."""
    if not can(by, MANAGE_MEMBERS, mechanism):
        raise PermissionDenied
