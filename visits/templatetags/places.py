"""How templates print the facts of places."""

from datetime import timedelta
from typing import Any

from django import template
from django.template.context import Context
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members import periods
from npmportal.models import Precision
from visits.actions.place_facts import may_keep_fact
from visits.place_fact_kinds import KINDS

register = template.Library()


@register.filter
def place_period(fact: Any) -> str:
    """Print when ``fact`` held; a place's fact may have no first day."""
    if fact.starts_on is not None:
        return periods.period_in_words(fact)
    if fact.ends_on is None:
        return _("no days recorded")
    last = fact.ends_on - timedelta(days=1) if fact.ends_precision == Precision.DAY else fact.ends_on
    return _("until {last}").format(last=periods.day_in_words(last, fact.ends_precision))


@register.filter
def place_position(place: Any) -> str:
    """Print where ``place`` lies: “52.0705° N, 4.3007° E”."""
    north, east = place.latitude, place.longitude
    return f"{abs(north):.4f}° {'N' if north >= 0 else 'S'}, {abs(east):.4f}° {'E' if east >= 0 else 'W'}"


@register.filter
def long_ago(days: int | None) -> str:
    """Print an interval as people say it: in days up to two months, then in months, from two years on in years."""
    if days is None:
        return ""
    if days < 0:
        return _("still to come")
    if days < 60:
        return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}
    months = round(days / 30.44)
    if months < 24:
        return ngettext("%(n)s month", "%(n)s months", months) % {"n": months}
    years = days // 365
    return ngettext("%(n)s year", "%(n)s years", years) % {"n": years}


@register.inclusion_tag("visits/_place_fact_acts.html", takes_context=True)
def place_fact_acts(context: Context, kind: str, row: Any) -> dict[str, Any]:
    """Print the links to end, correct and remove ``row``, for who may: of a code also the body whose own it is."""
    place, whose = context["place"], getattr(row, "body", None)
    return {
        "may_keep": may_keep_fact(context["request"].user, place, KINDS[kind], whose),
        "npm": context["mechanism"].slug,
        "place": place,
        "kind": kind,
        "row": row,
        "may_end": KINDS[kind].is_dated and kind != "names" and row.ends_on is None,
    }
