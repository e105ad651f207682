"""The languages a form of the register asks for: those the mechanism works in. The other one is folded away.

Nothing is hidden for good: the portal speaks English and Dutch, and a reader of the other language may want a name too.
"""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

ENDINGS = {"en-gb": "_en", "nl": "_nl"}
IN_WORDS = {"_en": _("In English"), "_nl": _("In Dutch")}


class InLanguages(forms.Form):
    """Mix this into a form with fields “…_en” and “…_nl”; call `ask_in` when all of them are there."""

    template_name = "django/forms/folded.html"
    name_asked = "name_en"

    def ask_in(self, languages: Iterable[str]) -> None:
        """Fold away the fields that may stay empty in a language that is none of ``languages``.

        Of the two names one is needed: which may stay empty is said truthfully beside them.
        """
        asked = [ENDINGS[code] for code in languages if code in ENDINGS] or [*ENDINGS.values()]
        self.name_asked = f"name{asked[0]}"
        fields: dict[str, Any] = self.fields
        for name, field in fields.items():
            field.is_folded = name[-3:] in ENDINGS.values() and name[-3:] not in asked and not field.required
        names = [f"name{ending}" for ending in asked if f"name{ending}" in self.fields]
        for name in names:
            fields[name].hint_says_when = True
            if len(names) > 1:
                fields[name].help_text = _("The name is needed in one of the two languages.")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        names = {name for name in ("name_en", "name_nl") if name in self.fields}
        if names and not any(cleaned.get(name) or name in self.errors for name in names):
            self.add_error(self.name_asked, _("Write the name in at least one of the two languages."))
        return cleaned

    @property
    def folded(self) -> list[forms.BoundField]:
        """The fields that are folded away, in their order."""
        return [self[name] for name, field in self.fields.items() if getattr(field, "is_folded", False)]

    @property
    def first_folded(self) -> str:
        """The name of the field in whose place the fold stands; empty where nothing is folded."""
        return self.folded[0].name if self.folded else ""

    @property
    def folded_in(self) -> Any:
        """The language that is folded away, in words."""
        return IN_WORDS[self.first_folded[-3:]]

    @property
    def is_unfolded(self) -> bool:
        """Whether something is written in the fold, or wrong there."""
        return any(field.value() or field.errors for field in self.folded)
