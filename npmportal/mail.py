"""Letters: a few words and a link, never content (security R-19). Sent when what they tell about is stored."""

import logging
from dataclasses import dataclass
from smtplib import SMTPException
from typing import Any

from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import override

logger = logging.getLogger(__name__)


@dataclass
class Letter:
    """What became of a letter; known once the transaction has committed."""

    template: str
    is_sent: bool = False
    has_failed: bool = False


def send(*, template: str, to: str, context: dict[str, Any], language: str) -> Letter:
    """Write the letter `emails/<template>.txt` in ``language`` and send it to ``to`` after the commit.

    The first line of the template is the subject. ``context`` holds names and links, nothing confidential.
    The Letter returned tells, after the commit, whether the mail server took it; a failure is logged without address.
    """
    with override(language):
        subject, _break, body = render_to_string(f"emails/{template}.txt", context).strip().partition("\n")
    message = EmailMessage(subject=subject.strip(), body=body.strip() + "\n", to=[to])
    letter = Letter(template)
    transaction.on_commit(lambda: _deliver(message, letter))
    return letter


def _deliver(message: EmailMessage, letter: Letter) -> None:
    try:
        message.send()
    except (SMTPException, OSError) as error:
        letter.has_failed = True
        logger.warning("letter not sent", extra={"error_class": type(error).__name__})
    else:
        letter.is_sent = True
