from datetime import date
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.forms.meeting_fields import DayField, InWords, TextField, VersionField
from members.models import Affiliation, GroupSeat, Mechanism, MemberBody, User, WorkingGroup
from npmportal.access import CONVENE, can

# “Area/City”; the old short names and the fixed offsets are no places where people meet.
ZONES = sorted(z for z in available_timezones() if "/" in z and not z.startswith(("Etc/", "posix/", "right/", "US/")))


class GroupForm(InWords, forms.ModelForm[WorkingGroup]):
    """What a group is called and is for."""

    purpose = TextField(
        label=gettext_lazy("Terms of reference"),
        rows=6,
        required=False,
        help_text=gettext_lazy("Everybody with a seat reads this, invitees too."),
    )
    starts_on = DayField(label=gettext_lazy("From"))
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone of its meetings"), choices=[(z, z) for z in ZONES])
    version = VersionField()

    class Meta:
        model = WorkingGroup
        fields = ["name_en", "name_nl", "kind", "purpose", "starts_on", "time_zone"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.instance.version

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not cleaned.get("name_en") and not cleaned.get("name_nl"):
            self.add_error("name_en", _("Give the group a name, in English or in Dutch."))
        ends_on = self.instance.ends_on
        if (starts_on := cleaned.get("starts_on")) and ends_on and starts_on >= ends_on:
            self.add_error("starts_on", _("The group was closed before that day."))
        return cleaned


class SeatForm(InWords, forms.ModelForm[GroupSeat]):
    """Who sits in a group, as what, from when."""

    body = forms.ModelChoiceField(label=gettext_lazy("Body"), queryset=MemberBody.objects.none(), required=False)
    person = forms.ModelChoiceField(
        label=gettext_lazy("Person"),
        queryset=User.objects.none(),
        required=False,
        help_text=gettext_lazy("Alone, or for the body chosen above. Without a person everybody in the body sees it."),
    )
    guest = forms.CharField(
        label=gettext_lazy("Guest without an account"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("An outside chair, an invited organisation. Sees nothing in the portal."),
    )
    starts_on = DayField(label=gettext_lazy("From"), initial=date.today)
    ends_on = DayField(
        label=gettext_lazy("Until"),
        required=False,
        help_text=gettext_lazy("The first day without the seat, such as the end of a chair’s three years."),
    )

    class Meta:
        model = GroupSeat
        fields = ["standing", "body", "person", "guest", "starts_on", "ends_on"]

    def __init__(self, *args: Any, user: User, group: WorkingGroup, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.group = group
        mechanism = group.mechanism
        fields: dict[str, Any] = self.fields
        fields["body"].queryset = mechanism.bodies.with_names_as_at(date.today())
        self.initial.setdefault("standing", GroupSeat.Standing.MEMBER)
        if can(user, CONVENE, mechanism):
            fields["person"].queryset = people_of(mechanism)
            fields["standing"].help_text = _("A new chair takes over: the chair before ends on the same day.")
        else:
            # Officers are made by those who convene, who also know the people.
            del fields["person"]
            offered = [c for c in GroupSeat.Standing.choices if c[0] not in GroupSeat.OFFICERS]
            fields["standing"].choices = offered

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        body, person, guest = (cleaned.get(name) for name in ("body", "person", "guest"))
        if not (body or person or guest) and not self.errors:
            raise ValidationError(_("Say who has the seat: a body, a person or a guest."))
        if guest and (body or person):
            self.add_error("guest", _("A guest has a seat of its own: leave the body and the person empty."))
        if body and person and not _works_for(person, body):
            self.add_error("person", _("This person does not work for the body chosen."))
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and last and last <= first:
            self.add_error("ends_on", _("The seat must end after it begins."))
        return cleaned


def people_of(mechanism: Mechanism) -> Any:
    """Return the people with a role in ``mechanism`` today."""
    held = Affiliation.objects.as_at(date.today())
    ids = (
        held.filter(mechanism=mechanism)
        .values_list("user")
        .union(held.filter(body__mechanism=mechanism).values_list("user"))
    )
    return User.objects.filter(pk__in=ids, is_active=True)


def _works_for(person: User, body: MemberBody) -> bool:
    return Affiliation.objects.as_at(date.today()).filter(user=person, body=body).exists()
