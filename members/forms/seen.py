"""What somebody had before the eyes when a form was opened: saved over something else, both are shown first."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django import forms
from django.db import models
from django.utils.translation import gettext as _

from members.actions.register_changes import seal_of

NAME = "seen"
NOT_COMPARED = {NAME, "reason", "nobody"}


class SeenField(forms.CharField):
    """The seal of the row the form was filled from, carried unseen. What is no seal is one that nothing has."""

    def __init__(self) -> None:
        super().__init__(required=False, max_length=64, widget=forms.HiddenInput)

    def clean(self, value: Any) -> Any:
        return str(value or "")[:64]


def carry_seal(form: forms.BaseForm, row: models.Model) -> None:
    """Let ``form`` carry the seal of ``row`` as it is now."""
    form.fields[NAME] = SeenField()
    form.initial[NAME] = seal_of(row)


class Difference(NamedTuple):
    """One field of which the register says something other than what was typed."""

    label: str
    stored: str
    typed: str


def differences(typed: forms.BaseForm, stored: forms.BaseForm) -> list[Difference]:
    """Return in which fields the form that was sent and one filled from the ``stored`` row say different things."""
    return [
        Difference(str(typed[name].label), theirs, mine)
        for name in typed.fields
        if name not in NOT_COMPARED and name in stored.fields
        for theirs, mine in [(_shown(stored[name]), _shown(typed[name]))]
        if theirs != mine
    ]


def _shown(field: forms.BoundField) -> str:
    widget, value = field.field.widget, field.value()
    if isinstance(widget, forms.CheckboxInput):
        return _("yes") if value else _("no")
    shown: Any = widget.format_value(value)
    values = [str(one) for one in (shown if isinstance(shown, list | tuple) else [shown]) if one not in (None, "")]
    labels = dict(_choices(getattr(widget, "choices", ())))
    return ", ".join(labels.get(one, one) for one in values).replace("\r\n", "\n") or _("Nothing")


def _choices(choices: Any) -> Iterator[tuple[str, str]]:
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield from _choices(label)
        else:
            yield str(value), str(label)
