"""The form of what a visit found and asks for: several on one page, without JavaScript."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _

from npmportal.quick_select import QuickSelect
from visits.forms.fields import DayField, LongTextField, QuickBoxes
from visits.forms.record import NOT_SAID, RowsForm
from visits.models import Finding, Theme

MOST = 60  # members publish 5 to 65 of them in a report (domain.md 1.3)
FRESH = 2  # empty rows after those that are filled
REPEATED = {"": None, "no": False, "yes": True}
PLAIN = ("kind", "own_kind", "text", "norm", "priority", "level", "addressed_to")
# What makes a row a finding.
TELLING = (*PLAIN, "theme", "basis", "is_repeated", "addressees", "answer_due_on")


class FindingsForm(RowsForm):
    """Each finding a row; a row in which nothing is said is none."""

    def __init__(self, *args: Any, stored: Iterable[Finding], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stored = list(stored)
        used = [row.theme_id for row in self.stored if row.theme_id]
        offered = Theme.objects.filter(Q(is_retired=False) | Q(pk__in=used), mechanism=self.visit.mechanism_id)
        self.themes = {str(theme.pk): theme for theme in offered}
        self.number = self.rows_to_print(len(self.stored), fresh=FRESH, most=MOST)
        for n in range(self.number):
            self._add(n)
            if n < len(self.stored) and f"f{n}_kind" not in self.initial:  # where it is shown again, as it was typed
                for name, value in _told(self.stored[n]).items():
                    self.initial.setdefault(f"f{n}_{name}", value)
        self._keep_last("amend_reason", "version", "seen", "count")

    def _add(self, n: int) -> None:
        kinds = [("", _("Choose")), *_capital(Finding.Kind.choices)]
        themes = [("", _("No theme")), *((pk, theme.name) for pk, theme in self.themes.items())]
        repeated = [NOT_SAID, ("no", _("No")), ("yes", _("Yes"))]
        found: dict[str, forms.Field] = {
            "kind": _choice(_("Kind"), kinds),
            "own_kind": forms.CharField(label=_("Your body’s word for it"), max_length=80, required=False),
            "text": LongTextField(label=_("What was found, or is recommended"), rows=4),
            "theme": _choice(_("Theme"), themes),
            "basis": _boxes(_("It rests on"), Finding.Basis.choices),
            "norm": forms.CharField(label=_("Norm cited"), max_length=200, required=False),
            "is_repeated": _choice(_("Found before at this place"), repeated),
            "priority": _choice(_("Priority"), [NOT_SAID, *Finding.Priority.choices]),
            "level": _choice(_("Asks to change"), [NOT_SAID, *Finding.Level.choices]),
            "addressees": _boxes(_("Addressed to"), Finding.Addressee.choices),
            "addressed_to": forms.CharField(label=_("Addressees in words"), max_length=200, required=False),
            "answer_due_on": DayField(label=_("Answer asked for by"), required=False),
            "gone": forms.BooleanField(label=_("Take this one out"), required=False),
        }
        for name in ("own_kind", "norm", "addressed_to"):
            found[name].widget.attrs["autocomplete"] = "off"
        self.fields |= {f"f{n}_{name}": field for name, field in found.items()}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for n in range(self.number):
            if data.get(f"f{n}_gone"):
                for name in [name for name in self.errors if name.startswith(f"f{n}_")]:
                    del self.errors[name]  # what is wrong about one that goes does not matter
            elif self._is_one(n):
                self._check(n, data)
        return data

    def _is_one(self, n: int) -> bool:
        return any(self.cleaned_data.get(f"f{n}_{name}") or f"f{n}_{name}" in self.errors for name in TELLING)

    def _check(self, n: int, data: dict[str, Any]) -> None:
        which, due = {"n": n + 1}, data.get(f"f{n}_answer_due_on")
        if not data.get(f"f{n}_kind") and f"f{n}_kind" not in self.errors:
            self.add_error(f"f{n}_kind", _("Choose the kind of finding %(n)s.") % which)
        if not data.get(f"f{n}_text") and f"f{n}_text" not in self.errors:
            self.add_error(f"f{n}_text", _("Write what finding %(n)s says.") % which)
        if due and due < self.visit.starts_on:
            self.add_error(f"f{n}_answer_due_on", _("Finding %(n)s: the answer is due before the visit.") % which)

    def findings(self) -> Iterable[dict[str, Any]]:
        """Yield for each row its number and its fields by name, for the page."""
        for n in range(self.number):
            prefix = f"f{n}_"
            fields = {name.removeprefix(prefix): self[name] for name in self.fields if name.startswith(prefix)}
            asks = any(fields[name].value() or fields[name].errors for name in ASKING)
            words = Truncator(self.stored[n].text).chars(60) if n < len(self.stored) else ""
            yield {"number": n + 1, "is_stored": n < len(self.stored), "asks": asks, "words": words, **fields}

    def may_grow(self) -> bool:
        """Tell whether there may be more rows."""
        return self.number < MOST

    def rows(self) -> list[Finding]:
        kept = [n for n in range(self.number) if not self.cleaned_data.get(f"f{n}_gone") and self._is_one(n)]
        return [self._row(n, position) for position, n in enumerate(kept)]

    def _row(self, n: int, position: int) -> Finding:
        said = {name: self.cleaned_data.get(f"f{n}_{name}") for name in TELLING}
        plain = {name: said[name] or "" for name in PLAIN}
        return Finding(
            position=position,
            theme=self.themes.get(said["theme"] or ""),
            basis=list(said["basis"] or ()),
            addressees=list(said["addressees"] or ()),
            is_repeated=REPEATED[said["is_repeated"] or ""],
            answer_due_on=said["answer_due_on"],
            **plain,
        )


ASKING = ("priority", "level", "addressees", "addressed_to", "answer_due_on")


def _choice(label: str, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=choices, widget=QuickSelect)


def _boxes(label: str, choices: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(label=label, required=False, choices=_capital(choices), widget=QuickBoxes)


def _capital(choices: Any) -> list[tuple[str, str]]:
    return [(key, capfirst(str(label))) for key, label in choices]


def _told(row: Finding) -> dict[str, Any]:
    """Return one stored finding as the fields of the form say it."""
    repeated = next(word for word, value in REPEATED.items() if value == row.is_repeated)
    found = {name: getattr(row, name) for name in (*PLAIN, "basis", "addressees", "answer_due_on")}
    return {**found, "theme": str(row.theme_id or ""), "is_repeated": repeated}
