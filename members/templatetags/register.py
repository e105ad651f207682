"""How templates print dated facts."""

from typing import Any

from django import template
from django.db import models
from django.template.context import Context
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from members import periods
from members.actions.register_facts import label_of
from members.coverage.matrix import Cell, Matrix
from members.models import MemberBody
from members.register_kinds import KINDS
from npmportal.access import (
    CONVENE,
    MAKE_REPORTS,
    MANAGE_BODY_PEOPLE,
    MANAGE_MEMBERS,
    MANAGE_PEOPLE,
    VIEW_SUBMITTED_VISITS,
)

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
def end_day(fact: Any) -> str:
    """Print from which day on ``fact`` holds no more."""
    return periods.day_in_words(fact.ends_on, fact.ends_precision)


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


# Who holds none of these reads of the own acts alone, and knows them.
READS_OF_OTHERS = (CONVENE, MANAGE_BODY_PEOPLE, MANAGE_MEMBERS, MANAGE_PEOPLE, MAKE_REPORTS, VIEW_SUBMITTED_VISITS)


@register.simple_tag(takes_context=True)
def activity_link(context: Context, record: models.Model) -> SafeString:
    """Print the link to what happened to ``record``, with a dot before it, for those who may read of others’ acts.

    Of a body it is what concerns the body, its part of the register included.
    """
    grants, mechanism = context.get("grants"), context.get("mechanism")
    if not mechanism or not grants or not any(permission in grants for permission in READS_OF_OTHERS):
        return SafeString("")
    is_body = isinstance(record, MemberBody)
    query = {"body": record.pk} if is_body else {"record": f"{record._meta.label_lower}:{record.pk}"}
    address = f"{reverse('members:activity', kwargs={'npm': mechanism.slug})}?{urlencode(query)}"
    return format_html(' · <a href="{}">{}</a>', address, _("Activity of this record"))
