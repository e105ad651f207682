"""Letters: a few words and a link, never content (security R-19). Sent when what they tell about is stored.

Every letter leaves a MailRecord: which letter, to whom, and whether the mail server took it; neither address nor words.
A letter is sent by the process that writes it, after the commit. It is not left to the worker: an invitation holds a
secret of which only a hash is stored, so it could be written neither later nor by somebody else without keeping the
secret, or the whole letter, in the database or in Redis (security R-55). What a slow mail server can cost a page
is bounded by EMAIL_TIMEOUT; letters to many (the digest) are written by the worker anyway.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from smtplib import SMTPException
from typing import Any

from django.core.mail import EmailMessage
from django.db import models, transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import override

from npmportal.models import MailRecord

logger = logging.getLogger(__name__)
LOST = "Lost"  # the error of a letter whose process ended before it could tell what became of it
WAITS_AT_MOST = timedelta(hours=1)
REFUSALS = (SMTPException, OSError, ValueError)  # ValueError: an address or subject that no mail can have


@transaction.atomic
def send(
    *,
    template: str,
    to: str,
    context: dict[str, Any],
    language: str,
    user: Any = None,
    obj: models.Model | None = None,
    day: date | None = None,
) -> MailRecord:
    """Write the letter `emails/<template>.txt` in ``language`` and send it to ``to`` after the commit.

    The first line of the template is the subject. ``context`` holds names and links, nothing confidential. ``user`` is
    who gets it, ``obj`` what it belongs to where there is no account yet. With ``day`` there is one such letter to the
    person on that day: a second one raises IntegrityError.
    The record returned tells, after the commit, whether the mail server took it; a failure is logged without address.
    """
    with override(language):
        subject, _break, body = render_to_string(f"emails/{template}.txt", context).strip().partition("\n")
    message = EmailMessage(subject=subject.strip(), body=body.strip() + "\n", to=[to])
    record = _record(template, user, obj, day)
    transaction.on_commit(lambda: _deliver(message, record))
    return record


@contextmanager
def recorded(*, template: str, user: Any = None) -> Iterator[MailRecord]:
    """Keep a record of the letter that the block sends by its own means (allauth's); a refusal ends in the record."""
    record = _record(template, user, None, None)
    try:
        yield record
    except REFUSALS as error:
        _settle(record, MailRecord.State.FAILED, type(error).__name__)
        logger.warning("letter not sent", extra={"error_class": type(error).__name__})
    else:
        _settle(record, MailRecord.State.SENT)


def give_up_waiting() -> int:
    """Mark as failed the letters whose process ended between the commit and the mail server; return how many.

    Whether such a letter went out nobody knows: it is said to be lost, and nothing sends it again by itself.
    """
    late = MailRecord.objects.filter(state=MailRecord.State.WAITING, written_at__lt=timezone.now() - WAITS_AT_MOST)
    return late.update(state=MailRecord.State.FAILED, error=LOST, settled_at=timezone.now())


def _record(template: str, user: Any, obj: models.Model | None, day: date | None) -> MailRecord:
    return MailRecord.objects.create(
        template=template[-60:],
        user=user if getattr(user, "pk", None) else None,
        object_type=obj._meta.label_lower if obj else "",
        object_id=str(obj.pk) if obj else "",
        day=day,
    )


def _deliver(message: EmailMessage, record: MailRecord) -> None:
    try:
        message.send()
    except REFUSALS as error:
        _settle(record, MailRecord.State.FAILED, type(error).__name__)
        logger.warning("letter not sent", extra={"error_class": type(error).__name__})
    else:
        _settle(record, MailRecord.State.SENT)


def _settle(record: MailRecord, state: str, error: str = "") -> None:
    record.state, record.error, record.settled_at = state, error[:80], timezone.now()
    record.save(update_fields=["state", "error", "settled_at"])
