"""A person's own choice of when to be reminded, and sending a lost invitation again."""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from members.actions.invitations import invite, send_letter
from members.actions.people_rules import PeopleError
from members.models import Invitation, ReminderChoice, User
from npmportal import audit
from npmportal.models import MailRecord


@transaction.atomic
def choose_reminders(*, offsets: Iterable[int], by_mail: bool, language: str, by: User) -> ReminderChoice:
    """Keep when ``by`` wants to be reminded, whether by letter, and in which language."""
    values = {"offsets": sorted(offsets), "by_mail": by_mail, "language": language}
    choice, _created = ReminderChoice.objects.update_or_create(user=by, defaults=values)
    audit.record("reminders.chosen", by=by, offsets=values["offsets"], by_mail=by_mail, language=language)
    return choice


@transaction.atomic
def invite_again(*, invitation: Invitation, by: User) -> MailRecord:
    """Invite once more whom the letter of ``invitation`` did not reach. It is a new invitation: the old one ends.

    Raises PeopleError where the invitation was accepted or withdrawn, or asks for a second person; PermissionDenied
    where ``by`` may not invite there.
    """
    invitation = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    if invitation.accepted_at or invitation.withdrawn_at:
        raise PeopleError(_("This invitation was already accepted or withdrawn."))
    if not Invitation.objects.manageable_by(by).filter(pk=invitation.pk).exists():
        raise PermissionDenied
    given = {"email": invitation.email, "name": invitation.name, "role": invitation.role, "scope": invitation.scope}
    again, secret = invite(**given, by=by)  # type: ignore[arg-type]
    return send_letter(invitation=again, secret=secret)
