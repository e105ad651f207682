"""Filters of the lists. They stand in the address, and what cannot be read there is said beside the field."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.db.models import Model, Q, QuerySet
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from members.models import Mechanism
from npmportal.quick_select import QuickSelect
from visits.field_table import reader_of
from visits.forms.fields import DayField
from visits.forms.grades import Grades
from visits.models import Place, Visit, VisitCombination, VisitNote
from visits.models.body_names import BodyNames
from visits.searching.words import LONGEST as LONGEST_WORDS
from visits.searching.words import SEARCHED, Search

PROBLEM = "problem"
JOINT, ALONE, OPEN = "joint", "alone", "open"
JOINT_CHOICES = [(JOINT, gettext_lazy("several bodies")), (ALONE, gettext_lazy("one body"))]
# Places whose name holds a word: more of them are no answer to anything.
MOST_PLACES = 500
LONGEST = 200  # letters of one filter
ACCESS_CHOICES = [(PROBLEM, gettext_lazy("delayed, partial or refused")), *Visit.Access.choices]


@dataclass(frozen=True)
class ActiveFilter:
    """One filter that is set: its name, its value in words, and the address of the list without it."""

    label: str | Promise
    value: str
    url: str


class FilterForm(forms.Form):
    """A GET form of which every field may be empty; a field that cannot be read filters nothing."""

    marks_required = True

    def active(self, data: QueryDict) -> Iterator[ActiveFilter]:
        """Yield the filters that are set and could be read."""
        for name in self.fields:
            value = getattr(self, "cleaned_data", {}).get(name)
            if value in (None, ""):
                continue
            rest = data.copy()
            for dropped in (name, "after", "before", "page"):
                rest.pop(dropped, None)
            yield ActiveFilter(self.fields[name].label or name, self._in_words(name, value), f"?{rest.urlencode()}")

    def _in_words(self, name: str, value: Any) -> str:
        if isinstance(value, date):
            return date_format(value)
        if isinstance(value, Model):
            return str(value)
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            choices: Any = field.choices
            return str({str(key): label for key, label in choices}.get(str(value), value))
        return str(value)


class VisitFilter(FilterForm):
    """The filters of the list of visits."""

    body = forms.ChoiceField(label=gettext_lazy("Body"), required=False, widget=QuickSelect)
    setting: Any = forms.ModelChoiceField(None, label=gettext_lazy("Setting"), required=False, widget=QuickSelect)
    jurisdiction: Any = forms.ModelChoiceField(
        None, label=gettext_lazy("Jurisdiction"), required=False, widget=QuickSelect
    )
    state = forms.ChoiceField(label=gettext_lazy("State"), required=False, widget=QuickSelect)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False, widget=QuickSelect)
    notice = forms.ChoiceField(label=gettext_lazy("Notice"), required=False, widget=QuickSelect)
    mode = forms.ChoiceField(label=gettext_lazy("Mode"), required=False, widget=QuickSelect)
    validity = forms.ChoiceField(label=gettext_lazy("Outcome"), required=False, widget=QuickSelect)
    access = forms.ChoiceField(label=gettext_lazy("Access"), required=False, widget=QuickSelect)
    trigger = forms.ChoiceField(label=gettext_lazy("Trigger"), required=False, widget=QuickSelect)
    joint = forms.ChoiceField(label=gettext_lazy("Made by"), required=False, widget=QuickSelect)
    rating = forms.ChoiceField(label=gettext_lazy("Rating"), required=False, widget=QuickSelect)
    question = forms.ChoiceField(label=gettext_lazy("Questions"), required=False, widget=QuickSelect)
    starts_after = DayField(label=gettext_lazy("From"), required=False)
    starts_before = DayField(label=gettext_lazy("To"), required=False)
    words = forms.CharField(
        label=gettext_lazy("Words in the record, notes and file names"), required=False, max_length=LONGEST_WORDS
    )
    place_name = forms.CharField(label=gettext_lazy("Name or town of the place"), required=False, max_length=100)
    reference = forms.CharField(label=gettext_lazy("Reference, in full"), required=False, max_length=40)
    place: Any = forms.ModelChoiceField(None, label=gettext_lazy("Place"), required=False, widget=forms.HiddenInput)

    CHOICES = {
        "state": Visit.State.choices,
        "kind": Visit.Kind.choices,
        "notice": Visit.Notice.choices,
        "mode": Visit.Mode.choices,
        "validity": Visit.Validity.choices,
        "access": ACCESS_CHOICES,
        "trigger": Visit.Trigger.choices,
        "joint": JOINT_CHOICES,
        "question": [(OPEN, gettext_lazy("with an open question"))],
    }
    # The field of the visit a filter is about, where it has another name.
    FIELDS = {
        "body": ("lead_body",),
        "starts_after": ("starts_on",),
        "starts_before": ("starts_on",),
        "place_name": ("place",),
        "joint": ("partners",),
        "rating": ("ratings",),
        "question": ("history",),  # where questions are read
        "words": tuple(SEARCHED),  # each is searched where it is shown and nowhere else
    }
    EXACT = ("setting", "jurisdiction", "state", "kind", "notice", "mode", "validity", "trigger", "place")

    def __init__(self, data: QueryDict, *, user: Any, mechanism: Mechanism, names: BodyNames) -> None:
        super().__init__(data)
        self.user, self.mechanism = user, mechanism
        fields: dict[str, Any] = self.fields
        anything = ("", pgettext("filter", "All"))
        fields["body"].choices = [anything, *names.choices(date.today())]
        for name, choices in self.CHOICES.items():
            fields[name].choices = [anything, *choices]
        fields["setting"].queryset = mechanism.settings.filter(has_places=True)
        fields["jurisdiction"].queryset = mechanism.jurisdictions.all()
        fields["place"].queryset = Place.objects.visible_to(user).filter(mechanism=mechanism)
        for name in ("setting", "jurisdiction"):
            fields[name].choices = [anything, *((row.pk, row.name) for row in fields[name].queryset)]

        self._leave_out_what_is_hidden()
        if "rating" in fields:
            self.grades = Grades(user, mechanism)
            fields["rating"].choices = [anything, *self.grades.choices()]

    def _leave_out_what_is_hidden(self) -> None:
        """Filter by nothing that the field table does not show: the number of visits found would tell it."""
        sees = reader_of(self.user, self.mechanism).sees_of_all()
        for name in [name for name in self.fields if not sees.intersection(self.FIELDS.get(name, (name,)))]:
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        first, last = data.get("starts_after"), data.get("starts_before")
        if first and last and last < first:
            self.add_error("starts_before", _("The last day lies before the first."))
        self.places = self._places_called(data.get("place_name", ""))
        if len(self.places) > MOST_PLACES:
            self.places = []
            self.add_error("place_name", _("Very many places are called so. Write more of the name."))
        return data

    def _places_called(self, words: str) -> list[Any]:
        """Return the ids of the places called so: looked up first, for PostgreSQL could not guess how few they are."""
        if not words:
            return []
        places = Place.objects.visible_to(self.user).filter(mechanism=self.mechanism).named(words)
        return list(places.order_by().values_list("pk", flat=True)[: MOST_PLACES + 1])

    def apply(self, visits: QuerySet[Visit]) -> QuerySet[Visit]:
        """Return those of ``visits`` that match what could be read of the filters."""
        self.is_valid()
        data = self.cleaned_data
        if not self._can_occur(data):
            return visits.none()
        conditions = Q(**{name: data[name] for name in self.EXACT if data.get(name)})
        if not data.get("state"):
            conditions &= ~Q(state=Visit.State.DISCARDED)  # thrown away: shown where asked for
        if data.get("body"):
            conditions &= Q(body_ids__contains=[int(data["body"])])
        if access := data.get("access"):
            conditions &= Q(access__in=Visit.ACCESS_PROBLEMS) if access == PROBLEM else Q(access=access)
        if data.get("starts_after"):
            conditions &= Q(starts_on__gte=data["starts_after"])
        if data.get("starts_before"):
            conditions &= Q(starts_on__lte=data["starts_before"])
        found = visits.filter(conditions & self._beside(data))
        words = data.get("words")
        return Search(self.user, self.mechanism, words).among(found) if words else found

    def _beside(self, data: dict[str, Any]) -> Q:
        """Return the conditions that are no column of the visit by themselves."""
        conditions = Q()
        if joint := data.get("joint"):
            conditions &= Q(body_ids__1__isnull=joint == ALONE)
        if data.get("place_name"):
            conditions &= Q(place__in=self.places)
        if reference := data.get("reference"):
            # By the body too: the index of references begins with it.
            bodies = self.mechanism.bodies.values("pk")
            conditions &= Q(lead_body__in=bodies, reference__in={reference, reference.upper()})
        if rating := data.get("rating"):
            conditions &= Q(pk__in=self.grades.visits_rated(rating))
        if data.get("question"):
            questions = VisitNote.objects.visible_to(self.user).open_questions()
            conditions &= Q(pk__in=questions.values("visit"))
        return conditions

    def _can_occur(self, data: dict[str, Any]) -> bool:
        """Tell whether any visit the reader may see has the combination asked for (visits.models.combination)."""
        combined = {name: data[name] for name in ("setting", "jurisdiction", "kind", "mode") if data.get(name)}
        if data.get("body"):
            combined["body_ids__contains"] = [int(data["body"])]
        if data.get("joint"):
            combined["body_ids__1__isnull"] = data["joint"] == ALONE
        combinations = VisitCombination.objects.visible_to(self.user).filter(mechanism=self.mechanism)
        return not combined or combinations.filter(**combined).exists()


def filters_in(parameters: QueryDict) -> str:
    """Return the filters that stand in an address, in one order and without anything else."""
    kept = QueryDict(mutable=True)
    for name in VisitFilter.base_fields:
        if value := parameters.get(name, "")[:LONGEST]:
            kept[name] = value
    return kept.urlencode()


class PlaceFilter(FilterForm):
    """The filters of the list of places."""

    q = forms.CharField(label=gettext_lazy("Name or town"), required=False, max_length=100)
    setting: Any = forms.ModelChoiceField(None, label=gettext_lazy("Setting"), required=False, widget=QuickSelect)
    jurisdiction: Any = forms.ModelChoiceField(
        None, label=gettext_lazy("Jurisdiction"), required=False, widget=QuickSelect
    )

    def __init__(self, data: QueryDict, *, mechanism: Mechanism) -> None:
        super().__init__(data)
        fields: dict[str, Any] = self.fields
        fields["setting"].queryset = mechanism.settings.filter(has_places=True)
        fields["jurisdiction"].queryset = mechanism.jurisdictions.all()
        for name in ("setting", "jurisdiction"):
            fields[name].empty_label = pgettext("filter", "All")

    def apply(self, places: Any) -> Any:
        """Return those of ``places`` that match what could be read of the filters."""
        self.is_valid()
        data = self.cleaned_data
        if data.get("q"):
            places = places.named(data["q"])
        return places.filter(**{name: data[name] for name in ("setting", "jurisdiction") if data.get(name)})
