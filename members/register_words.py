"""What the parts of a mechanism are called: a network has bodies, a single body has teams."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from members.models import Mechanism


@dataclass(frozen=True)
class Words:
    """The words of a profile."""

    bodies: Promise
    enter_body: Promise


NETWORK = Words(_("Bodies"), _("Enter a body"))
TEAMS = Words(_("The body and its teams"), _("Enter a body or a team"))


def words_of(mechanism: Mechanism) -> Words:
    """Return the words that fit the form of ``mechanism``."""
    return TEAMS if mechanism.profile == Mechanism.Profile.SINGLE_BODY else NETWORK
