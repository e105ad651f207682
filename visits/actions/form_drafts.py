"""Keeping what was typed and not saved. Nothing here is written down in the audit: it is no record (security R-52)."""

import re
import uuid
from collections.abc import Collection
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from members.models import Mechanism, User
from npmportal.access import LOG_VISITS, grants_of
from visits.models import FormDraft, Visit

MOST_KEPT = 40
MOST_CHARACTERS = 200_000  # the longest texts of the form together are 70,000
Typed = dict[str, list[str]]
# What the form of a part carries besides what is typed.
CARRIED = re.compile(r"version|seen|form_key|count|asked|choice_\w+|\w+_gone")


class NotKept(Exception):
    """What was typed is too long, or the person keeps too many forms."""


class TooLong(NotKept):
    pass


class TooMany(NotKept):
    pass


@transaction.atomic
def keep_draft(
    *, by: User, mechanism: Mechanism, visit: Visit | None, form_key: uuid.UUID, data: Typed, part: str = ""
) -> bool:
    """Keep ``data`` as what ``by`` typed into the form with this key, of ``visit`` or a ``part`` of its record.

    Tell whether it was kept: it is not, where the form was saved meanwhile. Raises TooLong, TooMany, and
    PermissionDenied where ``by`` logs no visits in ``mechanism``.
    """
    if mechanism.pk not in grants_of(by).mechanisms(LOG_VISITS):
        raise PermissionDenied
    if sum(len(name) + len(value) for name, values in data.items() for value in values) > MOST_CHARACTERS:
        raise TooLong
    if visit is None and Visit.objects.filter(created_by=by, form_key=form_key).exists():
        return False
    own = FormDraft.objects.filter(user=by)
    if not own.filter(form_key=form_key).exists() and own.count() >= MOST_KEPT:
        raise TooMany
    version = "".join(data.get("version", []))
    data = {name: [value.replace("\x00", "") for value in values] for name, values in data.items()}
    columns = {
        "mechanism": mechanism,
        "visit": visit,
        "part": part,
        "version": int(version) if version.isdecimal() and len(version) < 10 else None,
        "data": data,
    }
    FormDraft.objects.update_or_create(user=by, form_key=form_key, defaults=columns)
    return True


def throw_draft_away(*, by: User, form_key: uuid.UUID | None) -> None:
    """Forget what ``by`` typed into the form with this key: it was saved, or is not wanted any more."""
    if form_key:
        FormDraft.objects.filter(user=by, form_key=form_key).delete()


def hand_on_drafts(visits: Collection[Any]) -> None:
    """Keep what was typed into the forms of the visits with these keys, which go: for the form of a new visit.

    That form has no fields of the parts of a record: what was typed into one stands in the summary, line by line.
    """
    of_them = FormDraft.objects.filter(visit__in=visits)
    for draft in of_them.exclude(part=""):
        said = ((name, value) for name, values in draft.data.items() for value in values if value.strip())
        lines = [f"{name}: {value}" for name, value in said if not CARRIED.fullmatch(name)]
        FormDraft.objects.filter(pk=draft.pk).update(part="", data={"summary": ["\n".join(lines)]})
    of_them.update(visit=None, version=None)
