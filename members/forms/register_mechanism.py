"""The forms of a mechanism: founding one, and what it says of itself."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.dates import MONTHS
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from members.forms.languages import InLanguages
from members.forms.register_fields import ReasonField
from members.forms.seen import carry_seal
from members.forms.sources import SourceFields
from members.models import Mechanism
from members.slugs import is_reserved

TEXTS = ("name_en", "name_nl", "country_en", "country_nl", "about_en", "about_nl", "contact")
PLAIN = (*TEXTS, "established_on", "reporting_year_starts_month")
LANGUAGES = ("main_language", "other_languages")


class MechanismForm(InLanguages, SourceFields, forms.ModelForm):
    """What a mechanism says of itself. Its form has a history and is changed with the facts of the register."""

    main_language = forms.ChoiceField(label=_("Main language"), choices=settings.LANGUAGES)
    other_languages = forms.MultipleChoiceField(
        label=_("Other languages"), choices=settings.LANGUAGES, required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Mechanism
        fields = PLAIN
        widgets = {
            "about_en": forms.Textarea(attrs={"rows": 6}),
            "about_nl": forms.Textarea(attrs={"rows": 6}),
            "contact": forms.Textarea(attrs={"rows": 4}),
            "established_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "reporting_year_starts_month": forms.Select(choices=list(MONTHS.items())),
        }
        help_texts = {"contact": _("What the public page “Contact” says: addresses of an office, not of a person.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mechanism = self.instance if self.instance.pk else None
        self.offer_sources(mechanism)
        if mechanism:
            self.initial["source"] = mechanism.source_id
            self.initial["main_language"] = (mechanism.languages or [""])[0]
            self.initial["other_languages"] = mechanism.languages[1:]
            self.fields["reason"] = ReasonField()
            carry_seal(self, mechanism)
        self.order_fields([*TEXTS[:4], *LANGUAGES])
        # Founding, it is not known yet in which languages the mechanism works: the reader's own is asked for.
        self.ask_in(mechanism.languages if mechanism else [get_language() or ""])

    @property
    def values(self) -> dict[str, Any]:
        """The columns of the mechanism, for the actions."""
        main = self.cleaned_data["main_language"]
        others = [code for code in self.cleaned_data["other_languages"] if code != main]
        return {name: self.cleaned_data[name] for name in PLAIN} | {"languages": [main, *others]}


class NewMechanismForm(MechanismForm):
    """A mechanism that is founded here: hidden from the public until it is shown."""

    slug = forms.SlugField(
        label=_("Short name in addresses"),
        max_length=20,
        help_text=_("Small letters, digits and hyphens, like “nz”. It cannot be changed later."),
    )
    profile = forms.ChoiceField(label=_("Form"), choices=Mechanism.Profile.choices, widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["source"]
        self.fields["new_source_title"].required = True
        self.fields["new_source_title"].label = _("Source: title")
        self.fields["new_source_title"].help_text = _(
            "Where it is to be read that there is this mechanism: a law, a letter, a list."
        )
        self.fields["new_source_url"].label = _("Source: address")
        self.fields["new_source_dated"].label = _("Source: date, in words")
        self.order_fields([*TEXTS[:2], "slug", *TEXTS[2:4], "profile", *LANGUAGES])

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"]
        if slug != slugify(slug):
            raise forms.ValidationError(_("Use small letters, digits and hyphens only."))
        if is_reserved(slug):
            raise forms.ValidationError(_("The portal uses this word itself. Choose another."))
        if Mechanism.objects.filter(slug=slug).exists():
            raise forms.ValidationError(_("Another mechanism has this short name already."))
        return slug

    @property
    def values(self) -> dict[str, Any]:
        return super().values | {"slug": self.cleaned_data["slug"], "profile": self.cleaned_data["profile"]}


class HideForm(forms.Form):
    """Why a mechanism’s public pages are closed again."""

    reason = ReasonField()
