from datetime import date
from typing import Self

from django.db import models
from django.db.models import OuterRef, Prefetch, Q, Subquery
from django.utils.translation import gettext_lazy as _

from members.models.bilingual import BilingualName
from members.models.mechanism import Mechanism
from members.models.names import name_of_day, of_the_day_first
from members.models.register_memory import kept
from npmportal.models import DatedFact, DatedQuerySet
from npmportal.models.dated import never_two_at_once


class MemberBodyQuerySet(models.QuerySet["MemberBody"]):
    def members_as_at(self, on: date) -> Self:
        """Return the bodies that hold a membership on the day ``on``, of whatever status."""
        return self.filter(pk__in=Designation.objects.as_at(on).values("body_id"))

    def with_names_as_at(self, on: date) -> Self:
        """Load each body's name of the day ``on``, so that `name` and `abbreviation` need no query a row."""
        names = BodyName.objects.in_use().order_by(*of_the_day_first(on))
        return self.prefetch_related(Prefetch("names", names, to_attr="names_as_at"))

    def abbreviations_on(self, on: date) -> dict[int, str]:
        """Return each body's abbreviation of the day ``on`` by its key, in the bodies' order. One query."""
        names = BodyName.objects.in_use().filter(body=OuterRef("pk")).order_by(*of_the_day_first(on))
        rows = self.values_list("pk", "slug", Subquery(names.values("abbreviation")[:1]))
        return {pk: abbreviation or slug for pk, slug, abbreviation in rows}


class MemberBody(models.Model):  # type: ignore[django-manager-missing]
    """An inspectorate, commission or scheme that is (or was) part of a mechanism. Its names and status are dated."""

    known_to_network = Q()

    class Kind(models.TextChoices):
        INSPECTORATE = "inspectorate", _("inspectorate or regulator")
        LAY = "lay", _("lay monitors")
        COMMISSION = "commission", _("commission or commissioner")
        NHRI = "nhri", _("national human rights institution")
        ADVISORY = "advisory", _("advisory council")
        OMBUDSMAN = "ombudsman", _("ombudsman")
        OFFICE_HOLDER = "office_holder", _("office-holder")

    mechanism = models.ForeignKey(Mechanism, on_delete=models.PROTECT, related_name="bodies")
    slug = models.SlugField(_("short name in addresses"), max_length=40)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    jurisdictions = models.ManyToManyField("members.Jurisdiction", related_name="bodies", blank=True)
    works_note = models.CharField(_("where it works, in words"), max_length=300, blank=True)
    website = models.URLField(_("website"), blank=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = MemberBodyQuerySet.as_manager()

    class Meta:
        ordering = ["mechanism", "position", "pk"]
        verbose_name_plural = "member bodies"
        constraints = [
            models.UniqueConstraint(name="members_memberbody_one_per_slug", fields=["mechanism", "slug"]),
        ]
        permissions = [
            ("view_visits", "Can see the body’s visits, drafts included"),
            ("log_visits", "Can log visits for the body and change its drafts"),
            ("submit_visits", "Can submit the body’s visits"),
            ("approve_visits", "Can approve the body’s visits that somebody else submitted, return or withdraw them"),
            ("manage_body_people", "Can invite and retire the body’s people"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def current_name(self) -> "BodyName | None":
        """The name of the day asked for with `with_names_as_at`, else today's."""
        loaded: list[BodyName] | None = getattr(self, "names_as_at", None)
        if loaded:
            return loaded[0]
        return self.name_on(date.today())

    def name_on(self, on: date) -> "BodyName | None":
        """Return the name the body bore on the day ``on``, or the nearest one if it bore none."""
        # Not by `self.names`: the names outlive the request, and would take this body with them.
        names = BodyName.objects.in_use().filter(body_id=self.pk).order_by("starts_on")
        return name_of_day(kept(("names of", self.pk), lambda: list(names)), on)

    @property
    def name(self) -> str:
        found = self.current_name
        return found.name if found else self.slug

    @property
    def abbreviation(self) -> str:
        found = self.current_name
        return found.abbreviation if found else self.slug


class BodyName(BilingualName, DatedFact):
    """What a body was called from one day to another: HMIC until July 2017, HMICFRS since."""

    body = models.ForeignKey(MemberBody, on_delete=models.CASCADE, related_name="names")
    abbreviation = models.CharField(_("abbreviation"), max_length=20)

    class Meta(BilingualName.Meta, DatedFact.Meta):
        ordering = ["body", "starts_on", "pk"]
        constraints = [
            *BilingualName.Meta.constraints,
            *DatedFact.Meta.constraints,
            never_two_at_once("members_bodyname_one_name_at_a_time", "body"),
        ]


class Designation(DatedFact):
    """A body's standing in the mechanism from one day to another, and the act that gave it (OPCAT Article 17)."""

    class Status(models.TextChoices):
        DESIGNATED = "designated", _("designated member")
        INTERIM = "interim", _("interim member")
        ANTICIPATED = "anticipated", _("anticipated member")
        PARTICIPANT = "participant", _("participant")
        OBSERVER = "observer", _("observer")
        ASSOCIATE = "associate", _("associate")
        INVITEE = "invitee", _("invitee")

    body = models.ForeignKey(MemberBody, on_delete=models.CASCADE, related_name="designations")
    status = models.CharField(_("status"), max_length=12, choices=Status.choices)
    instrument = models.CharField(_("instrument"), max_length=200, blank=True)
    takes_part = models.BooleanField(
        _("takes part in the consultations"), null=True, help_text=_("Empty where it is not recorded.")
    )

    objects = DatedQuerySet.as_manager()  # type: ignore[misc]

    class Meta(DatedFact.Meta):
        ordering = ["body", "starts_on", "pk"]
        constraints = [
            *DatedFact.Meta.constraints,
            never_two_at_once("members_designation_one_status_at_a_time", "body"),
        ]

    def __str__(self) -> str:
        return f"{self.body} – {self.get_status_display()}"


def bodies_of(mechanism: Mechanism) -> dict[int, MemberBody]:
    """Return the bodies of ``mechanism`` by id, from memory as long as the register stands. Change none of them."""
    return kept(
        ("bodies", mechanism.pk), lambda: {body.pk: body for body in MemberBody.objects.filter(mechanism=mechanism)}
    )


def members_on(mechanism: Mechanism, on: date) -> set[int]:
    """Return the ids of the bodies that hold a membership of ``mechanism`` on the day ``on``, of whatever status."""
    return {
        body
        for body, starts_on, ends_on in kept(("members", mechanism.pk), lambda: _memberships(mechanism))
        if starts_on <= on and (ends_on is None or on < ends_on)
    }


def _memberships(mechanism: Mechanism) -> list[tuple[int, date, date | None]]:
    held = Designation.objects.in_use().filter(body__mechanism=mechanism)
    return list(held.values_list("body_id", "starts_on", "ends_on"))
