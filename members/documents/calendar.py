"""Meetings as calendar files (RFC 5545).

A calendar lies outside the portal, in other people's hands: an entry says which group meets when and where, and links
to the meeting. No title (people write names into titles), no agenda, no organiser, no attendees (security R-18), no
reason of a cancellation. There are no feeds with a token in the address: one that leaked would outlive every role.
"""

from collections.abc import Callable, Iterable
from datetime import timedelta

import icalendar

from members.models import Meeting

PRODUCT = "-//NPM portal//Meetings//EN"
STATUS = {Meeting.State.CANCELLED: "CANCELLED"}


def calendar_of(meetings: Iterable[Meeting], link: Callable[[Meeting], str]) -> bytes:
    """Return the file with ``meetings``, each linked to the address that ``link`` gives."""
    calendar = icalendar.Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", PRODUCT)
    calendar.add("method", "PUBLISH")
    found = list(meetings)
    for meeting in found:
        calendar.add_component(_event(meeting, link(meeting)))
    if found:
        first = min(m.starts_at for m in found).date() - timedelta(days=400)
        last = max(m.ends_at for m in found).date() + timedelta(days=400)
        calendar.add_missing_timezones(first_date=first, last_date=last)
    return calendar.to_ical()


def _event(meeting: Meeting, url: str) -> icalendar.Event:
    group = meeting.group
    event = icalendar.Event()
    # The same for ever: a later file changes the entry instead of adding a second one.
    event.add("uid", f"{meeting.pk}@npm-portal")
    event.add("sequence", meeting.sequence)
    event.add("dtstamp", meeting.changed_at)
    event.add("dtstart", group.local(meeting.starts_at))
    event.add("dtend", group.local(meeting.ends_at))
    event.add("summary", group.name)
    event.add("description", url)
    event.add("url", url)
    if meeting.where:
        event.add("location", meeting.where)
    event.add("status", STATUS.get(Meeting.State(meeting.state), "CONFIRMED"))
    event.add("class", "PRIVATE")
    return event
