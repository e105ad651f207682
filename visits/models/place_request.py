"""Places that a body asks to have in the register.

A request is no fact of the register: it says what somebody could not find there, so the log of the register and its
triggers do not speak of it. What comes of it, a place, a code, is entered through the acts of the register.
"""

import uuid
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from members.models import DetentionSetting, Jurisdiction, Mechanism, MemberBody, User
from npmportal.access import LOG_VISITS, grants_of
from visits.models.place import Place, mechanisms_keeping_places


class PlaceRequestQuerySet(models.QuerySet["PlaceRequest"]):
    """The one place that says who reads which requests."""

    def visible_to(self, user: Any) -> Self:
        """Return the requests of the bodies ``user`` logs visits for, and of the registers the person keeps."""
        grants = grants_of(user)
        kept = mechanisms_keeping_places(grants)
        return self.filter(Q(body__in=grants.on(LOG_VISITS)) | Q(mechanism__in=kept))

    def waiting(self) -> Self:
        """Return those nobody has answered or taken back."""
        return self.filter(state=PlaceRequest.State.WAITING)

    def called(self, name: str) -> Self:
        """Return those for a place of this name, in capitals or not."""
        return self.alias(plain_name=Lower("name")).filter(plain_name=Lower(models.Value(name)))

    def for_list(self) -> Self:
        """Load what lists and the page of a request print."""
        return self.select_related("setting", "jurisdiction", "asked_by", "decided_by", "place", "body", "mechanism")


class PlaceRequest(models.Model):
    """That a body needs a place which is not in the register, and what became of that.

    It is tied to no visit and no plan, and says nothing of either: who will go there, when, or whether anybody will.
    For the same reason no letter goes out about it; asker and keepers of the register find it on their desks.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for an answer")
        ADDED = "added", _("added to the register")
        KNOWN = "known", _("is in the register")
        DECLINED = "declined", _("not added")
        WITHDRAWN = "withdrawn", _("taken back")

    ANSWERED_BY_A_PLACE = (State.ADDED, State.KNOWN)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    mechanism = models.ForeignKey(Mechanism, on_delete=models.PROTECT, related_name="+")
    body = models.ForeignKey(MemberBody, on_delete=models.PROTECT, related_name="+", verbose_name=_("body"))
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    form_key = models.UUIDField(editable=False)
    name = models.CharField(_("name of the place"), max_length=200)
    setting = models.ForeignKey(DetentionSetting, on_delete=models.PROTECT, related_name="+", verbose_name=_("setting"))
    jurisdiction = models.ForeignKey(
        Jurisdiction, on_delete=models.PROTECT, related_name="+", verbose_name=_("jurisdiction")
    )
    town = models.CharField(_("town"), max_length=100, blank=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    own_code = models.CharField(
        _("your body’s own code"),
        max_length=60,
        blank=True,
        help_text=_("What the place is called in your own system."),
    )
    note = models.CharField(
        _("note"),
        max_length=1000,
        blank=True,
        help_text=_("Say nothing here of a visit that is planned or of anybody who is held there."),
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    # Not hidden from the place: a merge points it to the record that is kept. Empty once the place has left the
    # register again (visits.struck_off): what was answered stays, and the page says so.
    place = models.ForeignKey(Place, on_delete=models.SET_NULL, null=True, related_name="requests")
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    objects = PlaceRequestQuerySet.as_manager()

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [
            models.CheckConstraint(name="visits_placerequest_has_a_name", condition=~Q(name="")),
            models.CheckConstraint(
                name="visits_placerequest_is_decided_by_somebody_or_waits",
                condition=Q(state="waiting", decided_at=None, decided_by=None)
                | ~Q(state="waiting") & Q(decided_at__isnull=False, decided_by__isnull=False),
            ),
            models.CheckConstraint(
                name="visits_placerequest_is_decided_after_it_was_asked",
                condition=Q(decided_at=None) | Q(decided_at__gte=F("asked_at")),
            ),
            models.CheckConstraint(
                name="visits_placerequest_only_two_answers_name_a_place",
                condition=Q(place=None) | Q(state__in=("added", "known")),
            ),
            models.CheckConstraint(
                name="visits_placerequest_is_declined_with_a_reason",
                condition=Q(state="declined") & ~Q(reason="") | ~Q(state="declined") & Q(reason=""),
            ),
            models.UniqueConstraint(
                "body", Lower("name"), name="visits_placerequest_waits_once", condition=Q(state="waiting")
            ),
            models.UniqueConstraint(name="visits_placerequest_one_per_form_sent", fields=["asked_by", "form_key"]),
        ]
        indexes = [
            models.Index(fields=["mechanism", "state", "asked_at", "id"], name="visits_placerequest_by_state"),
            models.Index(fields=["asked_by", "state", "decided_at"], name="visits_placerequest_of_asker"),
        ]

    def __str__(self) -> str:
        return "request for a place"

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.WAITING

    @property
    def has_lost_its_place(self) -> bool:
        """Whether the place that answered it has left the register since."""
        return self.state in self.ANSWERED_BY_A_PLACE and self.place_id is None
