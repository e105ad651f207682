import uuid
from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.models.bilingual import BilingualName
from members.models.body import MemberBody
from members.models.mechanism import Mechanism
from members.models.person import User
from npmportal.access import CONVENE, grants_of


class WorkingGroupQuerySet(models.QuerySet["WorkingGroup"]):
    def visible_to(self, user: Any) -> Self:
        """Return the groups ``user`` keeps, and those in which the person or a body of the person has a seat today."""
        grants = grants_of(user)
        if not grants.mechanism_ids:
            return self.none()
        seats = GroupSeat.objects.as_at(date.today()).of(user)
        return self.filter(Q(mechanism__in=grants.on(CONVENE)) | Q(pk__in=seats.values("group")))

    def kept_by(self, user: Any) -> Self:
        """Return the groups whose meetings and seats ``user`` may change: those who convene, chairs, secretaries."""
        officers = GroupSeat.objects.as_at(date.today()).of(user).filter(standing__in=GroupSeat.OFFICERS)
        return self.visible_to(user).filter(
            Q(mechanism__in=grants_of(user).on(CONVENE)) | Q(pk__in=officers.values("group"))
        )

    def known_inside_to(self, user: Any) -> Self:
        """Return the groups whose minutes, decisions and inner papers ``user`` reads: not those of a mere invitee."""
        members = GroupSeat.objects.as_at(date.today()).of(user).exclude(standing=GroupSeat.Standing.INVITEE)
        return self.visible_to(user).filter(
            Q(mechanism__in=grants_of(user).on(CONVENE)) | Q(pk__in=members.values("group"))
        )


class WorkingGroup(BilingualName):
    """A steering group, a nation's subgroup, a thematic group, a consultation: bodies that meet."""

    class Kind(models.TextChoices):
        STEERING = "steering", _("steering group")
        NATION = "nation", _("subgroup of one jurisdiction")
        THEME = "theme", _("thematic group")
        CONSULTATION = "consultation", _("consultation of all members")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    mechanism = models.ForeignKey(Mechanism, on_delete=models.PROTECT, related_name="groups")
    kind = models.CharField(_("kind"), max_length=14, choices=Kind.choices)
    purpose = models.TextField(_("terms of reference"), blank=True)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until (exclusive)"), null=True, blank=True)

    objects = WorkingGroupQuerySet.as_manager()

    class Meta(BilingualName.Meta):
        ordering = ["mechanism", "kind", "name_en"]
        constraints = [
            *BilingualName.Meta.constraints,
            models.CheckConstraint(
                name="members_workinggroup_ends_after_it_starts",
                condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")),
            ),
        ]


class GroupSeatQuerySet(models.QuerySet["GroupSeat"]):
    def as_at(self, on: date) -> Self:
        """Return the seats that are held on the day ``on``."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gt=on), starts_on__lte=on)

    def of(self, user: Any) -> Self:
        """Return the seats of ``user``, in person or through a body the person works for."""
        grants = grants_of(user)
        return self.filter(
            Q(person=user.pk, group__mechanism__in=grants.mechanism_ids) | Q(person=None, body__in=grants.body_ids)
        )


class GroupSeat(models.Model):
    """A body's (or a person's) seat in a group from one day to another. An invitee is no member and sees less."""

    class Standing(models.TextChoices):
        CHAIR = "chair", _("chair")
        SECRETARY = "secretary", _("secretary")
        MEMBER = "member", _("member")
        INVITEE = "invitee", _("invitee")

    OFFICERS = (Standing.CHAIR, Standing.SECRETARY)

    group = models.ForeignKey(WorkingGroup, on_delete=models.CASCADE, related_name="seats")
    body = models.ForeignKey(MemberBody, on_delete=models.PROTECT, null=True, blank=True, related_name="seats")
    person = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="seats")
    # Somebody without an account, such as an outside chair or an invited organisation. Sees nothing here.
    guest = models.CharField(_("guest"), max_length=200, blank=True)
    standing = models.CharField(_("standing"), max_length=10, choices=Standing.choices)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until (exclusive)"), null=True, blank=True)

    objects = GroupSeatQuerySet.as_manager()

    class Meta:
        ordering = ["group", "standing", "starts_on"]
        constraints = [
            models.CheckConstraint(
                name="members_groupseat_somebody_holds_it",
                condition=~Q(body=None) | ~Q(person=None) | ~Q(guest=""),
            ),
            models.CheckConstraint(
                name="members_groupseat_ends_no_earlier_than_it_starts",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.holder} – {self.get_standing_display()}"

    @property
    def holder(self) -> str:
        """Who holds the seat, in words."""
        return str(self.person or self.body or self.guest)
