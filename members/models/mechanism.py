from copy import copy
from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from members.models.bilingual import BilingualName, in_language
from members.models.register_memory import kept
from members.public_holidays import CODE, LONGEST_CODE, calendar_name
from npmportal.access import grants_of
from npmportal.models import DatedFact
from npmportal.models.dated import never_two_at_once


class MechanismQuerySet(models.QuerySet["Mechanism"]):
    def visible_to(self, user: Any) -> Self:
        """Return the mechanisms in which ``user`` has a role: those whose desk the person may open."""
        return self.filter(pk__in=grants_of(user).mechanism_ids)

    def public_or_own(self, user: Any) -> Self:
        """Return the mechanisms whose public pages ``user`` may read: those shown to everybody, and one's own."""
        return self.filter(Q(is_public=True) | Q(pk__in=grants_of(user).mechanism_ids))

    def with_member_counts(self, on: date) -> Self:
        """Add `member_count`: how many bodies hold a membership on the day ``on``, of whatever status."""
        held = Q(bodies__designations__is_used=True, bodies__designations__starts_on__lte=on) & (
            Q(bodies__designations__ends_on=None) | Q(bodies__designations__ends_on__gt=on)
        )
        return self.annotate(member_count=Count("bodies", filter=held, distinct=True))


class Mechanism(BilingualName):  # type: ignore[django-manager-missing]
    """A National Preventive Mechanism (OPCAT Articles 3 and 17): one body or a network of several."""

    class Profile(models.TextChoices):
        NETWORK = "network", _("network of bodies with a coordinator")
        SINGLE_BODY = "single_body", _("single body")
        COORDINATING_CENTRE = "coordinating_centre", _("bodies with a coordinating centre that does not visit")
        FEDERAL = "federal", _("federal, with mechanisms of its parts")

    slug = models.SlugField(_("short name in addresses"), max_length=20, unique=True)
    country_en = models.CharField(_("country in English"), max_length=80)
    country_nl = models.CharField(_("country in Dutch"), max_length=80, blank=True)
    profile = models.CharField(_("form"), max_length=20, choices=Profile.choices)
    languages = models.JSONField(_("languages"), default=list, help_text=_("language codes, the first is the main one"))
    about_en = models.TextField(_("about it, in English"), blank=True)
    about_nl = models.TextField(_("about it, in Dutch"), blank=True)
    contact = models.TextField(_("how to reach it"), blank=True)
    reporting_year_starts_month = models.PositiveSmallIntegerField(_("first month of the reporting year"), default=1)
    established_on = models.DateField(_("designated on"), null=True, blank=True)
    is_public = models.BooleanField(
        _("shown to the public"), default=True, help_text=_("No while its register is still being entered.")
    )
    source = models.ForeignKey("members.Source", on_delete=models.PROTECT, related_name="+")

    objects = MechanismQuerySet.as_manager()

    class Meta(BilingualName.Meta):
        ordering = ["slug"]
        constraints = [
            *BilingualName.Meta.constraints,
            models.CheckConstraint(
                name="members_mechanism_month_is_a_month", condition=Q(reporting_year_starts_month__range=(1, 12))
            ),
        ]
        permissions = [
            ("view_submitted_visits", "Can see the visits every body has submitted"),
            ("review_visits", "Can ask about visits, return them, and approve where a body has no second lead"),
            ("make_reports", "Can see and make the annual report"),
            ("manage_members", "Can keep the register: bodies, names, designations, remits, gaps and lists"),
            ("manage_people", "Can invite and retire people of the mechanism"),
            ("convene", "Can keep groups, meetings, minutes and tasks of the mechanism"),
        ]

    @classmethod
    def named(cls, slug: str) -> "Mechanism | None":
        """Return the mechanism with this short name in addresses, from memory as long as the register stands.

        Every page of it begins so. Whether the reader may see it is for the page to ask.
        """
        found = kept("mechanisms", lambda: {row.slug: row for row in cls.objects.all()}).get(slug)
        return copy(found)  # which the page may give to its records, and change

    def is_visible_to(self, user: Any) -> bool:
        """Tell of this one mechanism what `visible_to` tells of all: whether ``user`` has a role in it."""
        return self.pk in grants_of(user).mechanism_ids

    def is_public_or_own(self, user: Any) -> bool:
        """Tell of this one mechanism what `public_or_own` tells of all."""
        return self.is_public or self.is_visible_to(user)

    @property
    def country(self) -> str:
        return in_language(self.country_en, self.country_nl)

    @property
    def about(self) -> str:
        return in_language(self.about_en, self.about_nl)

    def reporting_year_of(self, day: date) -> tuple[date, date]:
        """Return the first day of the reporting year that holds ``day`` and the first day of the next one."""
        month = self.reporting_year_starts_month
        start = date(day.year if day.month >= month else day.year - 1, month, 1)
        return start, start.replace(year=start.year + 1)


class MechanismProfile(DatedFact):
    """Which form the mechanism had from one day to another: a network until March 2024, a single body since."""

    mechanism = models.ForeignKey(Mechanism, on_delete=models.CASCADE, related_name="profiles")
    profile = models.CharField(_("form"), max_length=20, choices=Mechanism.Profile.choices)

    class Meta(DatedFact.Meta):
        ordering = ["mechanism", "starts_on"]
        constraints = [
            *DatedFact.Meta.constraints,
            never_two_at_once("members_mechanismprofile_one_form_at_a_time", "mechanism"),
        ]

    def __str__(self) -> str:
        return str(self.get_profile_display())


class JurisdictionQuerySet(models.QuerySet["Jurisdiction"]):
    def with_open_networks(self, user: Any) -> Self:
        """Return those with a network of their own whose public pages ``user`` may read, in their order."""
        networks = Mechanism.objects.public_or_own(user)
        return self.filter(nested__in=networks).select_related("nested").order_by("position")


class Jurisdiction(BilingualName):
    """A part of the State with its own law or authorities: Scotland, the Caribbean Netherlands."""

    mechanism = models.ForeignKey(Mechanism, on_delete=models.PROTECT, related_name="jurisdictions")
    nested = models.ForeignKey(
        Mechanism,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="nested_in",
        verbose_name=_("network of its own"),
        help_text=_("In a federal State: the mechanism that works in this part."),
    )
    slug = models.SlugField(_("short name"), max_length=40)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    # No choices: whatever checks the models would import the library, in each command.
    holiday_calendar = models.CharField(
        _("calendar of public holidays"), max_length=LONGEST_CODE, blank=True, default=""
    )

    objects = JurisdictionQuerySet.as_manager()

    class Meta(BilingualName.Meta):
        ordering = ["mechanism", "position", "pk"]
        constraints = [
            *BilingualName.Meta.constraints,
            models.UniqueConstraint(name="members_jurisdiction_one_per_slug", fields=["mechanism", "slug"]),
            models.CheckConstraint(
                name="members_jurisdiction_calendar_is_a_code",
                condition=Q(holiday_calendar="") | Q(holiday_calendar__regex=CODE),
            ),
        ]

    @property
    def calendar_name(self) -> str:
        """What its calendar of public holidays is called; empty where none was chosen."""
        return calendar_name(self.holiday_calendar) if self.holiday_calendar else ""
