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
    needed = {int(year): count for year, count in batch.counts.get("numbers", {}).items()}
    references = References(batch.body, needed, _references_in(batch) if needed else ())
    return VisitWriter(batch, user, VisitChecker(batch, user), references, only_good)


def _references_in(batch: Import) -> set[str]:
    """Return the references that the file itself brings: none of them may be given to another row."""
    number = next((int(n) for n, name in batch.columns.items() if name == "reference"), None)
    if number is None:
        return set()
    with rows_of(batch) as rows:
        return {row.cells[number].strip() for row in rows if number < len(row.cells) and row.cells[number]}


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
