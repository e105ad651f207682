"""Keep guardian's groups in step with affiliations: the only code that changes who is in which group."""

from datetime import date

from members.models.person import Affiliation, User
from npmportal import access


def sync_groups(user: User) -> None:
    """Put ``user`` into exactly the groups today's affiliations give; a retired person is in none (security R-10)."""
    affiliations = user.affiliations.as_at(date.today()).select_related("body", "mechanism") if user.is_active else []
    access.set_groups(user, [access.group_for(a.role, a.scope) for a in affiliations])


def sync_everybody() -> int:
    """Sync each person who has or had a role; return how many were looked at. Safe to run at any time."""
    people = User.objects.filter(pk__in=Affiliation.objects.values("user_id"))
    for user in people.iterator():
        sync_groups(user)
    return people.count()
