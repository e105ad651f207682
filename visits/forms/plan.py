"""Forms of plans: one to write a plan, one to find them, and one for a step."""

import uuid
from datetime import date
from typing import Any

from django import forms
from django.core.validators import validate_email
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from members.models import Mechanism, MemberBody, User
from npmportal.access import LOG_VISITS, VIEW_VISITS, grants_of
from npmportal.quick_select import QuickSelect
from visits.actions.plans import WRITTEN
from visits.forms.fields import DayField, LongTextField, PlaceField, QuickBoxes
from visits.fortnights import monday_of
from visits.limits import HIGHEST
from visits.models import Place, Plan
from visits.models.body_names import BodyNames
from visits.plan_guests import people_of

MOST_GUESTS = 20


class PlanForm(forms.ModelForm[Plan]):
    """A plan. Places, bodies and people are looked up inside what ``user`` may use."""

    marks_required = True

    place = PlaceField(
        Place.objects.none(),
        label=gettext_lazy("Place"),
        widget=forms.TextInput,  # the page prints it as radio buttons
        error_messages={
            "required": gettext_lazy("Choose a place."),
            "invalid_choice": gettext_lazy("Choose a place of this network’s register."),
        },
    )
    body: forms.Field = forms.ModelChoiceField(None, label=gettext_lazy("Body"), widget=QuickSelect)
    partners: forms.Field = forms.ModelMultipleChoiceField(
        None, label=gettext_lazy("Partner bodies"), required=False, widget=QuickBoxes
    )
    starts_on = DayField(label=gettext_lazy("First day"))
    ends_on = DayField(label=gettext_lazy("Last day"), required=False, help_text=gettext_lazy("Empty: the same day."))
    team: forms.Field = forms.ModelMultipleChoiceField(
        None, label=gettext_lazy("Team"), required=False, widget=QuickBoxes
    )
    guests = forms.CharField(
        label=gettext_lazy("People of the partners in the team"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy(
            "Their e-mail addresses, one on each line. Whoever works for a partner under one of them is in the team; "
            "the portal does not say whether somebody does."
        ),
    )
    note = LongTextField(label=gettext_lazy("Note"), rows=3, help_text=gettext_lazy("For those who know the days."))
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=HIGHEST)
    form_key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Plan
        fields = [*WRITTEN]
        widgets = {
            "kind": QuickSelect,
            "notice": forms.RadioSelect,
            "trigger": QuickSelect,
            "secrecy": forms.RadioSelect,
        }

    def __init__(self, *args: Any, user: User, mechanism: Mechanism, names: BodyNames, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["place", "starts_on", "ends_on", "body", "kind", "notice", "trigger", "secrecy"])
        fields: dict[str, Any] = self.fields
        mine = grants_of(user).on(LOG_VISITS)
        fields["place"].queryset = Place.objects.visible_to(user).filter(mechanism=mechanism).for_list()
        fields["body"].queryset = mechanism.bodies.filter(pk__in=mine)
        fields["partners"].queryset = mechanism.bodies.all()
        fields["partners"].choices = names.choices(date.today())
        own = names.choices(date.today(), among=mine)
        fields["body"].choices = [("", _("Choose")), *own]
        fields["kind"].choices = [("", _("Choose")), *fields["kind"].choices[1:]]
        fields["notice"].choices = Plan._meta.get_field("notice").choices
        fields["team"].queryset = people_of(body for body, _name in own)
        fields["secrecy"].choices = _secrecies(self.instance)
        self._fill_in(own)

    def _fill_in(self, own: list[tuple[int, str]]) -> None:
        """Fill in what is not in question, and who is in the team and with the plan already."""
        if self.instance._state.adding:
            self.initial.setdefault("form_key", uuid.uuid4())
            if len(own) == 1 and not self.initial.get("body"):
                self.initial["body"] = own[0][0]
            return
        self.initial.setdefault("version", self.instance.version)
        self.initial.setdefault("partners", list(self.instance.partner_rows.values_list("body", flat=True)))
        team: Any = self.fields["team"]
        chosen = self.instance.member_rows.filter(is_guest=False, user__in=team.queryset.order_by())
        self.initial.setdefault("team", list(chosen.values_list("user", flat=True)))
        self.initial.setdefault("guests", "\n".join(self.instance.guests))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        first = data.get("starts_on")
        last = data["ends_on"] = data.get("ends_on") or first
        if first and last and "ends_on" not in self.errors:
            if last < first:
                self.add_error("ends_on", _("The last day lies before the first."))
            elif (last - first).days >= Plan.LONGEST_DAYS:
                self.add_error("ends_on", _("A plan is for three months at most: plan a longer visit in parts."))
        if not {"guests", "partners", "team", "body"} & self.errors.keys():
            self._check_team(data)
            self._check_guests(data)
        return data

    def _check_team(self, data: dict[str, Any]) -> None:
        """Refuse whoever works neither for the body nor for a partner."""
        bodies = [body.pk for body in (data.get("body"), *(data.get("partners") or ())) if body]
        allowed = set(people_of(bodies).values_list("pk", flat=True))
        if any(person.pk not in allowed for person in data.get("team") or ()):
            self.add_error("team", _("Choose people who work for the body or for a partner."))

    def _check_guests(self, data: dict[str, Any]) -> None:
        """Take the addresses as they are: whether one of them is somebody's is not for the form to say."""
        addresses = {line.strip().lower() for line in data.get("guests", "").split("\n") if line.strip()}
        if len(addresses) > MOST_GUESTS:
            self.add_error("guests", _("Write at most %(number)s addresses.") % {"number": MOST_GUESTS})
        elif not all(map(_is_address, addresses)):
            self.add_error("guests", _("Write one e-mail address on each line."))
        elif addresses and not {*data["partners"]} - {data.get("body")}:
            self.add_error("guests", _("Choose the partner bodies they work for."))
        self.instance.guests = sorted(addresses)


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except forms.ValidationError:
        return False
    return True


def _secrecies(plan: Plan) -> list[tuple[str, str]]:
    words = {
        Plan.Secrecy.SEALED: _("sealed: only the team and the body’s lead know of it"),
        Plan.Secrecy.WEEK_ONLY: _("week only: others of the bodies know the week, the team and the lead the day"),
        Plan.Secrecy.OPEN: _("open: everybody of the bodies knows the day"),
    }
    is_sealed = not plan._state.adding and plan.is_sealed
    return [(str(value), text) for value, text in words.items() if not is_sealed or value == Plan.Secrecy.SEALED]


class PlanFilter(forms.Form):
    """The filters of the list of plans. A day asks for the weeks from its own on: no plan's day can be found out."""

    marks_required = True

    q = forms.CharField(label=gettext_lazy("Place"), required=False, max_length=100)
    body = forms.ChoiceField(label=gettext_lazy("Body"), required=False, widget=QuickSelect)
    state = forms.ChoiceField(label=gettext_lazy("State"), required=False, widget=QuickSelect)
    secrecy = forms.ChoiceField(label=gettext_lazy("Secrecy"), required=False, widget=QuickSelect)
    since = DayField(label=gettext_lazy("From the week of"), required=False)
    until = DayField(label=gettext_lazy("To the week of"), required=False)
    mine = forms.BooleanField(label=gettext_lazy("Only with me in the team"), required=False)

    def __init__(self, data: QueryDict, *, user: Any, names: BodyNames) -> None:
        super().__init__(data)
        self.user = user
        fields: dict[str, Any] = self.fields
        anything = ("", pgettext("filter", "All"))
        mine = grants_of(user).on(VIEW_VISITS)
        fields["body"].choices = [anything, *names.choices(date.today(), among=mine)]
        fields["state"].choices = [("", _("Planned and postponed")), ("all", pgettext("filter", "All"))]
        fields["state"].choices += Plan.State.choices
        fields["secrecy"].choices = [anything, *Plan.Secrecy.choices]

    def active(self) -> int:
        """Return how many filters are set."""
        return sum(bool(self.cleaned_data.get(name)) for name in self.fields)

    def apply(self, plans: Any) -> Any:
        """Return those of ``plans`` that match what could be read of the filters."""
        self.is_valid()
        data = self.cleaned_data
        state = data.get("state")
        if not state:
            plans = plans.filter(state__in=Plan.CHANGEABLE)
        elif state != "all":
            plans = plans.filter(state=state)
        if data.get("q"):
            places = Place.objects.visible_to(self.user).named(data["q"])
            plans = plans.filter(place__in=places)
        plans = plans.filter(**{name: data[name] for name in ("body", "secrecy") if data.get(name)})
        if data.get("since"):
            plans = plans.filter(last_week__gte=monday_of(data["since"]))
        if data.get("until"):
            plans = plans.filter(week__lte=data["until"])
        return plans.of_team_with(self.user) if data.get("mine") else plans


class NothingForm(forms.Form):
    """A step that asks nothing."""


def bodies_with(user: Any, mechanism: Mechanism, permission: str) -> list[MemberBody]:
    """Return the bodies of ``mechanism`` on which ``user`` holds ``permission``, with today's names."""
    own = MemberBody.objects.filter(mechanism=mechanism, pk__in=grants_of(user).on(permission))
    return list(own.with_names_as_at(date.today()).order_by("position", "pk"))
