"""Visits that are planned. Apart from visits: a plan has other readers, and a sealed one hardly any (ADR 0028)."""

import uuid
from datetime import date
from typing import Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from members.models import Mechanism, MemberBody, User
from npmportal.access import LOG_VISITS, MANAGE_BODY_PEOPLE, VIEW_VISITS, grants_of
from visits.fortnights import monday_of, number_of
from visits.models.place import Place
from visits.models.visit import Visit


def _rows(model: str, **conditions: Any) -> Exists:
    return Exists(apps.get_model("visits", model).objects.filter(plan=OuterRef("pk"), **conditions))


class PlanQuerySet(models.QuerySet["Plan"]):
    """The one place that says who sees which plans."""

    def visible_to(self, user: Any) -> Self:
        """Return the plans ``user`` may know of.

        Open and “week only”: the people of the body and of its partners who see its visits. Sealed: those of them who
        are in the team, and who leads the body. Nobody else: no coordinator, no administrator.
        """
        bodies = sorted(grants_of(user).on(VIEW_VISITS))
        if not bodies:
            return self.none()
        involved = Q(body__in=bodies) | Q(_rows("PlanPartner", body__in=bodies))
        return self.filter(involved, ~Q(secrecy=Plan.Secrecy.SEALED) | self._close_to(user))

    def day_known_to(self, user: Any) -> Self:
        """Return those of them of which ``user`` may know the days, and read the words."""
        return self.visible_to(user).filter(Q(secrecy=Plan.Secrecy.OPEN) | self._close_to(user))

    def editable_by(self, user: Any) -> Self:
        """Return the plans ``user`` may change and take further: of a body the person logs for, with days known."""
        return self.day_known_to(user).filter(body__in=sorted(grants_of(user).on(LOG_VISITS)))

    def of_team_with(self, user: Any) -> Self:
        """Return the plans in whose team ``user`` is, as long as the role lasts that it follows from."""
        return self.visible_to(user).filter(_rows("PlanMember", user=user.pk))

    def due(self) -> Self:
        """Return the plans on account of which others are warned.

        Done ones too: were they left out, the warning would go on the day of the visit and so tell which it was.
        """
        return self.filter(state__in=(Plan.State.PLANNED, Plan.State.DONE))

    def in_fortnights(self, first: int, last: int) -> Self:
        """Return the plans with a day in a fortnight from ``first`` to ``last`` (visits.fortnights)."""
        return self.filter(fortnight_first__lte=last, fortnight_last__gte=first)

    def for_list(self, user: Any) -> Self:
        """Load what lists print, and say of each plan whether ``user`` knows its days."""
        known = Plan.objects.day_known_to(user).filter(pk=OuterRef("pk"))
        return self.select_related("place__setting", "place__jurisdiction").annotate(day_is_known=Exists(known))

    def for_detail(self, user: Any) -> Self:
        """Load what the page of a plan prints."""
        return self.for_list(user).select_related("visit", "mechanism", "body", "place__parent")

    def _close_to(self, user: Any) -> Q:
        """Return the condition for the team, and for who leads the body."""
        leads = Q(body__in=sorted(grants_of(user).on(MANAGE_BODY_PEOPLE)))
        return leads | Q(_rows("PlanMember", user=user.pk))


class Plan(models.Model):
    """A visit somebody means to make. Its text form names nothing: it turns up in logs and errors."""

    class Secrecy(models.TextChoices):
        OPEN = "open", _("open")
        WEEK_ONLY = "week_only", _("week only")
        SEALED = "sealed", _("sealed")

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        POSTPONED = "postponed", _("postponed")
        CANCELLED = "cancelled", _("cancelled")
        DONE = "done", _("done")

    CHANGEABLE = (State.PLANNED, State.POSTPONED)
    LOGGABLE = (State.PLANNED, State.DONE)  # a visit can be logged from it
    LONGEST_DAYS = 92

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    mechanism = models.ForeignKey(Mechanism, on_delete=models.PROTECT, related_name="+")
    body = models.ForeignKey(MemberBody, on_delete=models.PROTECT, related_name="plans", verbose_name=_("body"))
    partners = models.ManyToManyField(
        MemberBody, through="visits.PlanPartner", related_name="joined_plans", verbose_name=_("partner bodies")
    )
    # Never in the way of the register: a refusal to remove a place would tell that somebody plans to go there.
    place = models.ForeignKey(Place, on_delete=models.SET_NULL, null=True, related_name="plans")
    place_name = models.CharField(max_length=200, editable=False)
    # The whole place, also of a plan for a unit, as the register had it when its own people last saved the plan. What
    # becomes of the register later must not tell where plans meet: a key alone, that no merge and no import moves.
    premises = models.UUIDField(null=True, editable=False)
    secrecy = models.CharField(_("secrecy"), max_length=10, choices=Secrecy.choices, default=Secrecy.SEALED)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    kind = models.CharField(_("kind"), max_length=12, choices=Visit.Kind.choices)
    notice = models.CharField(_("notice"), max_length=12, choices=Visit.Notice.choices)
    trigger = models.CharField(
        _("trigger"), max_length=12, choices=Visit.Trigger.choices, default=Visit.Trigger.PROGRAMME
    )
    note = models.TextField(_("note"), blank=True)
    team = models.ManyToManyField(User, through="visits.PlanMember", related_name="+", verbose_name=_("team"))
    # As they were typed, somebody's or not: whoever works for a partner under one of them is in the team.
    guests = models.JSONField(default=list, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PLANNED)
    visit = models.ForeignKey(Visit, on_delete=models.SET_NULL, null=True, related_name="+")

    # What lists are ordered and cut by: nobody learns the day from the order of a list or an address.
    week = models.DateField(editable=False)
    last_week = models.DateField(editable=False)
    fortnight_first = models.PositiveIntegerField(editable=False)
    fortnight_last = models.PositiveIntegerField(editable=False)
    # What the planner was told when it was last saved: the fortnights in which another member was due there.
    met_in = models.JSONField(default=list, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    form_key = models.UUIDField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = PlanQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="visits_plan_ends_no_earlier_than_it_starts", condition=Q(ends_on__gte=F("starts_on"))
            ),
            models.CheckConstraint(
                name="visits_plan_week_is_that_of_its_days",
                condition=Q(week__lte=F("starts_on")) & Q(last_week__lte=F("ends_on")) & Q(last_week__gte=F("week")),
            ),
            models.CheckConstraint(
                name="visits_plan_fortnights_in_order", condition=Q(fortnight_last__gte=F("fortnight_first"))
            ),
            models.UniqueConstraint(
                name="visits_plan_one_per_form_sent",
                fields=["created_by", "form_key"],
                condition=Q(form_key__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["body", "week", "id"], name="visits_plan_of_body"),
            models.Index(fields=["mechanism", "fortnight_first", "fortnight_last"], name="visits_plan_by_fortnight"),
            models.Index(fields=["premises", "fortnight_first"], name="visits_plan_at_premises"),
        ]

    def __str__(self) -> str:
        return "plan"

    @property
    def where(self) -> str:
        """The name of the place; as it was where the register has lost it."""
        return self.place.name if self.place else self.place_name

    @property
    def is_sealed(self) -> bool:
        return self.secrecy == self.Secrecy.SEALED

    @property
    def has_begun(self) -> bool:
        """Whether its first day has come: from then on it can be done."""
        return self.starts_on <= date.today()

    def follow_place(self) -> None:
        """Keep with the plan what follows from its place, which stands in the register as somebody saves the plan."""
        if self.place is None:
            self.premises = None
            return
        self.mechanism, self.place_name = self.place.mechanism, self.place.name
        self.premises = self.place.parent_id or self.place.pk

    def follow_days(self) -> None:
        """Keep the weeks and the fortnights in step with the days."""
        self.week, self.last_week = monday_of(self.starts_on), monday_of(self.ends_on)
        self.fortnight_first, self.fortnight_last = number_of(self.starts_on), number_of(self.ends_on)


class PlanPartner(models.Model):
    """A body that is to make the visit together with the body that plans it."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="partner_rows")
    body = models.ForeignKey(MemberBody, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(name="visits_planpartner_once_in_a_plan", fields=["plan", "body"])]

    def __str__(self) -> str:
        return "partner"


class PlanMember(models.Model):
    """Somebody in the team of a planned visit: who knows a sealed plan."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="member_rows")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    is_guest = models.BooleanField(default=False)  # by an address: whose it is stays untold (visits.plan_guests)

    class Meta:
        constraints = [models.UniqueConstraint(name="visits_planmember_once_in_a_team", fields=["plan", "user"])]

    def __str__(self) -> str:
        return "member of a team"


class PlanEvent(models.Model):
    """What happened to a plan, for those who see it: the step, or the fields that changed, and the reason."""

    class Kind(models.TextChoices):
        MADE = "made", _("Planned")
        CHANGED = "changed", _("Changed")
        DONE = "done", _("Done")
        LOGGED = "logged", _("Visit logged")
        POSTPONED = "postponed", _("Postponed")
        CANCELLED = "cancelled", _("Cancelled")
        RESUMED = "resumed", _("Planned again")
        OPENED = "opened", _("Seal opened")

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    fields = models.JSONField(default=list)
    reason = models.TextField(_("reason"), blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return str(self.get_kind_display())


class PlanSaving(models.Model):
    """That somebody saved a plan and was told, or not, of another member. Not which plan, what place or when it is.

    For the one question whether a person tries many: asked in steps (visits.plan_meetings.often_asked).
    """

    mechanism = models.ForeignKey(Mechanism, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    body = models.ForeignKey(MemberBody, on_delete=models.CASCADE, related_name="+")
    on = models.DateField(default=date.today)

    class Meta:
        indexes = [models.Index(fields=["mechanism", "on", "by"], name="visits_plansaving_lately")]

    def __str__(self) -> str:
        return "plan saved"
