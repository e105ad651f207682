"""The two menus: the public one of a mechanism, and the desk's, in which a person sees what the role opens."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django import template
from django.template.context import Context
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from npmportal import access

register = template.Library()


@dataclass(frozen=True)
class Entry:
    """One entry of a menu: words, the name of its address, the permissions of which one opens it, and the names of
    addresses beside its own whose pages belong to it."""

    label: Promise
    url_name: str
    permissions: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()


PUBLIC = (
    Entry(_("About"), "members:about"),
    Entry(_("Members"), "members:member_list", beside=("members:history",)),
    Entry(_("Coverage"), "members:coverage"),
    Entry(_("Reports"), "reports:public_report_list"),
    Entry(_("Contact"), "members:contact"),
)
DESK = (
    Entry(_("Desk"), "reports:desk_home"),
    Entry(_("Tasks"), "members:task_list"),
    Entry(
        _("Visits"),
        "visits:visit_list",
        (access.VIEW_VISITS, access.VIEW_SUBMITTED_VISITS),
        ("visits:search", "visits:question_list"),
    ),
    Entry(_("Plans"), "visits:plan_list", (access.VIEW_VISITS, access.REVIEW_VISITS)),
    Entry(_("Places"), "visits:place_list"),
    Entry(_("Members"), "members:desk_member_list"),
    Entry(_("Register"), "members:register", (access.MANAGE_MEMBERS,)),
    Entry(_("Coverage"), "members:desk_coverage", beside=("members:gaps",)),
    Entry(_("Meetings"), "members:meeting_list"),
    Entry(_("Reports"), "reports:report_list", (access.MAKE_REPORTS,)),
    Entry(
        _("People"),
        "members:people",
        (access.MANAGE_PEOPLE, access.MANAGE_BODY_PEOPLE),
        ("members:letters", "visits:files_waiting"),
    ),
    Entry(_("Activity"), "members:activity"),
)


@cache
def _address(name: str, npm: str) -> str:
    """Return the address of one of the pages named above: every page asks for all of them."""
    return reverse(name, kwargs={"npm": npm})


@register.simple_tag(takes_context=True)
def menu(context: Context) -> list[dict[str, Any]]:
    """Return the entries of the page's menu (label, url, is_current), none outside a mechanism."""
    mechanism, request, grants = (context.get(name) for name in ("mechanism", "request", "grants"))
    if not mechanism or not request or grants is None:
        return []
    in_desk = context.get("in_desk")
    entries = [
        entry
        for entry in (DESK if in_desk else PUBLIC)
        if not entry.permissions or any(mechanism.pk in grants.mechanisms(name) for name in entry.permissions)
    ]
    npm = mechanism.slug
    begins = {_address(name, npm): entry for entry in entries for name in (entry.url_name, *entry.beside)}
    home, current = next(iter(begins)), max(filter(request.path.startswith, begins), key=len, default="")
    # The first entry's address begins every other one: it is current only on its own page.
    here = begins[current] if current and (current != home or request.path == home) else None
    return [
        {"label": entry.label, "url": _address(entry.url_name, npm), "is_current": entry is here} for entry in entries
    ]
