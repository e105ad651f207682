"""The filters of the list of what happened. They stand in the address."""

import re
from datetime import date, datetime, time, timedelta
from functools import cache
from operator import itemgetter
from typing import Any

from django import forms
from django.apps import apps
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _

from members.activity import ACTIONS, KINDS, actions_of, in_general
from members.activity_actors import named_to
from members.models import Affiliation, Mechanism, User
from npmportal.access import CONVENE, MANAGE_BODY_PEOPLE, MANAGE_MEMBERS, MANAGE_PEOPLE, grants_of
from npmportal.quick_select import QuickSelect

RECORD = re.compile(r"(?P<label>[a-z]+\.[a-z]+):(?P<pk>[0-9a-f-]{1,40})")
DAYS: list[Any] = [MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2199, 12, 31))]
MOST_PEOPLE = 200  # of one name; more say nothing


class DayOfActivityField(forms.DateField):
    """A day between 2000 and 2199, which every time zone can hold."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    default_validators = DAYS


class ActivityFilter(forms.Form):
    """By body, person, kind of record, action, period and (from a link) one record."""

    marks_required = True

    body = forms.ChoiceField(label=gettext_lazy("Body"), required=False, widget=QuickSelect)
    person = forms.CharField(label=gettext_lazy("Person"), required=False, max_length=100)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False, widget=QuickSelect)
    action = forms.ChoiceField(label=gettext_lazy("What happened"), required=False, widget=QuickSelect)
    first = DayOfActivityField(label=gettext_lazy("From"), required=False)
    last = DayOfActivityField(label=gettext_lazy("To"), required=False)
    record = forms.CharField(required=False, max_length=120, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict, *, user: Any, mechanism: Mechanism) -> None:
        super().__init__(data)
        self.user, self.mechanism = user, mechanism
        fields: dict[str, Any] = self.fields
        anything = ("", pgettext("filter", "All"))
        bodies = _bodies(user, mechanism)
        fields["body"].choices = [anything, *bodies.items()]
        if not bodies:
            del fields["body"]
        fields["kind"].choices = [anything, *((kind, capfirst(str(words))) for kind, words in KINDS.items())]
        fields["action"].choices = [anything, *_actions(get_language())]

    def clean_record(self) -> str:
        text: str = self.cleaned_data["record"]
        found = RECORD.fullmatch(text)
        if text and (not found or not _is_model(found["label"])):
            raise forms.ValidationError(_("The address names no record."))
        return text

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("first") and data.get("last") and data["last"] < data["first"]:
            self.add_error("last", _("The last day lies before the first."))
        return data

    @property
    def active(self) -> list[str]:
        """The names of the filters that are set and could be read."""
        return [name for name, value in getattr(self, "cleaned_data", {}).items() if value not in ("", None)]

    def actions(self) -> list[str] | None:
        """Return the actions asked for by kind and by name, None where all are."""
        self.is_valid()
        kind, action = (self.cleaned_data.get(name) for name in ("kind", "action"))
        if not kind and not action:
            return None
        wanted = actions_of(kind) if kind else list(ACTIONS)
        return [name for name in wanted if not action or name == action]

    def apply(self, events: Any) -> Any:
        """Return those of ``events``, of the `actions` asked for, that match what else could be read of the filters."""
        self.is_valid()
        data = {name: self.cleaned_data[name] for name in self.active}
        conditions = Q()
        if "body" in data:
            conditions &= Q(body_ids__contains=[int(data["body"])])
        if "person" in data:
            conditions &= Q(actor__in=self._people(data["person"]))
            events = named_to(events, self.user, self.mechanism)
        if "first" in data:
            conditions &= Q(at__gte=_midnight(data["first"]))
        if "last" in data:
            conditions &= Q(at__lt=_midnight(data["last"] + timedelta(days=1)))
        if found := RECORD.fullmatch(data.get("record", "")):
            conditions &= Q(object_type=found["label"], object_id=found["pk"])
        return events.filter(conditions)

    def _people(self, text: str) -> list[int]:
        """Return the ids of the people of the mechanism with ``text`` in their name, retired ones too.

        Also in their address for who manages people, and so sees it: others could guess it letter by letter.
        """
        text = text.replace("\x00", "").strip()
        of_mechanism = Affiliation.objects.filter(Q(mechanism=self.mechanism) | Q(body__mechanism=self.mechanism))
        people = User.objects.filter(pk__in=of_mechanism.values("user"))
        said = Q(name__icontains=text)
        if self.mechanism.pk in grants_of(self.user).on(MANAGE_PEOPLE):
            said |= Q(email__icontains=text)
        found = people.filter(said)
        return list(found.order_by("pk").values_list("pk", flat=True)[:MOST_PEOPLE])


def _bodies(user: Any, mechanism: Mechanism) -> dict[int, str]:
    """Return the abbreviations of the bodies of which ``user`` may read, by key.

    All of them for those who keep the mechanism, a lead's own otherwise.
    """
    grants = grants_of(user)
    bodies: Any = mechanism.bodies.all()
    if not any(mechanism.pk in grants.on(right) for right in (MANAGE_MEMBERS, MANAGE_PEOPLE, CONVENE)):
        bodies = bodies.filter(pk__in=grants.on(MANAGE_BODY_PEOPLE))
    found: dict[int, str] = bodies.abbreviations_on(timezone.localdate())
    return found


@cache
def _actions(_language: str | None) -> list[tuple[str, str]]:
    """Return the choices of actions, in the order of their sentences in the language of the page."""
    return sorted(((name, in_general(name).rstrip(".")) for name in ACTIONS), key=itemgetter(1))


def _is_model(label: str) -> bool:
    try:
        apps.get_model(label)
    except LookupError:
        return False
    return True


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
