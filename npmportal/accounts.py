"""How allauth behaves here: nobody signs up; people come in by invitation (security R-21)."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class InvitationOnlyAdapter(DefaultAccountAdapter):
    """Closes sign-up. An account is made by accepting an invitation (members.actions.people)."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
