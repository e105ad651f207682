"""The form of a mandate letter: whom it names is chosen for each letter."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from npmportal.quick_select import QuickSelect
from visits.actions.mandate_letters import languages_of
from visits.forms.fields import QuickBoxes
from visits.models import MandateLetter, Plan

MOST_NAMES = 30
LONGEST_NAME = 150


class MandateLetterForm(forms.ModelForm[MandateLetter]):
    """Language, people named, addressee and who signs."""

    marks_required = True

    language = forms.ChoiceField(label=gettext_lazy("Language"), widget=QuickSelect)
    people: Any = forms.MultipleChoiceField(label=gettext_lazy("Of the team"), required=False, widget=QuickBoxes)
    others = forms.CharField(
        label=gettext_lazy("Others, such as interpreters and experts"),
        required=False,
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "One name on each line, with the function if it helps. Also the people of the partners: the portal does "
            "not give their names."
        ),
    )

    class Meta:
        model = MandateLetter
        fields = ["language", "addressee", "signatory"]
        help_texts = {"addressee": gettext_lazy("For instance: the governor. Empty: to whom it may concern.")}

    field_order = ["language", "people", "others", "addressee", "signatory"]

    def __init__(self, *args: Any, plan: Plan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.plan = plan
        fields: dict[str, Any] = self.fields
        fields["language"].choices = languages_of(plan.mechanism)
        chosen = plan.member_rows.filter(is_guest=False)  # a guest's name is for the partner to give
        team = list(plan.team.filter(pk__in=chosen.values("user")).order_by("name", "pk"))
        fields["people"].choices = [(str(person.pk), person.name) for person in team]
        self.initial.setdefault("people", [str(person.pk) for person in team])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        chosen = dict(self.fields["people"].choices)  # type: ignore[attr-defined]
        others = [line.strip() for line in data.get("others", "").split("\n") if line.strip()]
        names = [chosen[pk] for pk in data.get("people") or ()] + others
        if any(len(name) > LONGEST_NAME for name in names):
            self.add_error("others", _("Shorten these lines to %(number)s characters.") % {"number": LONGEST_NAME})
        elif len(names) > MOST_NAMES:
            self.add_error("others", _("A letter names at most %(number)s people.") % {"number": MOST_NAMES})
        elif not names and "people" not in self.errors:
            self.add_error("people", _("A letter names at least one person."))
        self.instance.names = names
        return data
