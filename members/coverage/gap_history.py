"""What has happened to a gap, in words: recorded, asked about, answered, closed, opened again, corrected."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from members.models import CoverageGap, GapInquiry, RegisterChange
from members.periods import day_in_words
from members.register_log import Line, lines_of
from npmportal.models.dated import Precision

Act = RegisterChange.Act
GAP, INQUIRY = CoverageGap._meta.label_lower, GapInquiry._meta.label_lower
ENDS = {"ends_on", "ends_precision"}
REPORT = {"report_text", "report_text_nl"}
ANSWER = {"answered_on", "answer"}


@dataclass(frozen=True)
class Happening:
    """One act on a gap or on what was asked about it: its sentence, the words of it, and what a correction changed."""

    change: RegisterChange
    title: str
    said: str = ""
    lines: list[Line] = field(default_factory=list)


def history_of(gap: CoverageGap, later: Collection[int] = ()) -> list[Happening]:
    """Return what was done to ``gap`` on screen, the newest act first, questions since taken back included.

    ``later`` are the ids of the entries in which it went on: that it was opened again belongs to this history too.
    What came with the packaged register was not done by anybody here and is not among it.
    """
    changes = RegisterChange.objects.filter(mechanism=gap.setting.mechanism_id)
    taken_back = changes.filter(record=INQUIRY, act=Act.REMOVAL, before__gap_id=gap.pk)
    asked = {str(inquiry.pk): inquiry.asked for inquiry in gap.inquiries.all()}
    numbers = [*asked, *taken_back.values_list("record_id", flat=True)]
    again = Q(record=GAP, record_id__in=[str(pk) for pk in later], before={}, after__has_key="starts_on")
    again &= ~Q(reason="")
    of_gap = Q(record=GAP, record_id=str(gap.pk)) | again
    found = changes.filter(of_gap | Q(record=INQUIRY, record_id__in=numbers)).select_related("by").order_by("pk")
    found = found.exclude(before={}, after={})  # saved once without a change: no act
    asked |= {change.record_id: change.before["asked"] for change in found if "asked" in change.before}
    happenings = []
    for change in found:
        if change.record == INQUIRY:
            asked[change.record_id] = change.after.get("asked", asked[change.record_id])
        is_of_gap = change.record == GAP
        happenings.append(_of_gap(change) if is_of_gap else _of_inquiry(change, asked[change.record_id]))
    return happenings[::-1]


def _of_gap(change: RegisterChange) -> Happening:
    before, after = change.before, change.after
    if not before:
        title = _("Opened again from {day}") if change.reason else _("Recorded: nobody monitors since {day}")
        return Happening(change, title.format(day=_day(after, "starts")))
    if after.get("ends_on") and change.act == Act.CHANGE:
        lines = [line for line in lines_of(change) if "note" in after and line.after == after["note"]]
        return Happening(change, _("Closed from {day}").format(day=_day(after, "ends")), lines=lines)
    if "ends_on" in after and after["ends_on"] is None and set(after) <= ENDS:
        return Happening(
            change, _("Opened again: it had been closed by mistake, from {day}").format(day=_day(before, "ends"))
        )
    title = _("Text for the annual report written") if set(after) <= REPORT else _("Corrected")
    return Happening(change, title, lines=lines_of(change))


def _of_inquiry(change: RegisterChange, asked: str) -> Happening:
    before, after = change.before, change.after
    if not before:
        return Happening(change, _("Question to {who}").format(who=asked), after["question"])
    if change.act == Act.REMOVAL:
        return Happening(change, _("Question to {who} taken back").format(who=asked), before["question"])
    if change.act == Act.CHANGE:
        return Happening(change, _("Answer of {who}").format(who=asked), after.get("answer", ""))
    title = _("Answer of {who} corrected") if set(after) <= ANSWER else _("Question to {who} corrected")
    return Happening(change, title.format(who=asked), lines=lines_of(change))


def _day(values: dict[str, Any], which: str) -> str:
    day = date.fromisoformat(values[f"{which}_on"])
    return day_in_words(day, values.get(f"{which}_precision", Precision.DAY))
