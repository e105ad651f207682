"""How templates print dated facts."""

from typing import Any

from django import template
from django.template.context import Context

from members import periods
from members.actions.register_facts import label_of
from members.coverage.matrix import Cell, Matrix
from members.register_kinds import KINDS

register = template.Library()


@register.filter
def period(fact: Any) -> str:
    """Print when ``fact`` held: “since July 2017”, “31 March 2009 to 2 December 2013”."""
    return periods.period_in_words(fact)


@register.filter
def first_day(fact: Any) -> str:
    """Print since when ``fact`` holds."""
    return periods.day_in_words(fact.starts_on, fact.starts_precision)


@register.filter
def where(cell: Cell, matrix: Matrix) -> str:
    """Print the jurisdictions that ``cell`` of ``matrix`` spans."""
    return ", ".join(str(column.name) for column in matrix.columns if column.slug in cell.jurisdictions)


@register.filter
def entry_label(row: Any) -> str:
    """Print what one entry of the register is called: “HMIC”, “designated member”."""
    return label_of(row)


@register.filter
def kind_of(row: Any) -> str:
    """Print the short name of the kind of fact ``row`` is, as it stands in addresses."""
    return next(kind.slug for kind in KINDS.values() if kind.model is type(row))


@register.filter
def happened(row: Any) -> str:
    """Print when a merger, split or takeover happened."""
    return periods.day_in_words(row.happened_on, row.happened_precision)


@register.filter
def event_day(event: Any) -> str:
    """Print the day of an event of a timeline, as exactly as it is known."""
    return periods.day_in_words(event.day, event.precision)


@register.inclusion_tag("members/_fact_acts.html", takes_context=True)
def fact_acts(context: Context, kind: str, row: Any) -> dict[str, Any]:
    """Print the links to end, correct and remove ``row``, for who keeps the register at the desk."""
    return {
        "may_keep": context.get("may_keep"),
        "npm": context["mechanism"].slug,
        "kind": kind,
        "row": row,
        "may_end": KINDS[kind].is_dated and row.ends_on is None,
        "label": label_of(row),
    }
