"""One file brought in: what it was, how it was understood, what came of it, and how it can be taken back."""

import uuid
from datetime import timedelta
from typing import Any, Self

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models import Mechanism, MemberBody, User
from npmportal.access import LOG_VISITS, VIEW_VISITS, grants_of
from npmportal.models import Job
from visits.models.place import Place, mechanisms_keeping_places
from visits.models.visit import Visit

# How long the rows of a file lie in private storage; what remains afterwards is the record that there was an import.
KEPT_FOR = timedelta(days=3)


def rows_path(batch: "Import", _name: str) -> str:
    return f"imports/{batch.pk}/rows.csv"


def problems_path(batch: "Import", _name: str) -> str:
    return f"imports/{batch.pk}/problems.csv"


def rest_path(batch: "Import", _name: str) -> str:
    return f"imports/{batch.pk}/rest.csv"


class ImportQuerySet(models.QuerySet["Import"]):
    def visible_to(self, user: Any) -> Self:
        """Return the imports of visits of the bodies whose drafts ``user`` reads, and those of places they may keep."""
        return self._of(user, VIEW_VISITS)

    def workable_by(self, user: Any) -> Self:
        """Return the imports ``user`` may go on with or undo: those of bodies they log for, and places they keep."""
        return self._of(user, LOG_VISITS)

    def _of(self, user: Any, permission: str) -> Self:
        grants = grants_of(user)
        keeps = mechanisms_keeping_places(grants)
        return self.filter(
            Q(body__in=grants.on(permission)) | Q(body=None, kind=Import.Kind.PLACES, mechanism__in=keeps)
        )

    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-id")

    def expired(self) -> Self:
        """Return the imports whose file has lain in storage long enough."""
        return self.filter(expires_at__lte=timezone.now()).exclude(rows="", problems="", rest="")


class Import(models.Model):
    """A file of visits, places or figures, from its upload to its records, and back again."""

    class Kind(models.TextChoices):
        VISITS = "visits", _("visits")
        PLACES = "places", _("places")
        PEOPLE = "people", _("people held")

    class State(models.TextChoices):
        RECEIVED = "received", _("being read")
        OPEN = "open", _("to be mapped")
        CHECKED = "checked", _("checked")
        DONE = "done", _("imported")
        UNDONE = "undone", _("undone")

    class DateOrder(models.TextChoices):
        DAY_FIRST = "dmy", _("day, month, year (14/05/2024)")
        MONTH_FIRST = "mdy", _("month, day, year (05/14/2024)")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    mechanism = models.ForeignKey(Mechanism, on_delete=models.PROTECT, related_name="imports")
    body = models.ForeignKey(MemberBody, on_delete=models.PROTECT, null=True, blank=True, related_name="imports")
    kind = models.CharField(_("kind"), max_length=6, choices=Kind.choices)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.RECEIVED)

    file_name = models.CharField(_("file"), max_length=120)
    file_size = models.PositiveBigIntegerField(_("size"))
    sha256 = models.CharField(max_length=64)
    language = models.CharField(max_length=7, default="en-gb")  # what is written for the person is written in it
    row_count = models.PositiveIntegerField(default=0)
    head_row = models.PositiveIntegerField(default=1)
    header = models.JSONField(default=list)
    # How the file is understood: {"3": "starts_on"}, {"kind": "routine"} for all rows, {"kind": {"c1": "in_depth"}}.
    columns = models.JSONField(default=dict)
    fixed = models.JSONField(default=dict)
    terms = models.JSONField(default=dict)
    date_order = models.CharField(max_length=3, choices=DateOrder.choices, blank=True)
    hand_in = models.BooleanField(_("hand in what is complete"), default=False)
    # What came of it: counts stay, the rows shown as a preview go with the file.
    counts = models.JSONField(default=dict)
    preview = models.JSONField(default=dict)

    # Private: the rows as they were read, what is wrong with them, and the rows that were left out.
    rows = models.FileField(upload_to=rows_path, blank=True)
    problems = models.FileField(upload_to=problems_path, blank=True)
    rest = models.FileField(upload_to=rest_path, blank=True)

    job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, related_name="+")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    undone_reason = models.TextField(_("reason"), blank=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="visits_import_of_a_body_or_of_places", condition=Q(body__isnull=False) | Q(kind="places")
            ),
        ]
        indexes = [models.Index(fields=["mechanism", "-created_at", "-id"], name="visits_import_newest")]

    def __str__(self) -> str:
        return self.file_name

    @property
    def bodies(self) -> list[int]:
        """Whose it is, as the audit log keeps it; places are nobody's own."""
        return [self.body_id] if self.body_id else []

    @property
    def has_rows(self) -> bool:
        """Whether the file is still there to be worked with."""
        return bool(self.rows.name) and self.expires_at > timezone.now()

    @property
    def is_live(self) -> bool:
        """Whether a job is at work on it."""
        return self.job is not None and self.job.is_live


class ImportedVisit(models.Model):
    """That an import made a visit, or changed one; what stood there before, for taking it back."""

    batch = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="visits")
    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="imported")
    is_new = models.BooleanField()
    version = models.PositiveIntegerField()  # of the visit, as the import left it
    before = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        constraints = [models.UniqueConstraint(name="visits_importedvisit_once", fields=["batch", "visit"])]

    def __str__(self) -> str:
        return str(self.visit_id)


class ImportedPlace(models.Model):
    """That an import added a place to the register, or changed one; what stood there before."""

    batch = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="places")
    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="imported")
    is_new = models.BooleanField()
    version = models.PositiveIntegerField()
    before = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        constraints = [models.UniqueConstraint(name="visits_importedplace_once", fields=["batch", "place"])]

    def __str__(self) -> str:
        return str(self.place_id)


class ImportMapping(models.Model):
    """How a body’s files were understood the last time: the next one is understood the same way."""

    mechanism = models.ForeignKey(Mechanism, on_delete=models.CASCADE, related_name="+")
    body = models.ForeignKey(MemberBody, on_delete=models.CASCADE, null=True, related_name="+")
    kind = models.CharField(max_length=6, choices=Import.Kind.choices)
    columns = models.JSONField(default=dict)  # heading, simplified → field
    fixed = models.JSONField(default=dict)
    terms = models.JSONField(default=dict)
    date_order = models.CharField(max_length=3, choices=Import.DateOrder.choices, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="visits_importmapping_one_per_body", fields=["mechanism", "body", "kind"], nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.body_id} {self.kind}"
