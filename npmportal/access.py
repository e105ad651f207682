"""The one door to django-guardian: roles, what each may do, and the questions the rest of the portal asks.

A body and role (or a mechanism and role) is a group with direct-foreign-key permissions on that body or mechanism.
Who is in which group follows from dated affiliations (members.models.affiliation_groups) and from nothing else. Every
question goes through ``Grants``; no other module imports guardian (ruff refuses it), so its traps (ADR 0003) are closed
here: model-wide permissions and the superuser flag give nothing, an inactive person gets nothing, nothing is kept
between requests, and a misspelt permission is an error, not a quiet "no".
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase
from guardian.utils import get_group_obj_perms_model

from npmportal.page_memory import forget

if TYPE_CHECKING:
    from members.models import User

__all__ = [
    "ROLES",
    "Grants",
    "GroupObjectPermissionBase",
    "Holding",
    "Role",
    "UserObjectPermissionBase",
    "can",
    "grants_of",
    "group_for",
    "holders",
    "holdings",
]

# Permissions on a member body.
VIEW_VISITS = "view_visits"
LOG_VISITS = "log_visits"
SUBMIT_VISITS = "submit_visits"
APPROVE_VISITS = "approve_visits"
MANAGE_BODY_PEOPLE = "manage_body_people"
# Permissions on a mechanism.
VIEW_SUBMITTED_VISITS = "view_submitted_visits"
REVIEW_VISITS = "review_visits"
MAKE_REPORTS = "make_reports"
MANAGE_MEMBERS = "manage_members"
MANAGE_PEOPLE = "manage_people"
CONVENE = "convene"

PERMISSIONS: dict[str, dict[str, Promise]] = {
    "members.MemberBody": {
        VIEW_VISITS: _("Can see the body’s visits, drafts included"),
        LOG_VISITS: _("Can log visits for the body and change its drafts"),
        SUBMIT_VISITS: _("Can submit the body’s visits"),
        APPROVE_VISITS: _("Can approve the body’s visits that somebody else submitted, return or withdraw them"),
        MANAGE_BODY_PEOPLE: _("Can invite and retire the body’s people"),
    },
    "members.Mechanism": {
        VIEW_SUBMITTED_VISITS: _("Can see the visits every body has submitted"),
        REVIEW_VISITS: _("Can ask about visits, return them, and approve where a body has no second lead"),
        MAKE_REPORTS: _("Can see and make the annual report"),
        MANAGE_MEMBERS: _("Can keep the register: bodies, names, designations, remits, gaps and lists"),
        MANAGE_PEOPLE: _("Can invite and retire people of the mechanism"),
        CONVENE: _("Can keep groups, meetings, minutes and tasks of the mechanism"),
    },
}


@dataclass(frozen=True)
class Role:
    """One line of the table of roles: what it is attached to, what it may do, and a sentence for people to read."""

    name: str
    scope: str
    label: Promise
    sentence: Promise
    permissions: tuple[str, ...]


ROLES: dict[str, Role] = {
    role.name: role
    for role in (
        Role(
            "body_lead",
            "members.MemberBody",
            _("Lead of a body"),
            _("Sees, logs, submits and approves the body’s visits and manages the body’s own people."),
            (VIEW_VISITS, LOG_VISITS, SUBMIT_VISITS, APPROVE_VISITS, MANAGE_BODY_PEOPLE),
        ),
        Role(
            "body_monitor",
            "members.MemberBody",
            _("Inspector or lay monitor"),
            _("Sees, logs and submits the body’s visits."),
            (VIEW_VISITS, LOG_VISITS, SUBMIT_VISITS),
        ),
        Role(
            "body_reader",
            "members.MemberBody",
            _("Reader in a body"),
            _("Sees the body’s visits and changes nothing."),
            (VIEW_VISITS,),
        ),
        Role(
            "coordinator",
            "members.Mechanism",
            _("Coordinator staff"),
            _(
                "Keeps the register and the meetings; sees what the bodies have submitted, asks about it "
                "or returns it, and makes the annual report."
            ),
            (VIEW_SUBMITTED_VISITS, REVIEW_VISITS, MAKE_REPORTS, MANAGE_MEMBERS, CONVENE),
        ),
        Role(
            "administrator",
            "members.Mechanism",
            _("Administrator"),
            _("Adds and retires bodies and people and keeps the register; reads no visit content."),
            (MANAGE_MEMBERS, MANAGE_PEOPLE),
        ),
    )
}

_SCOPE_OF = {codename: label for label, codenames in PERMISSIONS.items() for codename in codenames}


@dataclass(frozen=True)
class Grants:
    """Everything one person may do: for each permission the ids of the bodies or mechanisms it is held on."""

    held: dict[str, frozenset[int]] = field(default_factory=dict)
    within: dict[str, frozenset[int]] = field(default_factory=dict)  # the same by mechanism

    def on(self, permission: str) -> frozenset[int]:
        """Return the ids of the bodies (or mechanisms) on which ``permission`` is held; KeyError if there is none."""
        if permission not in _SCOPE_OF:
            raise KeyError(f"There is no permission “{permission}”.")
        return self.held.get(permission, frozenset())

    def mechanisms(self, permission: str) -> frozenset[int]:
        """Return the ids of the mechanisms in which ``permission`` is held, on the mechanism or on a body of it."""
        return self.within.get(permission, frozenset()) if self.on(permission) else frozenset()

    @property
    def mechanism_ids(self) -> frozenset[int]:
        """The ids of the mechanisms in which anything is held."""
        return frozenset().union(*self.within.values())

    @property
    def body_ids(self) -> frozenset[int]:
        """The ids of the bodies in which anything is held."""
        of_bodies = PERMISSIONS["members.MemberBody"]
        return frozenset().union(*(ids for name, ids in self.held.items() if name in of_bodies))

    def __contains__(self, permission: str) -> bool:
        """Tell, for templates and menus, whether ``permission`` is held anywhere."""
        return bool(self.on(permission))


NO_GRANTS = Grants()


def grants_of(user: Any) -> Grants:
    """Return what ``user`` may do now: nothing for the anonymous and the retired. One query, in a request at most."""
    if not getattr(user, "is_active", False) or not user.is_authenticated:
        return NO_GRANTS
    remembered: Grants | None = getattr(user, "_request_grants", None)
    return remembered if remembered is not None else _load(user)


def remember_for_request(user: Any) -> Grants:
    """Load the grants of the request's person once. The user object lives no longer than the request."""
    grants = grants_of(user)
    if grants is not NO_GRANTS:
        user._request_grants = grants
    return grants


@cache
def _question() -> str:
    """Return the statement that tells what a person holds. Every request begins with it: a third of two querysets.

    Names and mechanisms are looked up row by row, of which there are few: to plan joins took longer than to answer.
    """
    groups = apps.get_model("members.User").groups.through._meta.db_table
    parts = []
    for label in PERMISSIONS:
        scope = apps.get_model(label)
        of_body = f"(SELECT mechanism_id FROM {scope._meta.db_table} WHERE id = content_object_id)"
        mechanism = "content_object_id" if label == "members.Mechanism" else of_body
        parts.append(
            "SELECT (SELECT codename FROM auth_permission WHERE id = permission_id), content_object_id, "
            f"{mechanism} FROM {get_group_obj_perms_model(scope)._meta.db_table} WHERE group_id IN (TABLE mine)"
        )
    mine = f"WITH mine AS MATERIALIZED (SELECT group_id FROM {groups} WHERE user_id = %(user)s) "
    return mine + " UNION ALL ".join(parts)


def _load(user: "User") -> Grants:
    held, within = defaultdict(set), defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(_question(), {"user": user.pk})
        for codename, object_id, mechanism_id in cursor:
            held[codename].add(object_id)
            within[codename].add(mechanism_id)
    return Grants(*({codename: frozenset(ids) for codename, ids in found.items()} for found in (held, within)))


@dataclass(frozen=True)
class Holding:
    """That a person holds a role in one body or mechanism now, and the permissions it gives there."""

    user_id: int
    name: str
    role: str
    scope: str  # as in PERMISSIONS
    scope_id: int
    permissions: frozenset[str]


def holdings(mechanism: models.Model, bodies: Iterable[int] = ()) -> list[Holding]:
    """Return every role an active person holds in ``mechanism``, in a body of it or in one of ``bodies``.

    `_load` turned round, over the same rows, so that nobody is left out who passes `can`. Two queries.
    """
    found: dict[tuple[str, int, int, str], tuple[str, set[str]]] = {}
    for label in PERMISSIONS:
        is_whole = label == "members.Mechanism"
        own = Q(content_object=mechanism.pk) if is_whole else Q(content_object__mechanism=mechanism.pk)
        rows = get_group_obj_perms_model(apps.get_model(label)).objects.filter(group__user__is_active=True)
        rows = rows.filter(own if is_whole else own | Q(content_object__in=list(bodies)))
        columns = ("group__user", "group__user__name", "group__name", "content_object_id", "permission__codename")
        for user_id, name, group, object_id, codename in rows.values_list(*columns):
            role = group.partition(":")[0]
            found.setdefault((label, object_id, user_id, role), (name, set()))[1].add(codename)
    return [
        Holding(user_id, name, role, label, object_id, frozenset(permissions))
        for (label, object_id, user_id, role), (name, permissions) in found.items()
    ]


def holders(permission: str, of: Q) -> dict[int, frozenset[int]]:
    """Return the active people who hold ``permission`` on the bodies (or mechanisms) ``of``, by body. One query."""
    scope = apps.get_model(_SCOPE_OF[permission])
    rows = get_group_obj_perms_model(scope).objects.filter(permission__codename=permission, group__user__is_active=True)
    scopes = scope._default_manager.filter(of)
    found: dict[int, set[int]] = {}
    for object_id, user_id in rows.filter(content_object__in=scopes).values_list("content_object_id", "group__user"):
        found.setdefault(object_id, set()).add(user_id)
    return {object_id: frozenset(ids) for object_id, ids in found.items()}


def can(user: Any, permission: str, obj: models.Model) -> bool:
    """Tell whether ``user`` holds ``permission`` on ``obj``, a member body or a mechanism.

    Raises KeyError for a permission that does not exist or belongs to the other kind of object.
    """
    if _SCOPE_OF[permission] != obj._meta.label:
        raise KeyError(f"“{permission}” is not a permission on {obj._meta.label}.")
    return obj.pk in grants_of(user).on(permission)


def group_for(role: str, scope: models.Model) -> Group:
    """Return the group of ``role`` on ``scope`` (a body or mechanism), with the table's permissions and no others."""
    definition = ROLES[role]
    if definition.scope != scope._meta.label:
        raise KeyError(f"The role “{role}” is not a role on {scope._meta.label}.")
    group, _created = Group.objects.get_or_create(name=group_name(role, scope))
    rows: Any = get_group_obj_perms_model(scope)
    held = rows.objects.filter(group=group, content_object=scope.pk)
    present = dict(held.values_list("permission__codename", "pk"))
    if surplus := present.keys() - definition.permissions:
        held.filter(pk__in=[present[name] for name in surplus]).delete()
    if missing := set(definition.permissions) - present.keys():
        of_scope = Permission.objects.filter(content_type=ContentType.objects.get_for_model(scope))
        ids = dict(of_scope.values_list("codename", "pk"))
        new = [rows(group=group, permission_id=ids[name], content_object=scope) for name in missing]
        rows.objects.bulk_create(new, ignore_conflicts=True)
    return group


def group_name(role: str, scope: models.Model) -> str:
    """Return the name of the group of ``role`` on ``scope``."""
    return f"{role}:{scope._meta.model_name}:{scope.pk}"


def set_groups(user: "User", groups: list[Group]) -> None:
    """Make ``groups`` the only ones ``user`` is in, and forget what was remembered for the running request."""
    user.groups.set(groups)
    forget(user)
