"""A mechanism is founded, described, and one day shown to the public."""

import re
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from members.actions.register_changes import check_seen, record_change, values_of
from members.actions.register_facts import RegisterError
from members.actions.sources import find_or_write
from members.models import Affiliation, Mechanism, MechanismProfile, RegisterChange, Source, User
from members.models.affiliation_groups import sync_groups
from members.slugs import is_reserved
from npmportal import audit
from npmportal.access import MANAGE_MEMBERS, MANAGE_PEOPLE, grants_of
from npmportal.models.dated import Precision

ROLE = "administrator"


def may_found(user: Any) -> bool:
    """Tell whether ``user`` may found a mechanism: whoever administers one keeps both its register and its people."""
    grants = grants_of(user)
    return bool(grants.mechanisms(MANAGE_MEMBERS) & grants.mechanisms(MANAGE_PEOPLE))


@transaction.atomic
def create_mechanism(*, values: dict[str, Any], source: dict[str, Any], by: User, is_first: bool = False) -> Mechanism:
    """Found an empty mechanism, hidden from the public, with ``by`` as its first administrator; return it (ADR 0015).

    No right on anything that exists is raised: the role is held in the new mechanism alone. ``is_first`` is for the
    command line, where nobody administers anything yet. Raises PermissionDenied and RegisterError.
    """
    if not (is_first or may_found(by)):
        raise PermissionDenied
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", values["slug"]) or len(values["slug"]) > 20:
        raise RegisterError(_("Use small letters, digits and hyphens only, at most 20."), "slug")
    if is_reserved(values["slug"]):
        raise RegisterError(_("The portal uses this word itself. Choose another."), "slug")
    if Mechanism.objects.filter(slug=values["slug"]).exists():
        raise RegisterError(_("Another mechanism has this short name already."), "slug")
    stem = f"{values['slug']}-founding"
    quoted = Source.objects.create(slug=_free(stem), title=source["title"], url=source["url"], dated=source["dated"])
    mechanism = Mechanism.objects.create(**values, source=quoted, is_public=False)
    Source.objects.filter(pk=quoted.pk).update(mechanism=mechanism)
    if mechanism.established_on:
        since = {"starts_on": mechanism.established_on, "starts_precision": Precision.DAY}
        MechanismProfile.objects.create(mechanism=mechanism, profile=mechanism.profile, source=quoted, **since)
    Affiliation.objects.create(user=by, mechanism=mechanism, role=ROLE, starts_on=date.today())
    sync_groups(by)
    _trace(RegisterChange.Act.CHANGE, mechanism, by, {}, values_of(mechanism), effective_on=mechanism.established_on)
    audit.record("mechanism.founded", by=by, obj=mechanism, mechanism=mechanism, role=ROLE)
    return mechanism


@transaction.atomic
def change_mechanism(
    *,
    mechanism: Mechanism,
    values: dict[str, Any],
    source: dict[str, Any] | None,
    reason: str,
    by: User,
    seen: str | None = None,
) -> Mechanism:
    """Change what the mechanism says of itself, with the reason; return it. ChangedSince if it is not as ``seen``."""
    mechanism = Mechanism.objects.select_for_update(of=("self",), no_key=True).get(pk=mechanism.pk)
    check_seen(mechanism, seen)
    before = values_of(mechanism)
    for name, value in values.items():
        setattr(mechanism, name, value)
    if source:
        mechanism.source = find_or_write(mechanism=mechanism, **source)
    after = values_of(mechanism)
    if before == after:
        raise RegisterError(_("Nothing was changed: the entry says this already."))
    mechanism.save(update_fields=[*values, "source"])
    _trace(RegisterChange.Act.CORRECTION, mechanism, by, before, after, reason=reason)
    return mechanism


@transaction.atomic
def show_mechanism(*, mechanism: Mechanism, is_public: bool, reason: str, by: User) -> None:
    """Show the mechanism’s public pages to everybody, or hide them again with a reason."""
    mechanism = Mechanism.objects.select_for_update(of=("self",), no_key=True).get(pk=mechanism.pk)
    if mechanism.is_public == is_public:
        return
    mechanism.is_public = is_public
    mechanism.save(update_fields=["is_public"])
    act = RegisterChange.Act.CHANGE if is_public else RegisterChange.Act.CORRECTION
    _trace(act, mechanism, by, {"is_public": not is_public}, {"is_public": is_public}, reason=reason)


def _trace(act: str, mechanism: Mechanism, by: User, before: Any, after: Any, **more: Any) -> None:
    record_change(act=act, row=mechanism, mechanism=mechanism, by=by, before=before, after=after, **more)


def _free(stem: str) -> str:
    taken = set(Source.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    return next(s for s in (stem, *(f"{stem}-{n}" for n in range(2, len(taken) + 3))) if s not in taken)
