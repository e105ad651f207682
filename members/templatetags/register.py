"""How templates print dated facts."""

from typing import Any

from django import template

from members import periods
from members.coverage.matrix import Cell, Matrix

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
