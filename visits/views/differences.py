"""What differs between a visit as it stands and as somebody typed it, in words, for the page about a conflict."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

from members.models import MemberBody
from visits.actions.places import UNDATED
from visits.actions.visits import RECORDED
from visits.forms.place import PlaceForm
from visits.forms.visit import VisitForm
from visits.models import Place, Visit
from visits.models.body_names import BodyNames


@dataclass(frozen=True)
class Difference:
    """One field of which somebody else has saved something other than what was typed here."""

    label: str
    stored: str
    typed: str
    name: str = ""  # of the field, where a choice is asked for


def differences(
    form: VisitForm, stored: Visit, names: BodyNames, only: Collection[str] | None = None
) -> list[Difference]:
    """Return the fields, all or ``only`` these, in which the valid ``form`` and the ``stored`` visit differ."""
    found = []
    for name in (name for name in RECORDED if name in form.fields and (only is None or name in only)):
        mine, theirs = form.cleaned_data.get(name), getattr(stored, name)
        if mine != theirs and not (name == "reference" and not mine):
            label = str(form.fields[name].label or name)
            found.append(Difference(label, in_words(name, theirs, names), in_words(name, mine, names), name))
    if "partners" not in form.fields or (only is not None and "partners" not in only):
        return found
    partners = sorted(body.pk for body in form.cleaned_data["partners"] if body.pk != stored.lead_body_id)
    if partners != sorted(stored.body_ids[1:]):
        label = str(form.fields["partners"].label)
        found.append(
            Difference(label, bodies_in_words(stored.body_ids[1:], names), bodies_in_words(partners, names), "partners")
        )
    return found


def place_differences(form: PlaceForm, stored: Place) -> list[Difference]:
    """Return the fields in which the valid ``form`` and the ``stored`` place say different things."""
    found = []
    for name in (name for name in UNDATED if name in form.fields):
        mine, theirs = form.cleaned_data.get(name), getattr(stored, name)
        if mine != theirs:
            label = str(form.fields[name].label or name)
            found.append(Difference(label, _place_value_in_words(theirs), _place_value_in_words(mine)))
    return found


def _place_value_in_words(value: Any) -> str:
    if value in (None, ""):
        return _("Not recorded")
    return date_format(value) if isinstance(value, date) else str(value)


def bodies_in_words(ids: list[int], names: BodyNames) -> str:
    """Return what the bodies are called today, separated by commas."""
    found = [names.on(body_id, date.today()) for body_id in ids]
    return ", ".join(name.name for name in found if name) or _("None")


def in_words(name: str, value: Any, names: BodyNames) -> str:
    """Return the ``value`` of the field ``name`` of a visit as people read it."""
    if value in (None, ""):
        return _("Not recorded")
    if isinstance(value, MemberBody):
        return bodies_in_words([value.pk], names)
    if isinstance(value, date):
        return date_format(value)
    if isinstance(value, time):
        return time_format(value)
    choices = dict(getattr(Visit._meta.get_field(name), "flatchoices", None) or [])
    return str(choices.get(value, value))
