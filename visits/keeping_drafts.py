"""When what was typed and not saved ends by itself: its person leaves, or nobody has touched it for 30 days."""

from members.models import User
from npmportal.access import LOG_VISITS, grants_of
from visits.models import FormDraft


def forget_drafts_of(user: User) -> None:
    """Delete what ``user`` typed where they log visits no longer: everything, when the account is closed."""
    own = FormDraft.objects.filter(user=user)
    own.exclude(mechanism__in=grants_of(user).mechanisms(LOG_VISITS)).delete()


def sweep() -> None:
    """Delete what is forgotten, and what belongs to people whose role has run out. Safe to repeat."""
    FormDraft.objects.forgotten().delete()
    for user in User.objects.filter(pk__in=FormDraft.objects.values("user")):
        forget_drafts_of(user)
