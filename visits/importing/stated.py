"""A number of people, or why there is none: how a cell says it."""

from typing import NamedTuple

from django.utils.translation import gettext as _

from visits.importing import values
from visits.importing.meanings import loose
from visits.importing.synonyms import NOTHING, simple
from visits.importing.values import Wrong
from visits.limits import HIGHEST
from visits.models import VisitFigure

Availability = VisitFigure.Availability
# Why there is no number, and no answer. An empty cell says nothing, and leaves what stands there.
WORDS = {
    "not recorded": Availability.NOT_RECORDED,
    "not known": Availability.NOT_RECORDED,
    "unknown": Availability.NOT_RECORDED,
    "n a": Availability.NOT_RECORDED,
    "na": Availability.NOT_RECORDED,
    "niet geregistreerd": Availability.NOT_RECORDED,
    "niet vastgelegd": Availability.NOT_RECORDED,
    "onbekend": Availability.NOT_RECORDED,
    "not asked": Availability.NOT_ASKED,
    "niet gevraagd": Availability.NOT_ASKED,
    "refused": Availability.REFUSED,
    "geweigerd": Availability.REFUSED,
}


class Stated(NamedTuple):
    """A number, or why there is none."""

    availability: str
    value: int | None

    def __str__(self) -> str:
        return str(Availability(self.availability).label) if self.value is None else str(self.value)


def figure_of_a_visit(text: str) -> Stated | None:
    """Return a number, or why there is none; None for “-” or “nvt”, which in a file of visits says nothing.

    Raises Wrong.
    """
    word = loose(text)
    return None if word in NOTHING and word not in WORDS else figure(text)


def figure(text: str) -> Stated:
    """Return a number, or why there is none. Raises Wrong."""
    if (why := WORDS.get(simple(text))) is not None:
        return Stated(why.value, None)
    number = values.number(text, HIGHEST)
    if number is None:
        raise Wrong(_("Write a number, “not recorded”, “not asked” or “refused”; empty says nothing."))
    return Stated(Availability.RECORDED.value, number)
