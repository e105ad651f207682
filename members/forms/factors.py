from django import forms
from django.utils.translation import gettext_lazy as _

from members.models import FactorReset


class FactorResetForm(forms.ModelForm):
    """How it was made sure who asks: without it nobody's factor is taken away."""

    class Meta:
        model = FactorReset
        fields = ["identity_check", "note"]
        widgets = {"identity_check": forms.RadioSelect}
        help_texts = {
            "note": _("For instance “passport, seen by both of us”. No number of a document and no telephone number.")
        }

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["identity_check"].choices = FactorReset.Check.choices  # type: ignore[attr-defined]
