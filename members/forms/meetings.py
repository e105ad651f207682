from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.actions.minutes import languages_of
from members.actions.tasks import bodies_for, owners_for
from members.forms.meeting_fields import (
    LONGEST_MINUTES,
    ConcernsMixin,
    InWords,
    MomentField,
    TextField,
    VersionField,
)
from members.forms.tasks import GiveForm
from members.models import AgendaItem, Decision, Meeting, Minutes, User


class MeetingForm(InWords, forms.ModelForm[Meeting]):
    """When and where a group meets. Times are those of the group's own clock."""

    starts_at = MomentField(label=gettext_lazy("Begins"))
    ends_at = MomentField(label=gettext_lazy("Ends"))
    where = forms.CharField(
        label=gettext_lazy("Where"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Everybody with a seat sees this, and it stands in calendar files."),
    )
    reason = TextField(
        label=gettext_lazy("Why it changes"),
        rows=3,
        required=False,
        help_text=gettext_lazy("Needed where the time changes."),
    )
    version = VersionField()

    class Meta:
        model = Meeting
        fields = ["title", "starts_at", "ends_at", "where"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        group = self.instance.group
        fields: dict[str, Any] = self.fields
        fields["starts_at"].zone = fields["ends_at"].zone = group.zone
        fields["starts_at"].help_text = group.time_zone
        self.initial["version"] = self.instance.version
        self.before = (self.instance.starts_at, self.instance.ends_at)
        fields["reason"].hint_says_when = True  # the hint tells when it is needed: it is not simply optional
        if self.instance._state.adding:
            del self.fields["reason"]
        elif self.instance.is_held:
            fields["reason"].label = _("Why the day or time is put right")
            fields["reason"].help_text = _("Needed where the day or time changes. It stands in the meeting’s history.")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        first, last = cleaned.get("starts_at"), cleaned.get("ends_at")
        if first and last and last <= first:
            self.add_error("ends_at", _("The meeting must end after it begins."))
        is_moved = first and last and (first, last) != self.before
        if "reason" in self.fields and is_moved and not cleaned.get("reason", "").strip():
            self.add_error("reason", _("Say why the time changes."))
        return cleaned


class PointForm(InWords, forms.ModelForm[AgendaItem]):
    """A point of the agenda and its paper."""

    paper = TextField(
        label=gettext_lazy("Paper, or where it is kept"),
        rows=14,
        required=False,
        help_text=gettext_lazy(
            "The text of the paper itself, or the address or file number under which its readers find it. Files cannot "
            "be attached to a point."
        ),
    )
    version = VersionField()

    class Meta:
        model = AgendaItem
        fields = ["title", "paper", "for_invitees"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.instance.version


class DecisionForm(InWords, ConcernsMixin, forms.ModelForm[Decision]):
    """What was decided, at which point, and about which record."""

    text = TextField(label=gettext_lazy("What was decided"), rows=4)
    item = forms.ModelChoiceField(
        label=gettext_lazy("Point of the agenda"), queryset=AgendaItem.objects.none(), required=False
    )
    reason = TextField(label=gettext_lazy("Why it is worded anew"), rows=3)
    version = VersionField()
    field_order = ["text", "item", "about", "about_address", "reason", "version"]

    class Meta:
        model = Decision
        fields = ["text", "item"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        meeting = self.instance.meeting
        self.fields["item"].queryset = meeting.agenda.all()  # type: ignore[attr-defined]
        self.offer_records(user, meeting.group.mechanism, (self.instance.concerns, self.instance.concerns_id))
        self.initial["version"] = self.instance.version
        if self.instance._state.adding:
            del self.fields["reason"]


class MeetingTaskForm(ConcernsMixin, GiveForm):
    """An action agreed in a meeting, for somebody whom the person who keeps the meeting may give it to."""

    field_order = ["title", "who", "due_on", "about", "about_address", "note"]

    def __init__(self, *args: Any, user: User, meeting: Meeting, **kwargs: Any) -> None:
        mechanism = meeting.group.mechanism
        super().__init__(*args, user=user, mechanism=mechanism, **kwargs)
        who: Any = self.fields["who"]
        who.offer(owners_for(user, mechanism, meeting), bodies_for(user, mechanism, meeting))
        self.offer_records(user, mechanism)


class MinutesForm(forms.Form):
    """The text of the minutes."""

    text = TextField(
        label=gettext_lazy("Minutes"),
        rows=24,
        longest=LONGEST_MINUTES,
        help_text=gettext_lazy(
            "An empty line begins a paragraph. Who came, decisions and actions are printed beside it."
        ),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"))
    version = VersionField()

    def __init__(self, *args: Any, meeting: Meeting, minutes: Minutes | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = languages_of(meeting)  # type: ignore[attr-defined]
        stored = {"text": minutes.text, "language": minutes.language} if minutes else {}
        self.initial.update({"version": minutes.version if minutes else 0}, **stored)


class AdditionForm(forms.Form):
    """What is added to approved minutes."""

    text = TextField(
        label=gettext_lazy("Addition"),
        rows=6,
        help_text=gettext_lazy("It is printed below the approved text, with today’s date, and stays."),
    )
