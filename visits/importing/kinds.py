"""The kinds of files, and who may bring them in."""

from dataclasses import dataclass
from typing import Any

from members.models import Mechanism, User
from npmportal.access import LOG_VISITS, grants_of
from visits.actions.places import may_keep_places
from visits.importing.checking import Checker
from visits.importing.files import rows_of
from visits.importing.numbers import References
from visits.importing.people import PeopleChecker, PeopleWriter
from visits.importing.places import PlaceChecker, PlaceWriter
from visits.importing.storing import VisitWriter
from visits.importing.visits import VisitChecker
from visits.models import Import

Kind = Import.Kind


def checker_of(batch: Import, user: User) -> Checker:
    """Return what judges the rows of ``batch`` for ``user``; everything it needs to know is read here, once."""
    if batch.kind == Kind.PLACES:
        return PlaceChecker(batch, user)
    return PeopleChecker(batch, user) if batch.kind == Kind.PEOPLE else VisitChecker(batch, user)


def writer_of(batch: Import, user: User, *, only_good: bool) -> Any:
    """Return what stores the rows of ``batch``. Call it outside the transaction in which it will write."""
    if batch.kind == Kind.PLACES:
        return PlaceWriter(batch, user, PlaceChecker(batch, user), only_good)
    if batch.kind == Kind.PEOPLE:
        return PeopleWriter(batch, user, PeopleChecker(batch, user), only_good)
    assert batch.body is not None, "the database keeps it so"
    checker = VisitChecker(batch, user)
    with rows_of(batch) as rows:
        given, places = checker.reader.named_in(rows)
    needed = {int(year): count for year, count in batch.counts.get("numbers", {}).items()}
    references = References(batch.body, needed, given if needed else ())
    return VisitWriter(batch, user, checker, references, places, only_good)


@dataclass(frozen=True)
class Allowed:
    """What one person may import into a mechanism: visits and figures of these bodies; places or not."""

    bodies: frozenset[int]
    places: bool

    @property
    def kinds(self) -> list[Kind]:
        of_bodies = [Kind.VISITS, Kind.PEOPLE] if self.bodies else []
        return [*of_bodies, *([Kind.PLACES] if self.places else [])]


def allowed_to(user: Any, mechanism: Mechanism) -> Allowed:
    """Return what ``user`` may import: for the bodies they log for, and places where they keep the register."""
    own = mechanism.bodies.filter(pk__in=grants_of(user).on(LOG_VISITS)).values_list("pk", flat=True)
    return Allowed(frozenset(own), may_keep_places(user, mechanism))
