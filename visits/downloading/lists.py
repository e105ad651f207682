"""Which visits a download holds, and what is written down of it."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, QuerySet
from django.http import QueryDict

from members.models import Mechanism
from npmportal import audit
from visits.actions.transitions import note_looks_at
from visits.downloading.formats import Format
from visits.downloading.lines import Lines
from visits.field_table import reader_of
from visits.forms.filters import VisitFilter
from visits.models import Visit
from visits.models.body_names import BodyNames

# More than so many lines take longer than a page may: a job makes the file.
MOST_AT_ONCE = 50_000


@dataclass(frozen=True)
class FilteredList:
    """The visits ``user`` sees in the list of ``mechanism`` with the filters of ``query``."""

    user: Any
    mechanism: Mechanism
    names: BodyNames
    filters: VisitFilter
    visits: QuerySet[Visit]

    def lines(self, kind: Format) -> Lines:
        """Return the visits as the lines of a file."""
        reader = reader_of(self.user, self.mechanism)
        return Lines(self.visits, self.names, self.mechanism, reader, coded=kind.coded)

    @transaction.atomic
    def write_down(self, ending: str) -> int:
        """Write down that the list leaves the portal: whose visits, how many, by which filters. Return how many.

        What it says of visits that wait for a reviewer is looked at from now on.
        """
        groups = list(self.visits.order_by().values_list("body_ids", "state").annotate(number=Count("pk")))
        states, number = {state for _bodies, state, _n in groups}, sum(n for _bodies, _state, n in groups)
        if Visit.State.SUBMITTED in states:
            note_looks_at(self.visits, self.user)
        audit.record(
            "visits.exported" if states.issubset(Visit.HANDED_IN) else "visits.drafts_exported",
            by=self.user,
            mechanism=self.mechanism,
            bodies={body for body_ids, _state, _n in groups for body in body_ids},
            records=number,
            format=ending,
            filters=sorted(name for name in self.filters.fields if self.filters.cleaned_data.get(name)),
        )
        return number


def filtered_list(user: Any, mechanism: Mechanism, query: QueryDict) -> FilteredList:
    """Return what the page of the list with ``query`` in its address lists for ``user``, all of it."""
    names = BodyNames(mechanism)
    filters = VisitFilter(query, user=user, mechanism=mechanism, names=names)
    visits = filters.apply(Visit.objects.visible_to(user).filter(mechanism=mechanism))
    return FilteredList(user, mechanism, names, filters, visits)
