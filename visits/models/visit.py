import uuid
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.models import DetentionSetting, Jurisdiction, Mechanism, MemberBody, User
from visits.models.place import Place
from visits.models.visit_query import MADE, VisitQuerySet

# Small columns that lists filter by, kept in the indexes they walk.
LISTED_OF_CELL = ("mechanism", "state", "kind", "notice", "mode", "validity", "access", "body_ids")
# Writers by COPY need not name every text.
EMPTY: Any = {"default": "", "db_default": ""}
# For what an index of `Visit` begins with: every visit stored would pay for a second one.
WITHOUT_INDEX: dict[str, Any] = {"on_delete": models.PROTECT, "db_index": False}
LISTED = ("setting", "jurisdiction", *(name for name in LISTED_OF_CELL if name != "mechanism"))
# The rare values, for which walking the large indexes would be long.
RARE = (
    ("visits_visit_trigger", "trigger", ~Q(trigger__in=["", "programme"])),
    ("visits_visit_not_valid", "validity", ~Q(validity="valid")),
    ("visits_visit_access_problem", "access", Q(access__in=["delayed", "partial", "refused"])),
    ("visits_visit_not_on_site", "mode", ~Q(mode="on_site")),
)


class Visit(models.Model):
    """One visit of one or several bodies to a place of detention (OPCAT Articles 4, 19 a and 20)."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("submitted")
        RETURNED = "returned", _("returned")
        APPROVED = "approved", _("approved")
        WITHDRAWN = "withdrawn", _("withdrawn")  # was handed in; stays to be read, leaves every figure
        DISCARDED = "discarded", _("discarded")  # was never approved

    OPEN = (State.DRAFT, State.RETURNED)
    CHANGEABLE = (*OPEN, State.APPROVED)  # a change after approval puts the visit back into review
    HANDED_IN = (State.SUBMITTED, State.APPROVED, State.WITHDRAWN)

    class Kind(models.TextChoices):
        """The generic kinds of visit the APT names; the member's own word stands beside it."""

        IN_DEPTH = "in_depth", _("in-depth")
        THEMATIC = "thematic", _("thematic")
        FOLLOW_UP = "follow_up", _("follow-up")
        RAPID = "rapid", _("rapid or ad hoc")
        ROUTINE = "routine", _("routine monitoring")

    class Notice(models.TextChoices):
        UNANNOUNCED = "unannounced", _("unannounced")
        SHORT_NOTICE = "short_notice", _("announced at short notice")
        ANNOUNCED = "announced", _("announced")

    class Mode(models.TextChoices):
        ON_SITE = "on_site", _("face to face")
        TELEPHONE = "telephone", _("by telephone")
        REMOTE = "remote", _("remote")

    class Trigger(models.TextChoices):
        PROGRAMME = "programme", _("programme")
        FOLLOW_UP = "follow_up", _("follow-up")
        INTELLIGENCE = "intelligence", _("complaint or intelligence")
        INCIDENT = "incident", _("death or serious incident")
        REQUEST = "request", _("request")
        JOINT_THEME = "joint_theme", _("joint theme")

    class Validity(models.TextChoices):
        VALID = "valid", _("took place")
        ABANDONED = "abandoned", _("abandoned")
        REFUSED = "refused", _("refused entry")

    class Satisfaction(models.TextChoices):
        SATISFACTORY = "satisfactory", _("satisfactory")
        UNSATISFACTORY = "unsatisfactory", _("unsatisfactory")

    class Access(models.TextChoices):
        FULL = "full", _("full")
        DELAYED = "delayed", _("delayed")
        PARTIAL = "partial", _("partial: areas not seen")
        REFUSED = "refused", _("refused")

    ACCESS_PROBLEMS = (Access.DELAYED, Access.PARTIAL, Access.REFUSED)

    class AccessReason(models.TextChoices):
        CLOSED = "closed", _("closed without notice")
        STAFF_SHORTAGE = "staff_shortage", _("staff shortage")
        TOO_BUSY = "too_busy", _("too busy")
        SECURITY = "security", _("security")
        HEALTH = "health", _("health")
        OTHER = "other", _("other")

    class Interpreting(models.TextChoices):
        NOT_NEEDED = "not_needed", _("not needed")
        USED = "used", _("used")
        UNAVAILABLE = "unavailable", _("needed but not available")

    class Privacy(models.TextChoices):
        """How private the talks with detained people were (OPCAT Article 20 d)."""

        PRIVATE = "private", _("in private")
        IN_SIGHT = "in_sight", _("in sight of staff")
        IN_HEARING = "in_hearing", _("in hearing of staff")
        GROUP = "group", _("in a group")

    class Confidentiality(models.TextChoices):
        NETWORK = "network", _("other members may know of the visit")
        RESTRICTED = "restricted", _("only the bodies involved and the coordinator may know of it")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    mechanism = models.ForeignKey(Mechanism, related_name="visits", **WITHOUT_INDEX)
    reference = models.CharField(_("reference"), max_length=40, help_text=_("the body’s own, or given by the portal"))
    place = models.ForeignKey(Place, related_name="visits", verbose_name=_("place"), **WITHOUT_INDEX)
    # As they were at the visit: a place may change its setting later, last year's figures may not.
    setting = models.ForeignKey(DetentionSetting, related_name="visits", **WITHOUT_INDEX)
    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="visits")
    lead_body = models.ForeignKey(MemberBody, related_name="led_visits", verbose_name=_("lead body"), **WITHOUT_INDEX)
    partners = models.ManyToManyField(
        MemberBody, through="visits.VisitPartner", related_name="joined_visits", verbose_name=_("partner bodies")
    )
    # Lead and partners together, kept by a database trigger: what `visible_to` and the lists of a body stand on.
    body_ids = ArrayField(models.BigIntegerField(), default=list, editable=False)

    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    own_kind = models.CharField(_("the body’s own word"), max_length=80, blank=True)
    notice = models.CharField(_("notice"), max_length=12, choices=Notice.choices)
    mode = models.CharField(_("mode"), max_length=10, choices=Mode.choices, default=Mode.ON_SITE)
    trigger = models.CharField(_("trigger"), max_length=12, choices=Trigger.choices, blank=True, **EMPTY)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    time_in = models.TimeField(_("time in"), null=True, blank=True)
    time_out = models.TimeField(_("time out"), null=True, blank=True)
    validity = models.CharField(_("outcome"), max_length=10, choices=Validity.choices, default=Validity.VALID)
    satisfaction = models.CharField(
        _("judgement of the place"), max_length=14, choices=Satisfaction.choices, blank=True
    )
    confidentiality = models.CharField(
        _("confidentiality"), max_length=10, choices=Confidentiality.choices, default=Confidentiality.NETWORK
    )
    outside_remit_reason = models.TextField(_("why the body visited outside its remit"), blank=True)

    access = models.CharField(_("access"), max_length=8, choices=Access.choices, blank=True)
    access_delay_minutes = models.PositiveSmallIntegerField(
        _("delay in minutes"), null=True, blank=True, validators=[MaxValueValidator(1440)]
    )
    access_reason = models.CharField(_("reason given"), max_length=14, choices=AccessReason.choices, blank=True)
    access_note = models.TextField(_("what was not accessible, and who decided"), blank=True)

    # The interview funnel. Empty is “not recorded”, never nought.
    people_in_custody = models.PositiveIntegerField(_("people in custody at the time"), null=True, blank=True)
    people_not_available = models.PositiveIntegerField(_("not available"), null=True, blank=True)
    people_not_offered = models.PositiveIntegerField(_("not offered"), null=True, blank=True)
    people_offered = models.PositiveIntegerField(_("offered"), null=True, blank=True)
    people_seen = models.PositiveIntegerField(_("accepted (seen)"), null=True, blank=True)
    people_declined = models.PositiveIntegerField(_("declined"), null=True, blank=True)
    people_observed = models.PositiveIntegerField(_("observed only"), null=True, blank=True)

    # The talks and what was looked at (OPCAT Article 20 a to e).
    privacy = models.CharField(_("privacy of the talks"), max_length=10, choices=Privacy.choices, blank=True, **EMPTY)
    interpreting = models.CharField(_("interpreter"), max_length=12, choices=Interpreting.choices, blank=True, **EMPTY)
    interpreting_note = models.CharField(_("languages interpreted, or missing"), max_length=200, blank=True, **EMPTY)
    areas_seen = models.TextField(_("parts of the place seen"), blank=True, **EMPTY)
    staff_spoken_to = models.TextField(_("staff and others spoken to, by function"), blank=True, **EMPTY)
    documents_checked = models.TextField(_("documents and registers checked"), blank=True, **EMPTY)
    isolation_note = models.TextField(_("isolation and restraint: reasons, reviews, safeguards"), blank=True, **EMPTY)

    summary = models.TextField(_("summary"), blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    # The one-time key of the form that made it: the same form sent twice makes one visit.
    form_key = models.UUIDField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    submitted_at = models.DateTimeField(null=True, editable=False)
    # Who submitted it last; somebody else approves it (security R-12).
    submitted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False, db_index=False
    )
    approved_at = models.DateTimeField(null=True, editable=False)
    # When a reviewer first opened what was submitted last: until then the body may take it back.
    looked_at = models.DateTimeField(null=True, editable=False)

    objects = VisitQuerySet.as_manager()

    TALKS = ("privacy", "interpreting", "interpreting_note", "areas_seen", "staff_spoken_to", "documents_checked")
    FUNNEL = (
        "people_in_custody",
        "people_not_available",
        "people_not_offered",
        "people_offered",
        "people_seen",
        "people_declined",
        "people_observed",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="visits_visit_ends_no_earlier_than_it_starts", condition=Q(ends_on__gte=F("starts_on"))
            ),
            models.UniqueConstraint(name="visits_visit_one_per_reference", fields=["lead_body", "reference"]),
            models.UniqueConstraint(
                name="visits_visit_one_per_form_sent",
                fields=["created_by", "form_key"],
                condition=Q(form_key__isnull=False),
            ),
            models.CheckConstraint(
                name="visits_visit_delay_only_when_delayed",
                condition=Q(access_delay_minutes=None) | Q(access="delayed"),
            ),
            models.CheckConstraint(
                name="visits_visit_discarded_was_never_approved", condition=~Q(state="discarded") | Q(approved_at=None)
            ),
        ]
        indexes = [
            # What lists filter by lies in the index itself: a page of a list is found without reading the visits.
            models.Index(fields=["mechanism", "-starts_on", "-id"], include=LISTED, name="visits_visit_newest"),
            models.Index(
                fields=["setting", "jurisdiction", "-starts_on", "-id"],
                include=LISTED_OF_CELL,
                name="visits_visit_of_cell",
            ),
            models.Index(fields=["place", "-starts_on", "-id"], name="visits_visit_of_place"),
            # When a place was last visited, and by whom: answered for all places from the index alone.
            models.Index(
                fields=["place", "-starts_on", "-id"],
                include=["mechanism", "state", "confidentiality", "body_ids"],
                condition=Q(**MADE),
                name="visits_visit_been_to_place",
            ),
            GinIndex(fields=["body_ids"], name="visits_visit_of_bodies"),
            models.Index(
                fields=["mechanism", "state", "-starts_on", "-id"],
                include=["body_ids", "lead_body", "submitted_by"],
                condition=~Q(state="approved"),  # nearly all are, and stand in the index of the newest
                name="visits_visit_unfinished",  # on the desk, as the next two
            ),
            models.Index(
                fields=["lead_body", "state", "-starts_on", "-id"],
                include=["mechanism"],
                condition=Q(state__in=["draft", "returned"]),
                name="visits_visit_open",
            ),
            models.Index(
                fields=["mechanism", "lead_body", "submitted_by", "-starts_on", "-id"],
                condition=Q(state="submitted"),
                name="visits_visit_to_approve",
            ),
            models.Index(
                fields=["mechanism", "-approved_at", "-id"],
                include=["body_ids"],
                condition=Q(state="approved"),
                name="visits_visit_approved_last",
            ),
            *(
                models.Index(fields=["mechanism", field, "-starts_on", "-id"], condition=rare, name=name)
                for name, field, rare in RARE
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_joint(self) -> bool:
        """Whether more than one body made the visit. It then counts once for the NPM and once for each body."""
        return len(self.body_ids) > 1

    @property
    def has_access_problem(self) -> bool:
        """Whether access was delayed, partial or refused (OPCAT Article 20 c)."""
        return self.access in self.ACCESS_PROBLEMS

    @property
    def is_open(self) -> bool:
        """Whether it is not handed in, and the body may change it without putting it back into review."""
        return self.state in self.OPEN
