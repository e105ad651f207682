"""Records of keeping the list of people right: reviews of leavers, lost second factors, roles given by two."""

import uuid
from datetime import date, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models.body import MemberBody
from members.models.mechanism import Mechanism
from members.models.person import ROLE_CHOICES, Affiliation, User
from npmportal.access import CONVENE, MANAGE_BODY_PEOPLE, MANAGE_PEOPLE, grants_of

REVIEW_TAKES = timedelta(days=28)
REQUEST_WAITS = timedelta(days=7)


def quarter_of(day: date) -> date:
    """Return the first day of the calendar quarter ``day`` is in."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


class PeopleReviewQuerySet(models.QuerySet["PeopleReview"]):
    def waiting(self) -> Self:
        """Return the reviews nobody has confirmed yet."""
        return self.filter(confirmed_at=None)

    def overdue(self) -> Self:
        """Return the waiting reviews whose day has passed."""
        return self.waiting().filter(due_on__lt=date.today())

    def manageable_by(self, user: Any) -> Self:
        """Return the reviews ``user`` may confirm: a lead the own body's, an administrator every one."""
        grants = grants_of(user)
        mechanisms, bodies = grants.on(MANAGE_PEOPLE), grants.on(MANAGE_BODY_PEOPLE)
        return self.filter(Q(body__mechanism__in=mechanisms) | Q(body__in=bodies))

    def open_quarter(self, day: date) -> int:
        """Add the review of ``day``'s quarter for each body that has people; return how many are new.

        A quarter that nobody confirmed gives way to the next: there is one list to confirm, not a stack of them.
        """
        starts_on = quarter_of(day)
        held = Affiliation.objects.as_at(day).filter(user__is_active=True, body__isnull=False)
        bodies = set(held.order_by().values_list("body", flat=True).distinct())
        bodies -= set(self.filter(quarter_starts_on=starts_on).values_list("body", flat=True))
        due_on = max(starts_on, day) + REVIEW_TAKES
        new = [PeopleReview(body_id=body, quarter_starts_on=starts_on, due_on=due_on) for body in bodies]
        return len(PeopleReview.objects.bulk_create(new, ignore_conflicts=True))

    def latest_of_bodies(self) -> Self:
        """Return of each body the newest review alone."""
        newest = PeopleReview.objects.filter(body=models.OuterRef("body")).order_by("-quarter_starts_on")
        return self.filter(pk=models.Subquery(newest.values("pk")[:1]))


class PeopleReview(models.Model):
    """A body's quarterly look at its list of people: who is still there. One row a body and quarter."""

    body = models.ForeignKey(MemberBody, on_delete=models.CASCADE, related_name="people_reviews")
    quarter_starts_on = models.DateField(_("quarter"))
    due_on = models.DateField(_("due"))
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    people = models.PositiveIntegerField(_("people on the list confirmed"), null=True, blank=True)

    objects = PeopleReviewQuerySet.as_manager()

    class Meta:
        ordering = ["-quarter_starts_on", "body"]
        constraints = [
            models.UniqueConstraint(name="members_peoplereview_one_a_quarter", fields=["body", "quarter_starts_on"]),
            models.CheckConstraint(
                name="members_peoplereview_confirmed_by_somebody",
                condition=Q(confirmed_at=None, confirmed_by=None)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.body}, {self.quarter_starts_on}"

    @property
    def is_overdue(self) -> bool:
        return self.confirmed_at is None and self.due_on < date.today()

    @property
    def quarter(self) -> int:
        """The number of the quarter in its year, 1 to 4."""
        return (self.quarter_starts_on.month + 2) // 3

    def people_now(self) -> list[User]:
        """Return the people with a role in the body that has not ended, by name: the list to confirm."""
        held = Affiliation.objects.not_ended().filter(body=self.body_id)
        return list(User.objects.filter(pk__in=held.values("user"), is_active=True).order_by("name", "pk"))


class FactorReset(models.Model):
    """That one person removed another's lost second factor, and how the other's identity was checked (R-23)."""

    class Check(models.TextChoices):
        IN_PERSON = "in_person", _("met in person, with an identity document")
        VIDEO = "video", _("seen on video, with an identity document")
        CALL_BACK = "call_back", _("called back on a number known before")

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="factor_resets")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    identity_check = models.CharField(_("how the identity was checked"), max_length=10, choices=Check.choices)
    note = models.CharField(_("what was checked"), max_length=300)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(name="members_factorreset_never_ones_own", condition=~Q(user=models.F("by"))),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.at}"


class RoleRequestQuerySet(models.QuerySet["RoleRequest"]):
    def waiting(self) -> Self:
        """Return what nobody has decided and is not older than a week: later the asker asks again."""
        return self.filter(state=RoleRequest.State.WAITING, asked_at__gt=timezone.now() - REQUEST_WAITS)

    def visible_to(self, user: Any) -> Self:
        """Return the requests ``user`` has a say in: of a mechanism whose people the person manages or which the
        person coordinates, and those for a body the person leads.
        """
        grants = grants_of(user)
        mechanisms = grants.on(MANAGE_PEOPLE) | grants.on(CONVENE)
        return self.filter(Q(mechanism__in=mechanisms) | Q(body__in=grants.on(MANAGE_BODY_PEOPLE)))

    def for_second_person(self, user: Any) -> Self:
        """Return the waiting requests on which ``user`` is asked to agree: neither asked for nor about ``user``."""
        mine = Q(asked_by=user.pk) | Q(affiliation__user=user.pk) | Q(email__iexact=user.email)
        return self.visible_to(user).waiting().exclude(mine)


class RoleRequest(models.Model):
    """That somebody wants to give a role of which nobody disposes alone, and another agreed or not (R-12, ADR 0019).

    ``mechanism`` is always said; ``body`` too where the role is held in a body. Agreed without ``decided_by`` it was
    by the operator of the installation, on the command line.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for a second person")
        AGREED = "agreed", _("agreed")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    mechanism = models.ForeignKey(Mechanism, on_delete=models.PROTECT, related_name="role_requests")
    body = models.ForeignKey(MemberBody, on_delete=models.PROTECT, null=True, blank=True, related_name="role_requests")
    role = models.CharField(_("role"), max_length=20, choices=ROLE_CHOICES, default="administrator")
    # Either the role that ends for it, or the address to invite.
    affiliation = models.ForeignKey(Affiliation, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    email = models.EmailField(_("e-mail address"), blank=True)
    name = models.CharField(_("name"), max_length=120)
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = RoleRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.CheckConstraint(
                name="members_rolerequest_agreed_by_another",
                condition=~Q(state="agreed")
                | (Q(decided_at__isnull=False) & (Q(decided_by=None) | ~Q(decided_by=F("asked_by")))),
            ),
            models.CheckConstraint(
                name="members_rolerequest_person_or_address",
                condition=Q(affiliation__isnull=False, email="") | (Q(affiliation=None) & ~Q(email="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.get_state_display()}"

    @property
    def scope(self) -> MemberBody | Mechanism:
        """The body or the mechanism the role is to be held in."""
        return self.body or self.mechanism

    @property
    def address(self) -> str:
        """The address of the person who would get the role."""
        return self.affiliation.user.email if self.affiliation else self.email

    def concerns(self, user: User) -> bool:
        """Tell whether ``user`` is the person who would get the role."""
        return self.address.casefold() == user.email.casefold()
