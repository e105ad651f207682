"""Planned visits as a calendar file (RFC 5545), for those who know the days.

A calendar lies outside the portal, on telephones and in other people's clouds: an entry of a plan that is not open says
“Visit” and its days, no place; none says who goes, why, or what is in the note.
"""

from collections.abc import Callable, Iterable
from datetime import timedelta

import icalendar
from django.utils.translation import gettext as _

from visits.models import Plan

PRODUCT = "-//NPM portal//Visits//EN"


def calendar_of(plans: Iterable[Plan], link: Callable[[Plan], str]) -> bytes:
    """Return the file with ``plans``, each linked to the address that ``link`` gives."""
    calendar = icalendar.Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", PRODUCT)
    calendar.add("method", "PUBLISH")
    for plan in plans:
        calendar.add_component(_event(plan, link(plan)))
    return calendar.to_ical()


def _event(plan: Plan, url: str) -> icalendar.Event:
    event = icalendar.Event()
    # The same for ever: a later file changes the entry instead of adding a second one.
    event.add("uid", f"{plan.pk}@npm-portal")
    event.add("sequence", plan.version - 1)
    event.add("dtstamp", plan.updated_at)
    event.add("dtstart", plan.starts_on)
    event.add("dtend", plan.ends_on + timedelta(days=1))
    is_open = plan.secrecy == Plan.Secrecy.OPEN
    event.add("summary", _("Visit: %(place)s") % {"place": plan.where} if is_open else _("Visit"))
    event.add("description", url)
    event.add("url", url)
    is_off = plan.state in (Plan.State.CANCELLED, Plan.State.POSTPONED)
    event.add("status", "CANCELLED" if is_off else "CONFIRMED")
    event.add("class", "CONFIDENTIAL")
    return event
