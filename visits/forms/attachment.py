"""Adding files to a visit."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from npmportal.uploads.kinds import ACCEPT
from npmportal.uploads.reasons import Reason
from npmportal.uploads.sentences import sentence_about
from visits.actions.attachments import About
from visits.forms.fields import LongTextField
from visits.models import Attachment

UNPRINTABLE = {"null_characters_not_allowed": gettext_lazy("Remove the unprintable characters from this text.")}


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One file or several."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=FilesInput(attrs={"accept": ACCEPT}), allow_empty_file=True, **kwargs)

    def to_python(self, data: Any) -> Any:
        """Leave each file as it came: what is wrong with one is said of that one, and the others are taken."""
        return data or []


class AttachmentForm(forms.Form):
    """Files and what the person says of them. ``left_out`` are those that did not come in at all, and why."""

    files = FilesField(label=gettext_lazy("Files"))  # type: ignore[assignment]
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=[("", gettext_lazy("photograph or document, whichever it is")), *Attachment.Kind.choices],
        required=False,
    )
    title = forms.CharField(
        label=gettext_lazy("Title"), max_length=200, required=False, error_messages=UNPRINTABLE, strip=True
    )
    note = LongTextField(label=gettext_lazy("Note"), rows=2)
    is_evidence = forms.BooleanField(
        label=gettext_lazy("Keep exactly as it came, as evidence"),
        required=False,
        help_text=gettext_lazy(
            "Photographs are stored without what the camera puts in: where, when and with what they were taken. As "
            "evidence they are kept unaltered, and their position may be in them for everybody who gets them."
        ),
    )
    evidence_reason = forms.CharField(
        label=gettext_lazy("Why it is evidence"),
        max_length=500,
        required=False,
        error_messages=UNPRINTABLE,
        help_text=gettext_lazy("Needed only with the box above."),
    )

    def __init__(self, *args: Any, left_out: list[tuple[str, Reason]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.left_out = left_out or []
        self.fields["files"].error_messages["required"] = _("Choose a file.")
        if self.left_out:
            self.fields["files"].required = False

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("is_evidence") and not cleaned.get("evidence_reason") and "evidence_reason" not in self.errors:
            self.add_error("evidence_reason", _("Say why it must be kept exactly as it came."))
        if self.left_out and not cleaned.get("files"):
            self.say_refused(self.left_out)
        return cleaned

    def say_refused(self, refused: list[tuple[str, Reason]]) -> None:
        """Say of each file that was not taken why."""
        for name, reason in refused:
            self.add_error("files", sentence_about(name, reason))

    @property
    def about(self) -> About:
        """What was said of the files, once the form is valid."""
        typed = self.cleaned_data
        is_evidence = typed["is_evidence"]
        reason = typed["evidence_reason"] if is_evidence else ""
        return About(typed["kind"], typed["title"], typed["note"], is_evidence, reason)
