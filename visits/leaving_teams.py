"""Who leaves a body leaves its teams: coming back later opens no plan that was secret then (security R-10)."""

from members.models import User
from visits.models import Plan, PlanMember


def leave_teams(user: User) -> None:
    """Take ``user`` out of the teams of the plans they may no longer know of, where the team is who knows them.

    Teams of open plans stay as they are: they say who went, and open nothing.
    """
    secret = PlanMember.objects.filter(user=user).exclude(plan__secrecy=Plan.Secrecy.OPEN)
    secret.exclude(plan__in=Plan.objects.of_team_with(user)).delete()
