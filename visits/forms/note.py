"""What is written beside a visit: the reason of a step, notes, questions, answers, addenda."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from visits.forms.fields import LongTextField


class ReasonForm(forms.Form):
    """Why a step back is taken, a file taken back, an import undone; every such step stores a reason."""

    reason = LongTextField(label=_("Reason"))

    def __init__(self, *args: Any, rows: int = 3, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].widget.attrs["rows"] = rows
        self.fields["reason"].required = True
        self.fields["reason"].error_messages["required"] = _("Give a reason.")


class ShortReasonForm(forms.Form):
    """Why a step with a plan is taken, or why two records are one place, or are not."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class NoteForm(forms.Form):
    """A text beside a visit."""

    text = LongTextField(label=_("Text"), rows=3)

    def __init__(self, *args: Any, label: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].required = True
        self.fields["text"].error_messages["required"] = _("Write something first.")
        if label:
            self.fields["text"].label = label


class SideNoteForm(NoteForm):
    """A note for one's own side, which may be shared with the other."""

    is_shared = forms.BooleanField(label=_("Let the other side read it too"), required=False)
