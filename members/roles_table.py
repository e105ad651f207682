"""The table of roles as pages and files print it: npmportal.access.ROLES, and who holds each role now."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import Mechanism
from npmportal.access import MANAGE_BODY_PEOPLE, MANAGE_PEOPLE, PERMISSIONS, ROLES, Role, grants_of, holdings

BODY = "members.MemberBody"
HELD_ON: dict[str, Promise] = {
    BODY: gettext_lazy("one body"),
    "members.Mechanism": gettext_lazy("the mechanism as a whole"),
}


@dataclass(frozen=True)
class PermissionRow:
    """One permission: its sentence, and for each role in the table's order whether it holds it."""

    sentence: Promise
    held_on: Promise
    held: list[bool]


@dataclass
class Holders:
    """Who holds a role in one body or the mechanism: how many, and their names where the reader may have them."""

    where: str
    count: int = 0
    names: list[str] = field(default_factory=list)


def permission_rows() -> list[PermissionRow]:
    """Return role × permission, as the code that enforces it has it."""
    return [
        PermissionRow(sentence, HELD_ON[scope], [name in role.permissions for role in ROLES.values()])
        for scope, permissions in PERMISSIONS.items()
        for name, sentence in permissions.items()
    ]


def holders_by_role(reader: Any, mechanism: Mechanism) -> list[tuple[Role, list[Holders]]]:
    """Return for each role who holds it today, by body. Four queries, however many people.

    Names are for those who manage these people (an administrator all, a lead the own body's); others get the number.
    """
    grants = grants_of(reader)
    names_all, names_of = mechanism.pk in grants.on(MANAGE_PEOPLE), grants.on(MANAGE_BODY_PEOPLE)
    where = {body.pk: body.name for body in mechanism.bodies.with_names_as_at(date.today())}
    order = [(BODY, pk) for pk in where] + [("members.Mechanism", mechanism.pk)]
    found: dict[str, dict[tuple[str, int], Holders]] = defaultdict(dict)
    for holding in sorted(holdings(mechanism), key=lambda h: h.name):
        key = holding.scope, holding.scope_id
        is_body = holding.scope == BODY
        entry = found[holding.role].setdefault(key, Holders(where[holding.scope_id] if is_body else mechanism.name))
        entry.count += 1
        if names_all or (is_body and holding.scope_id in names_of):
            entry.names.append(holding.name)
    return [(role, [found[name][key] for key in order if key in found[name]]) for name, role in ROLES.items()]


def csv_header() -> list[str]:
    """Return the head of the file: the role in words, then a column per permission, then how many hold it."""
    permissions = [str(sentence) for names in PERMISSIONS.values() for sentence in names.values()]
    return [_("role"), _("held on"), _("what it is"), *permissions, _("people who hold it")]


def csv_rows(reader: Any, mechanism: Mechanism) -> Iterator[list[Any]]:
    """Yield a line per role. Numbers only: a file travels further than a page."""
    permissions = [name for names in PERMISSIONS.values() for name in names]
    for role, holders in holders_by_role(reader, mechanism):
        held = [name in role.permissions for name in permissions]
        count = sum(entry.count for entry in holders)
        yield [str(role.label), str(HELD_ON[role.scope]), str(role.sentence), *held, count]
