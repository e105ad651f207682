"""Who came to a meeting: a line for each holder of a seat, and a box for everybody else."""

import re
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from django import forms
from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.forms.meeting_fields import TextField, VersionField
from members.models import Attendance, Meeting, MemberBody

ROW = re.compile(r"row_(b[0-9]{1,18}|g[0-9a-f]{16})")
UNRECORDED = ("", gettext_lazy("not recorded"))
Holder = tuple[int | None, str]


class AttendanceForm(forms.Form):
    """Who came: one line for each holder of a seat on the day, chair and secretary first; a box for everybody else.

    A line is named by its holder, never by its place: seats, names and the order can change while the page is open.
    What was sent for somebody who has no line any more, and a line for which nothing was sent, are errors.
    """

    marks_required = True  # every line may stay empty: “optional” beside each would say nothing
    version = VersionField()
    others = TextField(
        label=gettext_lazy("Other guests who were present"),
        rows=3,
        required=False,
        longest=4_000,
        help_text=gettext_lazy("One in each line."),
    )
    reason = TextField(
        label=gettext_lazy("Why it is corrected"),
        rows=3,
        required=False,
        help_text=gettext_lazy("It stands in the meeting’s history, with what was recorded before."),
    )

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["version"] = meeting.version
        self.opened = meeting.version
        if meeting.is_frozen or not meeting.attendance.exists():
            del self.fields["reason"]
        self.lines = {_row((line.body_id, line.guest)): line for line in _lines(meeting)}
        known = {(row.body_id, row.guest): row.presence for row in meeting.attendance.all()}
        for name, line in self.lines.items():
            presence = known.pop((line.body_id, line.guest), "")
            self.fields[name] = _presence(f"{line.name} ({line.as_what})", initial=presence)
        self.initial["others"] = "\n".join(guest for (_body, guest) in known if guest)
        is_sent = self.is_bound and not meeting.is_frozen and not meeting.is_cancelled  # the action refuses those whole
        self.new = [name for name in self.lines if is_sent and name not in self.data]
        self.gone = self._gone(meeting) if is_sent else []
        self.order_fields([*self.lines, *self.gone, "others", "reason", "version"])
        if self.new:  # their lines show what is recorded, and are sent the next time
            sent: Any = self.data
            self.data = shown = sent.copy()
            shown.update({name: self.fields[name].initial for name in self.new})

    def _gone(self, meeting: Meeting) -> list[str]:
        """Give a line to each holder for whom something was sent and who has none (any more); return their names."""
        sent = [name for name in self.data if ROW.fullmatch(name) and name not in self.lines and self.data[name]]
        names = dict(_once_seated(meeting)) if sent else {}
        for name in sent:
            self.fields[name] = _presence(names.get(name, _("Somebody who had a seat")))
        return sent

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        # Where somebody else was quicker there is something to compare first, and a reason to give after that.
        is_same = cleaned.get("version") == self.opened
        if "reason" in self.fields and is_same and not cleaned.get("reason", "").strip():
            self.add_error("reason", _("Say why it is corrected."))
        for name in self.new:
            self.add_error(name, _("This line was not on the page that you filled in. Look at it, and save again."))
        for name in self.gone:
            gone = _("No seat on the day of the meeting any more. Choose “{nothing}” here; guests are written below.")
            self.add_error(name, gone.format(nothing=UNRECORDED[1]))
        return cleaned

    def rows(self) -> list[Attendance]:
        """Return the attendance as typed."""
        found = []
        for name, line in self.lines.items():
            if presence := self.cleaned_data.get(name):
                line.presence = presence
                found.append(line)
        taken = {row.guest for row in found if row.guest}
        for typed in self.cleaned_data["others"].splitlines():
            name = typed.strip()[:200]
            if name and name not in taken:
                taken.add(name)
                found.append(Attendance(guest=name, presence=Attendance.Presence.PRESENT))
        return found


def _presence(label: str, initial: str = "") -> forms.ChoiceField:
    choices = [UNRECORDED, *Attendance.Presence.choices]
    return forms.ChoiceField(label=label, required=False, choices=choices, initial=initial)


def _row(holder: Holder) -> str:
    """Return the name of the line of ``holder``: (key of the body, name without one)."""
    body, guest = holder
    return f"row_b{body}" if body else f"row_g{sha256(guest.encode()).hexdigest()[:16]}"


def _lines(meeting: Meeting) -> list[Attendance]:
    """Return a row for each holder of a seat on the meeting's day, and for each who was recorded with one before."""
    found = {
        key: Attendance(body=seat.body, guest=key[1], standing=seat.standing) for key, seat in meeting.holders().items()
    }
    # A body or a seat that was recorded and is none of that day's any more keeps its line.
    for row in meeting.attendance.in_order(meeting.day):
        if row.body_id or row.standing:
            found.setdefault((row.body_id, row.guest), row)
    return sorted(found.values(), key=lambda row: row.rank)


def _once_seated(meeting: Meeting) -> Iterator[tuple[str, str]]:
    """Yield the name of the line and the name of each who has or had a seat in the group, on whatever day."""
    bodies = Prefetch("body", MemberBody.objects.with_names_as_at(meeting.day))
    for seat in meeting.group.seats.select_related("person").prefetch_related(bodies):
        guest = "" if seat.body else seat.holder
        yield _row((seat.body_id, guest)), seat.body.name if seat.body else guest
