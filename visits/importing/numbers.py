"""References for many visits at once: “ALPHA-2024-0007”, as `visits.actions.visits.next_reference` gives them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db import transaction

from members.models import MemberBody
from visits.models import Visit, VisitNumber
from visits.models.number import reference_of, reference_prefix

AT_ONCE = 1000


class References:
    """The free references of one body, set aside in a transaction of their own before the rows are written.

    Nobody of the body who logs a visit meanwhile waits for the import. Those of one that fails are not given again.
    """

    def __init__(self, body: MemberBody, needed: Mapping[int, int], given: Iterable[str] = ()) -> None:
        """``needed`` says how many are needed in which year; ``given`` are those the file itself brings."""
        self._body, self._given = body, set(given)
        self._free: dict[int, list[str]] = defaultdict(list)
        for year, count in needed.items():
            self._free[year] = self._set_aside(year, count)

    def take(self, year: int) -> str:
        """Return a reference of ``year`` that no visit has."""
        if not self._free[year]:
            self._free[year] = self._set_aside(year, AT_ONCE)
        return self._free[year].pop()

    @transaction.atomic
    def _set_aside(self, year: int, count: int) -> list[str]:
        VisitNumber.objects.get_or_create(body=self._body, year=year)
        number = VisitNumber.objects.select_for_update(of=("self",)).get(body=self._body, year=year)
        prefix = reference_prefix(self._body)
        found: list[str] = []
        while len(found) < count:
            first = number.last + 1
            number.last += max(count - len(found), AT_ONCE)
            made = [reference_of(prefix, year, n) for n in range(first, number.last + 1)]
            found += self._without_taken(made)
        number.last -= len(found) - count if self._are_the_last(found, count, number.last) else 0
        number.save(update_fields=["last"])
        return found[:count][::-1]

    def _without_taken(self, made: list[str]) -> list[str]:
        taken = set(Visit.objects.filter(lead_body=self._body, reference__in=made).values_list("reference", flat=True))
        return [reference for reference in made if reference not in taken and reference not in self._given]

    @staticmethod
    def _are_the_last(found: list[str], count: int, last: int) -> bool:
        """Tell whether those beyond ``count`` are exactly the last numbers, which can then be given to others."""
        beyond = found[count:]
        return all(int(reference.rpartition("-")[2]) == last - n for n, reference in enumerate(reversed(beyond)))
