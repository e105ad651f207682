"""What a mechanism still lacks: the first steps on its desk, and what is said before its pages open to everybody.

Everything is read from the records each time, in one query; nothing is ticked off by hand.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from members.models import (
    Affiliation,
    Coordination,
    DetentionSetting,
    ExpectedLayer,
    Invitation,
    Jurisdiction,
    LegalBasis,
    Mechanism,
    MechanismProfile,
    MemberBody,
    Remit,
)
from npmportal.access import MANAGE_MEMBERS, MANAGE_PEOPLE, grants_of


@dataclass(frozen=True)
class Need:
    """One thing a mechanism needs: what brings it about, and what is said while it is missing.

    ``name`` is the column of `_found` that tells whether it is there. Without a ``step`` it is no first step.
    """

    name: str
    url_name: str
    lacking: Promise
    mend: Promise
    of: str = ""  # the list or the kind of fact the address names
    right: str = MANAGE_MEMBERS
    step: Promise | str = ""


INVITE = _("Invite somebody")
NEEDS = (
    Need(
        "is_described",
        "members:mechanism_change",
        _("Nothing is written about it, or not how it is reached: “About” or “Contact” stays empty."),
        _("Change the mechanism"),
        step=_("Say what it is and how it is reached"),
    ),
    Need(
        "has_form_since",
        "members:fact_add",
        _("Since when it has its present form is not recorded."),
        _("Enter since when"),
        of="profiles",
    ),
    Need(
        "has_jurisdictions",
        "members:entry_add",
        _("There is no jurisdiction: the coverage has no columns."),
        _("Add a jurisdiction"),
        of="jurisdictions",
        step=_("Add the jurisdictions: a single one where the whole country has the same law"),
    ),
    Need(
        "has_settings",
        "members:entry_add",
        _("There is no detention setting: the coverage has no rows."),
        _("Add a detention setting"),
        of="settings",
        step=_("Add the detention settings: prisons, police cells, hospitals and others"),
    ),
    Need(
        "has_members",
        "members:body_add",
        _("No body is a member today: the list of members is empty."),
        _("Enter a body"),
        step=_("Enter the bodies that are members"),
    ),
    Need(
        "has_law_of_each",
        "members:desk_member_list",
        _("Not every member has a legal basis."),
        _("Open a member to enter it"),
    ),
    Need(
        "has_coordinator",
        "members:fact_add",
        _("Nobody is recorded as the coordinator."),
        _("Enter a coordinator"),
        of="coordination",
    ),
    Need(
        "has_remits",
        "members:remit_create",
        _("No remit is in force today: the coverage says of no cell who monitors it."),
        _("Record a remit"),
        step=_("Record who monitors what, setting by setting"),
    ),
    Need(
        "has_layers",
        "members:expected_layers",
        _("No setting says which layers of monitoring it is meant to have: cells without a monitor do not stand out."),
        _("Layers each setting should have"),
    ),
    Need(
        "has_two_administrators",
        "members:invite",
        _("There is one administrator only: nobody else can help when that account is lost."),
        INVITE,
        right=MANAGE_PEOPLE,
        step=_("Invite a second administrator"),
    ),
    Need(
        "has_staff",
        "members:invite",
        _("Nobody has the role of coordinator staff: nobody sees what the bodies submit."),
        INVITE,
        right=MANAGE_PEOPLE,
        step=_("Invite the coordinator’s staff"),
    ),
    Need(
        "has_lead_of_each",
        "members:invite",
        _("Not every member has a lead: nobody there logs visits or invites the body’s people."),
        INVITE,
        right=MANAGE_PEOPLE,
        step=_("Invite a lead for each member"),
    ),
)
# The role for which an open invitation is told beside the need.
INVITED = {"has_two_administrators": "administrator", "has_staff": "coordinator", "has_lead_of_each": "body_lead"}


@dataclass(frozen=True)
class Standing:
    """How one need stands for one reader."""

    need: Need
    url: str
    is_met: bool
    is_invited: bool  # somebody has a letter and has not come in yet


def needs_of(mechanism: Mechanism, user: Any) -> list[Standing]:
    """Return how the needs of ``mechanism`` stand, those that ``user`` has the right to see to. One query."""
    grants, found = grants_of(user), _found(mechanism, user)
    return [
        Standing(
            need=need,
            url=_address(need, mechanism),
            is_met=bool(found[need.name]),
            is_invited=bool(need.name in INVITED and found[INVITED[need.name]]),
        )
        for need in NEEDS
        if mechanism.pk in grants.on(need.right)
    ]


def first_steps(mechanism: Mechanism, user: Any) -> list[Standing]:
    """Return the steps that come first in a new mechanism, in their order; none once it is open to the public.

    An established mechanism costs no query: its desk says at once that there are none.
    """
    if mechanism.is_public or mechanism.pk not in grants_of(user).on(MANAGE_MEMBERS):
        return []
    return [standing for standing in needs_of(mechanism, user) if standing.need.step]


def lacks_for_a_remit(mechanism: Mechanism, user: Any) -> list[Standing]:
    """Return what has to be entered before anybody can record who monitors what; asked of new mechanisms alone."""
    before = ("has_jurisdictions", "has_settings", "has_members")
    found = [] if mechanism.is_public else needs_of(mechanism, user)
    return [standing for standing in found if standing.need.name in before and not standing.is_met]


def _address(need: Need, mechanism: Mechanism) -> str:
    argument = {"members:entry_add": "entries", "members:fact_add": "kind"}.get(need.url_name)
    address = reverse(need.url_name, kwargs={"npm": mechanism.slug} | ({argument: need.of} if argument else {}))
    return f"{address}?role={INVITED[need.name]}" if need.name in INVITED else address


def _found(mechanism: Mechanism, user: Any) -> dict[str, Any]:
    """Return for each need whether it is met, and for each role of INVITED whether a letter is on its way."""
    today = date.today()
    members = MemberBody.objects.filter(mechanism=OuterRef("pk")).members_as_at(today)
    held = Affiliation.objects.as_at(today).filter(user__is_active=True)
    letters = Invitation.objects.filter(Q(mechanism=OuterRef("pk")) | Q(body__mechanism=OuterRef("pk")))
    letters = letters.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=timezone.now())
    columns: dict[str, Any] = {
        "is_described": ~Q(about_en="", about_nl="") & ~Q(contact=""),
        "has_form_since": _any(MechanismProfile.objects.as_at(today)),
        "has_jurisdictions": _any(Jurisdiction.objects.all()),
        "has_settings": _any(DetentionSetting.objects.all()),
        "has_members": Exists(members),
        "has_law_of_each": ~Exists(members.exclude(pk__in=LegalBasis.objects.as_at(today).values("body"))),
        "has_coordinator": Q(profile=Mechanism.Profile.SINGLE_BODY) | Q(_any(Coordination.objects.as_at(today))),
        "has_remits": _any(Remit.objects.as_at(today), "setting__mechanism"),
        "has_layers": _any(ExpectedLayer.objects.as_at(today), "setting__mechanism"),
        "has_two_administrators": _any(held.filter(role="administrator").exclude(user=user.pk)),
        "has_staff": _any(held.filter(role="coordinator")),
        "has_lead_of_each": Exists(members)
        & ~Exists(members.exclude(pk__in=held.filter(role="body_lead", body__isnull=False).values("body"))),
        **{role: Exists(letters.filter(role=role)) for role in INVITED.values()},
    }
    return dict(Mechanism.objects.filter(pk=mechanism.pk).order_by().values(**columns).get())


def _any(rows: Any, path: str = "mechanism") -> Exists:
    return Exists(rows.filter(**{path: OuterRef("pk")}))
