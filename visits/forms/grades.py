"""Grades as a filter of the list of visits: “poor or worse” by one version of one scale, for any of its standards."""

from collections import Counter, defaultdict
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from members.models import Mechanism
from members.models.bilingual import in_language
from npmportal.access import VIEW_SUBMITTED_VISITS, VIEW_VISITS, grants_of
from visits.models import Grade, VisitRating
from visits.models.body_names import BodyNames


class Grades:
    """The grades of the scales that ``user`` knows from visits: of their bodies and common ones; all, as coordinator.

    Grades of two scales, or of two versions of one, cannot be compared: each version has its own. One query.
    """

    def __init__(self, user: Any, mechanism: Mechanism) -> None:
        grants = grants_of(user)
        grades = Grade.objects.filter(version__scale__mechanism=mechanism, is_not_applicable=False)
        if mechanism.pk not in grants.on(VIEW_SUBMITTED_VISITS):
            own = Q(version__scale__body__in=grants.on(VIEW_VISITS)) | Q(version__scale__body=None)
            grades = grades.filter(own)
        published = grades.filter(version__starts_on__isnull=False)
        self._mechanism = mechanism
        self._grades: dict[int, list[Grade]] = defaultdict(list)
        self._versions: dict[int, _Version] = {}
        scale = ("version__scale", "version__scale__body", "version__scale__name_en", "version__scale__name_nl")
        rows = published.order_by("version__scale__body", "version__scale", "-version__starts_on", "position", "pk")
        columns = ("pk", "name_en", "name_nl", "number", "version", *scale, "version__starts_on")
        for pk, english, dutch, number, version, *facts in rows.values_list(*columns):
            scale_id, body_id, *names, day = facts
            self._versions[version] = _Version(scale_id, body_id, in_language(*names), day)
            self._grades[version].append(Grade(pk=pk, name_en=english, name_nl=dutch, number=number))

    def choices(self) -> list[tuple[str, str]]:
        """Return (id of a grade, what it filters by) for each grade, the best of a scale first."""
        found, names = [], self._names()
        for version, grades in self._grades.items():
            for number, grade in enumerate(grades):
                words = {"scale": names[version], "grade": grade}
                sentence = (
                    _("%(scale)s: %(grade)s") if number == len(grades) - 1 else _("%(scale)s: %(grade)s or worse")
                )
                found.append((str(grade.pk), sentence % words))
        return found

    def _names(self) -> dict[int, str]:
        """Return by version the name of its scale; with whose it is, and since when, where others are called the same.

        The year tells versions apart, or else the day.
        """
        scales = Counter(name for _scale, name in {(one.scale, one.name) for one in self._versions.values()})
        named = {pk: self._with_body(one) if scales[one.name] > 1 else one.name for pk, one in self._versions.items()}
        dated = {pk: _since(name, str(self._versions[pk].day.year)) for pk, name in named.items()}
        several, in_a_year = Counter(named.values()), Counter(dated.values())
        for pk, name in named.items():
            if several[name] > 1:
                day = date_format(self._versions[pk].day)
                named[pk] = dated[pk] if in_a_year[dated[pk]] == 1 else _since(name, day)
        return named

    def _with_body(self, version: "_Version") -> str:
        if version.body is None:
            return f"{version.name} ({_('All members together')})"
        name = BodyNames(self._mechanism).on(version.body, date.today())
        return f"{version.name} ({name.abbreviation})" if name else version.name

    def visits_rated(self, chosen: str) -> QuerySet[Any]:
        """Return the ids of the visits of which some standard has the grade with the id ``chosen``, or a worse one."""
        for grades in self._grades.values():
            ids = [grade.pk for grade in grades]
            if int(chosen) in ids:
                return VisitRating.objects.filter(grade__in=ids[ids.index(int(chosen)) :]).values("visit")
        return VisitRating.objects.none().values("visit")


class _Version(NamedTuple):
    """Of a version, what its name in the list is made of; ``body`` is None for a scale common to all members."""

    scale: int
    body: int | None
    name: str
    day: date


def _since(scale: str, moment: str) -> str:
    return _("%(scale)s, from %(year)s") % {"scale": scale, "year": moment}
