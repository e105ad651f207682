"""Keeping what was typed and not saved. Nothing here is written down in the audit: it is no record (security R-52)."""

import uuid

from django.core.exceptions import PermissionDenied
from django.db import transaction

from members.models import Mechanism, User
from npmportal.access import LOG_VISITS, grants_of
from visits.models import FormDraft, Visit

MOST_KEPT = 40
MOST_CHARACTERS = 200_000  # the longest texts of the form together are 70,000
Typed = dict[str, list[str]]


class NotKept(Exception):
    """What was typed is too long, or the person keeps too many forms."""


class TooLong(NotKept):
    pass


class TooMany(NotKept):
    pass


@transaction.atomic
def keep_draft(*, by: User, mechanism: Mechanism, visit: Visit | None, form_key: uuid.UUID, data: Typed) -> bool:
    """Keep ``data`` as what ``by`` typed into the form with this key; tell whether it was kept.

    It is not, where the form was saved meanwhile. Raises TooLong, TooMany, and PermissionDenied where ``by`` logs no
    visits in ``mechanism``.
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
        "version": int(version) if version.isdecimal() and len(version) < 10 else None,
        "data": data,
    }
    FormDraft.objects.update_or_create(user=by, form_key=form_key, defaults=columns)
    return True


def throw_draft_away(*, by: User, form_key: uuid.UUID | None) -> None:
    """Forget what ``by`` typed into the form with this key: it was saved, or is not wanted any more."""
    if form_key:
        FormDraft.objects.filter(user=by, form_key=form_key).delete()
