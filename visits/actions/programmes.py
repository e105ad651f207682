"""The lines of a body's yearly programme, set by who leads the body."""

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from members.models import User
from npmportal import audit
from npmportal.access import MANAGE_BODY_PEOPLE, can
from visits.models import ProgrammeTarget

CHANGEABLE = ("target", "note")


class TargetRefused(Exception):
    """A line the programme cannot take; the message says why."""


@transaction.atomic
def set_target(*, target: ProgrammeTarget, by: User) -> ProgrammeTarget:
    """Add a line to the programme. Raises PermissionDenied, or TargetRefused where the programme has it already."""
    if not can(by, MANAGE_BODY_PEOPLE, target.body):
        raise PermissionDenied
    try:
        with transaction.atomic():
            target.save(force_insert=True)
    except IntegrityError as error:
        raise TargetRefused(_("The programme of this year has this line already: change it there.")) from error
    _record("programme.set", target, by)
    return target


@transaction.atomic
def change_target(*, target: ProgrammeTarget, expected_version: int, by: User) -> ProgrammeTarget:
    """Store another number or note. To lower a target asks for a note that says why.

    Raises PermissionDenied, or TargetRefused: also where somebody else has changed it since.
    """
    stored = ProgrammeTarget.objects.select_for_update(of=("self",)).select_related("body").get(pk=target.pk)
    if not can(by, MANAGE_BODY_PEOPLE, stored.body):
        raise PermissionDenied
    if stored.version != expected_version:
        raise TargetRefused(_("Somebody else has changed this line since you opened it. Look at it before you save."))
    if target.target < stored.target and (not target.note or target.note == stored.note):
        raise TargetRefused(_("Say in the note why the target is lower."))
    target.version = stored.version + 1
    target.save(update_fields=[*CHANGEABLE, "version"])
    _record("programme.changed", target, by)
    return target


def _record(action: str, target: ProgrammeTarget, by: User) -> None:
    body = target.body
    audit.record(action, by=by, obj=target, mechanism=body.mechanism_id, bodies=[body.pk])
