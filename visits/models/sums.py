"""What does not add up in the numbers of a visit, in words with the numbers: explained, never refused.

The rules are those of domain.md 3.3 and 4.5. A number that is not recorded is not nought: a rule that lacks one says
something only where the others are too many already.
"""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from visits.models.figure import VisitFigure
from visits.models.visit import Visit

Measure = VisitFigure.Measure
Numbers = list[int | None]


def questions_about_numbers(visit: Visit) -> list[str]:
    """Return what does not add up in the interview funnel, with its numbers.

    In custody = offered + not offered + not available; offered = accepted + declined; nobody is seen at a closed door.
    """
    return [
        *_about_those_in_custody(visit),
        *_about_those_offered(visit),
        *_about_a_visit_that_failed(visit),
    ]


def _about_those_in_custody(visit: Visit) -> Iterable[str]:
    parts = [visit.people_offered, visit.people_not_offered, visit.people_not_available]
    total = visit.people_in_custody
    if total is None or (relation := _compared(total, parts)) == 0:
        return
    words = {"custody": total, "total": _sum(parts), "left": total - _sum(parts)}
    if relation < 0:
        yield (
            _(
                "%(custody)s people in custody, but %(total)s were offered, not offered or not available. "
                "Of %(left)s nothing is said."
            )
            % words
        )
    else:
        yield _("%(custody)s people in custody, but %(total)s were offered, not offered or not available.") % words


def _about_those_offered(visit: Visit) -> Iterable[str]:
    parts = [visit.people_seen, visit.people_declined]
    if visit.people_offered is None or _compared(visit.people_offered, parts) == 0:
        return
    yield (
        _("%(offered)s people were offered a conversation, but %(answered)s accepted or declined.")
        % {"offered": visit.people_offered, "answered": _sum(parts)}
    )


def _about_a_visit_that_failed(visit: Visit) -> Iterable[str]:
    if visit.validity == Visit.Validity.REFUSED and visit.people_seen:
        yield _("Entry was refused, but %(seen)s people were seen.") % {"seen": visit.people_seen}


def questions_about_figures(visit: Visit, rows: Iterable[VisitFigure]) -> list[str]:
    """Return what does not add up in the situation on the day: groups against their total, parts against the whole."""
    values = {row.measure: row.value for row in rows if row.value is not None}
    return [
        *_about_groups(values),
        *_about_larger_parts(values),
        *_about_parts_of_the_funnel(visit, values),
        *_about_both_counts(visit, values),
    ]


def _about_groups(values: dict[str, int]) -> Iterable[str]:
    """Compare each group with the total, or, where there is no total, the complete groups with each other."""
    complete: list[tuple[Any, int]] = []
    for title, total, measures in VisitFigure.GROUPS:
        parts: Numbers = [values.get(measure) for measure in measures]
        if total is None or not any(part is not None for part in parts):
            continue
        words = {"group": str(title).lower(), "sum": _sum(parts), "total": values.get(total)}
        if total in values and (relation := _compared(values[total], parts)) != 0:
            more = _("%(total)s people held in all, but %(group)s gives %(sum)s: too many.")
            less = _("%(total)s people held in all, but %(group)s gives %(sum)s: some are missing.")
            yield (less if relation < 0 else more) % words
        elif total not in values and None not in parts:
            complete.append((title, _sum(parts)))
    for title, found in complete[1:]:
        if found != complete[0][1]:
            sentence = _("%(first)s gives %(sum)s people, %(second)s gives %(other)s.")
            words = {"first": complete[0][0], "second": str(title).lower(), "sum": complete[0][1], "other": found}
            yield sentence % words


def _about_larger_parts(values: dict[str, int]) -> Iterable[str]:
    """A part of a number may not be larger than the number."""
    for part, whole in ((Measure.HELD_FOREIGN, Measure.HELD), (Measure.ISOLATIONS_PROLONGED, Measure.ISOLATIONS)):
        if part in values and whole in values and values[part] > values[whole]:
            words = {"part": Measure(part).label, "whole": Measure(whole).label, "n": values[part], "of": values[whole]}
            yield _("More %(part)s (%(n)s) than %(whole)s (%(of)s).") % words


def _about_parts_of_the_funnel(visit: Visit, values: dict[str, int]) -> Iterable[str]:
    """Compare why people were not available, and who was seen and how, with the numbers of the funnel."""
    for title, _total, measures in VisitFigure.GROUPS:
        field, is_all_of_it = VisitFigure.PARTS_OF_FUNNEL.get(measures[0], ("", False))
        total = getattr(visit, field) if field else None
        parts: Numbers = [values.get(measure) for measure in measures]
        if total is None or not any(part is not None for part in parts):
            continue
        relation = _compared(total, parts)
        words = {"label": str(visit._meta.get_field(field).verbose_name), "total": total, "group": str(title)}  # type: ignore[union-attr]
        if relation > 0:
            yield _("“%(label)s” is %(total)s, but “%(group)s” gives %(sum)s: too many.") % {
                **words,
                "sum": _sum(parts),
            }
        elif relation < 0 and is_all_of_it:
            sentence = _("“%(label)s” is %(total)s, but “%(group)s” gives %(sum)s: some are missing.")
            yield sentence % {**words, "sum": _sum(parts)}


def _about_both_counts(visit: Visit, values: dict[str, int]) -> Iterable[str]:
    held, there = values.get(Measure.HELD), visit.people_in_custody
    if held is not None and there is not None and held != there:
        yield (
            _("The situation counts %(held)s people held in all, the conversations %(custody)s people in custody.")
            % {"held": held, "custody": there}
        )


def _sum(parts: Numbers) -> int:
    return sum(part for part in parts if part is not None)


def _compared(total: int, parts: Numbers) -> int:
    """Return 0 where ``parts`` may add up to ``total``, else below 0 for too few and above 0 for too many."""
    difference = _sum(parts) - total
    return difference if difference > 0 or None not in parts else 0
