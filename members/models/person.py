import uuid
from datetime import date, timedelta
from typing import Any, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models.body import MemberBody
from members.models.mechanism import Mechanism
from npmportal.access import MANAGE_BODY_PEOPLE, MANAGE_PEOPLE, ROLES, grants_of

ROLE_CHOICES = [(role.name, role.label) for role in ROLES.values()]


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Return a new person; without ``password`` nobody can sign in with one until it is set."""
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):  # type: ignore[django-manager-missing]
    """A person with an account. What the person may do follows from affiliations alone."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("since"), default=timezone.now)
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="members_user_one_per_email_whatever_the_case"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0]


class ScopedQuerySet(models.QuerySet[Any]):
    """Rows that belong to a body or a mechanism and a role."""

    def manageable_by(self, user: Any) -> Self:
        """Return the rows ``user`` may manage: a lead those of the own body, an administrator all of the mechanism."""
        grants = grants_of(user)
        mechanisms, bodies = grants.on(MANAGE_PEOPLE), grants.on(MANAGE_BODY_PEOPLE)
        return self.filter(Q(mechanism__in=mechanisms) | Q(body__mechanism__in=mechanisms) | Q(body__in=bodies))


class AffiliationQuerySet(ScopedQuerySet):
    def as_at(self, on: date) -> Self:
        """Return the affiliations that hold on the day ``on``."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gt=on), starts_on__lte=on)

    def not_ended(self) -> Self:
        """Return the affiliations that hold today or may hold later: all there is to end when somebody leaves."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gt=date.today()))


def _belongs_to_one(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=name,
        condition=Q(body__isnull=True, mechanism__isnull=False) | Q(body__isnull=False, mechanism__isnull=True),
    )


class Affiliation(models.Model):
    """A person's role in a body or in a mechanism, from one day to another. The only thing that gives rights."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="affiliations")
    body = models.ForeignKey(MemberBody, on_delete=models.PROTECT, null=True, blank=True, related_name="affiliations")
    mechanism = models.ForeignKey(
        Mechanism, on_delete=models.PROTECT, null=True, blank=True, related_name="affiliations"
    )
    role = models.CharField(_("role"), max_length=20, choices=ROLE_CHOICES)
    starts_on = models.DateField(_("from"), default=date.today)
    ends_on = models.DateField(_("until (exclusive)"), null=True, blank=True)

    objects = AffiliationQuerySet.as_manager()

    class Meta:
        ordering = ["user", "starts_on"]
        constraints = [
            _belongs_to_one("members_affiliation_belongs_to_a_body_or_a_mechanism"),
            models.CheckConstraint(
                # A person may be retired on the day of arrival: the period is then empty, and gives nothing.
                name="members_affiliation_ends_no_earlier_than_it_starts",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
            models.UniqueConstraint(
                name="members_affiliation_one_open_role_in_a_body",
                fields=["user", "body", "role"],
                condition=Q(ends_on=None),
            ),
            models.UniqueConstraint(
                name="members_affiliation_one_open_role_in_a_mechanism",
                fields=["user", "mechanism", "role"],
                condition=Q(ends_on=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.get_role_display()}"

    @property
    def scope(self) -> MemberBody | Mechanism:
        """The body or the mechanism the role is in."""
        scope = self.body or self.mechanism
        assert scope is not None, "the database refuses an affiliation without either"
        return scope


def _in_a_day() -> Any:
    return timezone.now() + timedelta(hours=24)


class Invitation(models.Model):
    """A letter that lets one person in, once, within 24 hours (security R-21). Only a hash of its secret is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(_("e-mail address"))
    name = models.CharField(_("name"), max_length=120)
    body = models.ForeignKey(MemberBody, on_delete=models.PROTECT, null=True, blank=True, related_name="invitations")
    mechanism = models.ForeignKey(
        Mechanism, on_delete=models.PROTECT, null=True, blank=True, related_name="invitations"
    )
    role = models.CharField(_("role"), max_length=20, choices=ROLE_CHOICES)
    secret_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(default=_in_a_day)
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [_belongs_to_one("members_invitation_belongs_to_a_body_or_a_mechanism")]

    def __str__(self) -> str:
        return f"{self.email} – {self.get_role_display()}"

    @property
    def is_open(self) -> bool:
        return self.accepted_at is None and self.withdrawn_at is None and self.expires_at > timezone.now()

    @property
    def scope(self) -> MemberBody | Mechanism:
        """The body or the mechanism the person is invited into."""
        scope = self.body or self.mechanism
        assert scope is not None, "the database refuses an invitation without either"
        return scope
