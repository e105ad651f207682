"""Grades as a filter of the list of visits: “poor or worse” by one version of one scale, for any of its standards."""

from collections import defaultdict
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from members.models import Mechanism
from members.models.bilingual import in_language
from npmportal.access import VIEW_SUBMITTED_VISITS, VIEW_VISITS, grants_of
from visits.models import Grade, VisitRating


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
        self._versions: dict[tuple[Any, ...], list[Grade]] = defaultdict(list)
        scale = ("version__scale__name_en", "version__scale__name_nl", "version__starts_on")
        rows = published.order_by("version__scale__body", "version__scale", "-version__starts_on", "position", "pk")
        for *version, pk, english, dutch, number in rows.values_list(*scale, "pk", "name_en", "name_nl", "number"):
            self._versions[tuple(version)].append(Grade(pk=pk, name_en=english, name_nl=dutch, number=number))

    def choices(self) -> list[tuple[str, str]]:
        """Return (id of a grade, what it filters by) for each grade, the best of a scale first."""
        versions = [(english, dutch) for english, dutch, _day in self._versions]
        found = []
        for (english, dutch, day), grades in self._versions.items():
            scale = in_language(english, dutch)
            if versions.count((english, dutch)) > 1:
                scale = _("%(scale)s, from %(year)s") % {"scale": scale, "year": day.year}
            for number, grade in enumerate(grades):
                words = {"scale": scale, "grade": grade}
                sentence = (
                    _("%(scale)s: %(grade)s") if number == len(grades) - 1 else _("%(scale)s: %(grade)s or worse")
                )
                found.append((str(grade.pk), sentence % words))
        return found

    def visits_rated(self, chosen: str) -> QuerySet[Any]:
        """Return the ids of the visits of which some standard has the grade with the id ``chosen``, or a worse one."""
        for grades in self._versions.values():
            ids = [grade.pk for grade in grades]
            if int(chosen) in ids:
                return VisitRating.objects.filter(grade__in=ids[ids.index(int(chosen)) :]).values("visit")
        return VisitRating.objects.none().values("visit")
