"""Keep guardian's groups in step with affiliations: the only code that changes who is in which group."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet

from members.models.body import Designation
from members.models.person import Affiliation, User
from npmportal import access


def sync_groups(user: User) -> None:
    """Put ``user`` into exactly the groups today's affiliations give; a retired person is in none (security R-10)."""
    access.set_groups(user, [access.group_for(a.role, a.scope) for a in _that_give_rights(user)])


def _that_give_rights(user: User) -> Iterable[Affiliation]:
    """Return today's affiliations, but those in a body that has left the mechanism (ADR 0016)."""
    if not user.is_active:
        return []
    today = user.affiliations.as_at(date.today()).select_related("body", "mechanism")
    return today.exclude(body__in=bodies_that_left(date.today()))


def bodies_that_left(on: date) -> QuerySet[Designation]:
    """Return the ids of the bodies that were designated once, and are not on the day ``on`` nor later.

    A body of which no designation was ever recorded has not left: it is being entered.
    """
    lasting = Designation.objects.filter(Q(ends_on=None) | Q(ends_on__gt=on))
    left = Designation.objects.exclude(body__in=lasting.values("body"))
    return left.order_by().values("body").distinct()  # type: ignore[return-value]


def strays() -> list[User]:
    """Return the people whose groups are not those their affiliations give: none, if every step went through actions.

    Somebody with a group and no affiliation at all is found too.
    """
    people = User.objects.filter(Q(groups__isnull=False) | Q(affiliations__isnull=False)).distinct()
    return [user for user in people.prefetch_related("groups") if is_astray(user)]


def is_astray(user: User) -> bool:
    """Tell whether the groups of ``user`` are not those the affiliations give today. Two queries."""
    wanted = {access.group_name(a.role, a.scope) for a in _that_give_rights(user)}
    return {group.name for group in user.groups.all()} != wanted
