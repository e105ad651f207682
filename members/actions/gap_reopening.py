"""Open a closed gap again: because closing it was a mistake, or because nobody monitors once more."""

from collections.abc import Collection
from datetime import date

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from members.actions.coverage import CoverageError
from members.actions.gaps import check_may, leave_trace, locked, same_words, start_gap
from members.actions.register_changes import values_of
from members.models import CoverageGap, Jurisdiction, RegisterChange, User
from members.periods import day_in_words, period_in_words
from members.reference.fields import Day
from npmportal.models.dated import Precision


@transaction.atomic
def reopen_gap(
    *, gap: CoverageGap, since: Day | None, reason: str, by: User, opens_in: Collection[Jurisdiction] | None = None
) -> CoverageGap:
    """Open a closed gap again in ``opens_in`` (None: wherever no other entry holds those days); return the open one.

    Without a day closing it was a mistake: it has been open all the time. Where that is so in some of its jurisdictions
    only, a gap of the same words goes on in these. From the day ``since`` a gap of the same words begins; the closed
    one stays what it was. CoverageError where the gap is not closed, was still open on that day, or stands in the
    register once more for those days.
    """
    check_may(by, gap.setting.mechanism)
    gap = locked(gap)
    if gap.ends_on is None:
        raise CoverageError(_("This gap is open: it has no end."))
    if since and since.day < gap.ends_on:
        sentence = _("It was open until {day}. Give that day or a later one.")
        raise CoverageError(sentence.format(day=day_in_words(gap.ends_on, gap.ends_precision)))
    first = since or Day(gap.ends_on, gap.ends_precision)
    places = _where(gap, first.day, opens_in)
    if since or len(places) < gap.jurisdictions.count():
        gap.note = ""  # it may say why the gap was closed
        return start_gap(given=same_words(gap, places, first, None), by=by, reason=reason)
    before = values_of(gap)
    gap.ends_on, gap.ends_precision = None, Precision.DAY
    gap.save(update_fields=["ends_on", "ends_precision"])
    leave_trace(RegisterChange.Act.CORRECTION, gap, by, before, values_of(gap), None, reason)
    return gap


def free_places(gap: CoverageGap, since: date) -> list[Jurisdiction]:
    """Return the jurisdictions of ``gap`` that no other entry of the same words holds on a day from ``since`` on."""
    held = set(_others(gap, since).values_list("jurisdictions", flat=True))
    return [place for place in gap.jurisdictions.order_by("position") if place.pk not in held]


def _others(gap: CoverageGap, since: date) -> QuerySet[CoverageGap]:
    return gap.at_other_times().filter(Q(ends_on=None) | Q(ends_on__gt=since))


def _where(gap: CoverageGap, since: date, asked: Collection[Jurisdiction] | None) -> tuple[Jurisdiction, ...]:
    """Return where the gap opens again; CoverageError where it stands in the register there from ``since`` on."""
    free = free_places(gap, since)
    other = _others(gap, since).first()
    if other and not free:
        sentence = _("This gap is recorded once more ({period}). Correct or remove that entry first.")
        raise CoverageError(sentence.format(period=period_in_words(other)))
    if held := [place for place in asked or () if place not in free]:
        sentence = _(
            "In {places} another entry of this gap holds those days. Untick that, or correct or remove the entry."
        )
        raise CoverageError(sentence.format(places=", ".join(place.name for place in held)))
    return tuple(free if asked is None else asked)
