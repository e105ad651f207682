"""What is looked for in visits and places."""

from django import forms
from django.utils.translation import gettext_lazy as _

from visits.searching.words import LONGEST


class SearchForm(forms.Form):
    """A GET form of one field: the words."""

    marks_required = True  # that it may be empty need not be said

    q = forms.CharField(
        label=_("Words"),
        required=False,
        max_length=LONGEST,
        help_text=_(
            "In English or Dutch. Put “words in quotation marks” to find them side by side, a minus sign before what "
            "must not be there, “or” between words of which one is enough."
        ),
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
