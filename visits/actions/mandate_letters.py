"""Letters a team shows at the gate. Asked for by those who may change the plan."""

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction

from members.models import Mechanism, User
from npmportal import audit, jobs
from npmportal.models import Job
from visits.actions.plans import may_change_plan
from visits.documents.mandate_letter import KIND
from visits.models import MandateLetter


@transaction.atomic
def make_letter(*, letter: MandateLetter, by: User) -> MandateLetter:
    """Store what the ``letter`` is to say and have the PDF made. PermissionDenied for who may not change the plan."""
    _check(letter, by)
    letter.made_by, letter.plan_version = by, letter.plan.version
    letter.save(force_insert=True)
    letter.job = jobs.enqueue(
        kind=KIND,
        key=f"{KIND}:{letter.pk}",
        by=by,
        mechanism=letter.plan.mechanism,
        arguments={"letter_id": str(letter.pk)},
    )
    letter.save(update_fields=["job"])
    _record("mandate.asked", letter, by)
    return letter


@transaction.atomic
def make_letter_again(*, letter: MandateLetter, by: User) -> bool:
    """Try a failed PDF again; return whether it was. Who tries asks for it from then on."""
    _check(letter, by)
    if letter.job is None or not jobs.retry(letter.job):
        return False
    Job.objects.filter(pk=letter.job.pk).update(requested_by=by)
    _record("mandate.retried", letter, by)
    return True


def languages_of(mechanism: Mechanism) -> list[tuple[str, str]]:
    """Return the languages a letter may be in, the network's main one first."""
    known: dict[str, Any] = dict(settings.LANGUAGES)
    wanted = [code for code in mechanism.languages if code in known]
    return [(code, str(known[code])) for code in [*wanted, *(c for c in known if c not in wanted)]]


def _check(letter: MandateLetter, by: User) -> None:
    if not may_change_plan(letter.plan_id, by):
        raise PermissionDenied


def _record(action: str, letter: MandateLetter, by: User) -> None:
    audit.record(action, by=by, obj=letter, mechanism=letter.plan.mechanism_id, bodies=[letter.plan.body_id])
