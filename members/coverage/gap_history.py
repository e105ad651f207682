"""What has happened to a gap, in words: recorded, asked about, answered, closed, opened again, corrected."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
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
    """One act on a gap or on what was asked about it: its day and its sentence.

    For who keeps the register also by whom and why, the words of it, and what a correction changed.
    """

    at: datetime
    title: str
    by: str = ""
    reason: str = ""
    said: str = ""
    lines: list[Line] = field(default_factory=list)


def history_of(gap: CoverageGap, later: Collection[int] = (), *, with_words: bool) -> list[Happening]:
    """Return what was done to ``gap`` on screen, the newest act first.

    ``later`` are the ids of the entries in which it went on: that it was opened again belongs to this history too.
    ``with_words`` is for who keeps the register, as its log is: questions since taken back, the words of every act, why
    it was done and by whom. Everybody else reads what was done and when, of the questions that stand.
    What came with the packaged register was not done by anybody here and is not among it.
    """
    changes = RegisterChange.objects.filter(mechanism=gap.setting.mechanism_id)
    standing = {str(inquiry.pk): inquiry.asked for inquiry in gap.inquiries.all()}
    taken_back = changes.filter(record=INQUIRY, act=Act.REMOVAL, before__gap_id=gap.pk)
    numbers = [*standing, *(taken_back.values_list("record_id", flat=True) if with_words else ())]
    again = Q(record=GAP, record_id__in=[str(pk) for pk in later], before={}, after__has_key="starts_on")
    of_gap = Q(record=GAP, record_id=str(gap.pk)) | again & ~Q(reason="")
    found = changes.filter(of_gap | Q(record=INQUIRY, record_id__in=numbers)).select_related("by")
    acts = list(found.exclude(before={}, after={}).order_by("pk"))  # saved once without a change: no act
    if not with_words:
        return [Happening(act.at, _told(act, standing.get(act.record_id, "")).title) for act in reversed(acts)]
    return _in_full(acts, standing)


def _in_full(acts: list[RegisterChange], standing: dict[str, str]) -> list[Happening]:
    """Return ``acts`` (the oldest first) in the words of their time, the newest first."""
    # An office that was written down wrongly is called so until it was put right.
    asked = standing | {act.record_id: act.before["asked"] for act in reversed(acts) if "asked" in act.before}
    happenings = []
    for act in acts:
        asked[act.record_id] = act.after.get("asked", asked.get(act.record_id, ""))
        happenings.append(_told(act, asked[act.record_id]))
    return happenings[::-1]


def _told(act: RegisterChange, asked: str) -> Happening:
    return _of_gap(act) if act.record == GAP else _of_inquiry(act, asked)


def _happening(act: RegisterChange, title: str, said: str = "", lines: list[Line] | None = None) -> Happening:
    return Happening(act.at, title, act.by.name, act.reason, said, lines or [])


def _of_gap(act: RegisterChange) -> Happening:
    before, after = act.before, act.after
    if not before:
        return _begun(act)
    if after.get("ends_on") and act.act == Act.CHANGE:
        lines = [line for line in lines_of(act) if "note" in after and line.after == after["note"]]
        return _happening(act, _("Closed from {day}").format(day=_day(after, "ends")), lines=lines)
    if "ends_on" in after and after["ends_on"] is None and set(after) <= ENDS:
        sentence = _("Opened again: it had been closed by mistake, from {day}")
        return _happening(act, sentence.format(day=_day(before, "ends")))
    title = _("Text for the annual report written") if set(after) <= REPORT else _("Corrected")
    return _happening(act, title, lines=lines_of(act))


def _begun(act: RegisterChange) -> Happening:
    day = _day(act.after, "starts")
    if "gap_id" in act.after:  # its reason says the same as the title
        return Happening(act.at, _("Goes on from {day} where it was not closed").format(day=day), act.by.name)
    title = _("Opened again from {day}") if act.reason else _("Recorded: nobody monitors since {day}")
    return _happening(act, title.format(day=day))


def _of_inquiry(act: RegisterChange, asked: str) -> Happening:
    before, after = act.before, act.after
    if not before:
        return _happening(act, _("Question to {who}").format(who=asked), after["question"])
    if act.act == Act.REMOVAL:
        return _happening(act, _("Question to {who} taken back").format(who=asked), before["question"])
    if act.act == Act.CHANGE:
        return _happening(act, _("Answer of {who}").format(who=asked), after.get("answer", ""))
    title = _("Answer of {who} corrected") if set(after) <= ANSWER else _("Question to {who} corrected")
    return _happening(act, title.format(who=asked), lines=lines_of(act))


def _day(values: dict[str, Any], which: str) -> str:
    day = date.fromisoformat(values[f"{which}_on"])
    return day_in_words(day, values.get(f"{which}_precision", Precision.DAY))
