"""What speaks against a remit before it is written: what cannot be, and what ought to be looked at once more."""

from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from members.actions.coverage import RemitGiven
from members.models import CoverageGap, Designation, Remit, RemitBody
from members.periods import day_in_words, period_in_words


def objections(given: RemitGiven, besides: Remit | None = None) -> list[str]:
    """Return why ``given`` cannot be true beside the other remits; ``besides`` is the one it mends or follows.

    The database refuses the same (migration 0008); here it is said in words, with the remit that stands in the way.
    """
    others = _others(given, besides)
    sentences = []
    for part in given.parts:
        twice = RemitBody.objects.filter(
            remit__in=others.order_by(), body=part.body, scope=part.scope, scope_nl=part.scope_nl
        )
        for row in twice.select_related("remit__setting")[:3]:
            sentence = _("{body} stands in this cell already, in the same words ({period}). End or change that remit.")
            sentences.append(sentence.format(body=part.body.abbreviation, period=period_in_words(row.remit)))
    if not given.parts and others.filter(parts__isnull=False).exists():
        sentences.append(
            _("Somebody monitors here on some of these days. End that remit before you say that nobody does.")
        )
    if given.parts and (none := others.filter(parts__isnull=True).first()):
        sentence = _("It is recorded that nobody monitors here ({period}). End that entry first.")
        sentences.append(sentence.format(period=period_in_words(none)))
    return sentences


def cautions(given: RemitGiven, besides: Remit | None = None) -> list[str]:
    """Return what is possible but odd about ``given``; whoever saves it confirms having read it."""
    return [*_not_members(given), *_left_alone(given, besides), *_open_gaps(given), *_beside_others(given, besides)]


def _not_members(given: RemitGiven) -> list[str]:
    bodies = {part.body.pk: part.body for part in given.parts}
    held = Designation.objects.as_at(given.since.day).filter(body__in=bodies).values_list("body_id", flat=True)
    sentence = _("{body} holds no membership on {day}.")
    return [
        sentence.format(body=body.abbreviation, day=day_in_words(given.since.day, given.since.precision))
        for pk, body in bodies.items()
        if pk not in set(held)
    ]


def _left_alone(given: RemitGiven, besides: Remit | None) -> list[str]:
    """Say where the remit that ends leaves a cell empty because the new one spans less."""
    if besides is None or besides.starts_on >= given.since.day:
        return []
    here = {jurisdiction.pk for jurisdiction in given.jurisdictions}
    left = [j.name for j in besides.jurisdictions.all() if j.pk not in here]
    sentence = _("The present remit ends in {where} too, and nothing takes its place there.")
    return [sentence.format(where=", ".join(left))] if left else []


def _open_gaps(given: RemitGiven) -> list[str]:
    if not given.parts:
        return []
    gaps = CoverageGap.objects.in_use().filter(
        _overlapping(given.since.day, given.until.day if given.until else None),
        setting=given.setting,
        layer__in=Remit.layers_meeting(given.layer),
        jurisdictions__in=given.jurisdictions,
        kind_of_place="",
        kind_of_place_nl="",
    )
    sentence = _("A gap is recorded for this cell ({period}). End or correct it on the page of gaps.")
    return [sentence.format(period=period_in_words(gap)) for gap in gaps.distinct()]


def _beside_others(given: RemitGiven, besides: Remit | None) -> list[str]:
    """Name the bodies that hold the cell under another remit: two remits say nothing about how they divide the work."""
    bodies = {part.body_id for part in RemitBody.objects.filter(remit__in=_others(given, besides).order_by())}
    bodies -= {part.body.pk for part in given.parts}
    if not bodies or not given.parts:
        return []
    of_mechanism: Any = given.setting.mechanism.bodies.filter(pk__in=bodies)
    names = sorted(of_mechanism.abbreviations_on(date.today()).values())
    sentence = _("{bodies} hold the cell under a remit of their own. Put bodies that act together into one remit.")
    return [sentence.format(bodies=", ".join(names))]


def _others(given: RemitGiven, besides: Remit | None) -> Any:
    found = Remit.objects.in_cells(given.setting, given.jurisdictions, given.layer)
    found = found.filter(_overlapping(given.since.day, given.until.day if given.until else None))
    return found.exclude(pk=besides.pk) if besides else found


def _overlapping(first: date, until: date | None) -> Q:
    """Return the condition that a fact holds on a day from ``first`` until before ``until``."""
    starts_before = Q(starts_on__lt=until) if until else Q()
    return starts_before & (Q(ends_on=None) | Q(ends_on__gt=first))
