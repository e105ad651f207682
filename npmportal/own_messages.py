"""What the portal says on the next page (“The visit has been logged”) is for the person it was said to.

Such messages lie in a cookie until a page prints them, and may name a visit. They are signed for the person: on a
browser in which somebody has signed out, or whose session has ended in any way, they are as good as forged and not
shown.
"""

from typing import Any

from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage
from django.core import signing


class CookieOfOnePerson(CookieStorage):
    """Django's own, except that the signature holds for one person (or for nobody who is signed in)."""

    @property
    def signer(self) -> Any:
        """The person is asked for when something is read or kept: until then somebody may sign in or out."""
        return signing.get_cookie_signer(salt=f"{self.key_salt} of {self.request.user.pk or 'nobody'}")

    @signer.setter
    def signer(self, _of_anybody: Any) -> None:
        """Leave the one out that Django sets."""


class MessagesOfOnePerson(FallbackStorage):
    """What is too long for a cookie lies in the session and ends with it."""

    storage_classes = (CookieOfOnePerson, SessionStorage)
