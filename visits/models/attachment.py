import uuid
from datetime import timedelta
from typing import Any, Self

from django.db import models
from django.db.models import ExpressionWrapper, F, Q
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models import User
from npmportal.models import Job
from npmportal.uploads.kinds import KINDS
from npmportal.uploads.sentences import sentence
from visits.models.visit import Visit

FOLDER = "attachments"


def attachment_path(attachment: "Attachment", _filename: str) -> str:
    """Return where a file is kept: a name of chance, which tells neither whose it is nor what, not even its ending."""
    name = uuid.uuid4().hex
    return f"{FOLDER}/{name[:2]}/{name}"


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    """Files of visits: seen by whom the visit is seen by, as far as the field table goes (`attachments`)."""

    def visible_to(self, user: Any) -> Self:
        """Return the files of the visits whose content ``user`` may read."""
        return self.filter(visit__in=Visit.objects.visible_to(user))

    def for_visit(self, visit: Visit) -> Self:
        """Return what the page of ``visit`` prints, in the order of receipt."""
        return self.filter(visit=visit).select_related("uploaded_by", "taken_back_by", "job").order_by("uploaded_at")

    def kept(self) -> Self:
        """Return the files that take up room: not those refused or removed, of which only the record is left."""
        return self.filter(state__in=Attachment.KEPT)

    def of_the_last_day(self, user: User) -> Self:
        """Return what ``user`` added within the last 24 hours, whatever became of it."""
        return self.filter(uploaded_by=user, uploaded_at__gt=timezone.now() - timedelta(days=1))

    def waiting(self) -> Self:
        """Return the files that are to be tried again now, those not tried for longest first; no job looks at them.

        What may stay as it is, and a check that failed without a reason, is tried again after as long as it has waited
        already, and once a day at least.
        """
        now = timezone.now()
        tried = Greatest("checked_at", "job__finished_at")
        waited = ExpressionWrapper(F("tried_at") - F("uploaded_at"), models.DurationField())
        rows = self.annotate(tried_at=tried).annotate(waited=waited)
        again = Q(tried_at__lt=now - timedelta(days=1)) | Q(tried_at__lt=now - F("waited"))
        may_pass = Q(held__in=Attachment.MAY_PASS) | Q(held="", job__state=Job.State.FAILED)
        waits = rows.filter(Q(held__in=Attachment.PASSES) | may_pass & again, state=Attachment.State.QUARANTINED)
        return waits.exclude(job__state__in=Job.LIVE).order_by("tried_at", "pk")

    def to_verify(self) -> Self:
        """Return the available files of which nobody has made sure for a week that they are unaltered, oldest first."""
        due = timezone.now() - timedelta(days=7)
        return self.filter(state=Attachment.State.AVAILABLE, verified_at__lt=due).order_by("verified_at")


class Attachment(models.Model):
    """A file of a visit: a photograph, a letter, the figures the director handed over (security R-32 to R-36)."""

    class Kind(models.TextChoices):
        PHOTOGRAPH = "photograph", _("photograph")
        DOCUMENT = "document", _("document")
        LETTER = "letter", _("letter")
        FIGURES = "figures", _("figures")
        DRAWING = "drawing", _("plan or drawing")
        NOTES = "notes", _("notes of the visitors")
        OTHER = "other", _("something else")

    class State(models.TextChoices):
        QUARANTINED = "quarantined", _("being checked")
        AVAILABLE = "available", _("available")
        REFUSED = "refused", _("refused")
        REMOVED = "removed", _("removed")

    KEPT = (State.QUARANTINED, State.AVAILABLE)

    class Held(models.TextChoices):
        """Why a file is still in quarantine after it was looked at."""

        NO_SCANNER = (
            "no_scanner",
            _("No malware scanner is set up here, so nobody can be given the file. Tell whoever runs the server."),
        )
        SCANNER_AWAY = "scanner_away", _("The malware scanner does not answer. It is asked again every minute.")
        NOT_WHOLE = (
            "not_whole",
            _(
                "The malware scanner could not look into the whole file, so nobody can be given it. Add a smaller or "
                "simpler one, and remove this."
            ),
        )
        STORAGE_AWAY = (
            "storage_away",
            _("The place where files are kept does not answer, or is full. It is tried again every minute."),
        )
        NOT_LOOKED = (
            "not_looked",
            _(
                "Nobody could look into the file: the program that does stopped, which need not be the file’s fault. "
                "It is tried again, less and less often. If it stays so, save the file anew, add that and remove this."
            ),
        )
        ALTERED = (
            "altered",
            _(
                "What is stored of the file is not what was received, or is not there. It is looked for again, less "
                "and less often. If you still have the file, remove this and add it again."
            ),
        )

    # These pass by themselves, and others may: a disk is mounted again, a library put right.
    PASSES = (Held.NO_SCANNER, Held.SCANNER_AWAY, Held.STORAGE_AWAY)
    MAY_PASS = (Held.NOT_LOOKED, Held.ALTERED)

    class Scan(models.TextChoices):
        CLEAN = "clean", _("no malware found")
        NOT_SCANNED = "not_scanned", _("not scanned")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(_("name of the file"), max_length=255)
    extension = models.CharField(max_length=10)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    title = models.CharField(_("title"), max_length=200, blank=True)
    note = models.TextField(_("note"), blank=True)
    is_evidence = models.BooleanField(_("kept as evidence"), default=False)
    evidence_reason = models.CharField(_("why it is evidence"), max_length=500, blank=True)

    # Empty where only the record is left: refused, or removed.
    file = models.FileField(upload_to=attachment_path, max_length=200, blank=True)
    size = models.PositiveBigIntegerField(_("size"))
    sha256 = models.CharField(_("checksum (SHA-256)"), max_length=64)
    # What arrived. A picture is written anew, and what is kept is then another file than the one received.
    received_size = models.PositiveBigIntegerField()
    received_sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    has_position = models.BooleanField(default=False)

    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.QUARANTINED)
    refused_because = models.CharField(max_length=20, blank=True)
    held = models.CharField(max_length=14, blank=True, help_text="one of Held")
    scan = models.CharField(max_length=12, choices=Scan.choices, blank=True)
    scanner_said = models.CharField(max_length=120, blank=True)
    job = models.ForeignKey("npmportal.Job", on_delete=models.SET_NULL, null=True, related_name="+")
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)
    checked_at = models.DateTimeField(null=True)
    verified_at = models.DateTimeField(null=True)
    altered_at = models.DateTimeField(null=True)

    # Removed from a draft (then only the record is left), or withdrawn after handing in (then it stays, marked).
    taken_back_at = models.DateTimeField(null=True)
    taken_back_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    taken_back_reason = models.TextField(blank=True)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="visits_attachment_evidence_has_its_reason",
                condition=Q(is_evidence=False) | ~Q(evidence_reason=""),
            ),
            models.CheckConstraint(
                name="visits_attachment_refused_has_its_reason",
                condition=Q(state="refused") & ~Q(refused_because="") | ~Q(state="refused") & Q(refused_because=""),
            ),
            models.CheckConstraint(
                name="visits_attachment_available_was_checked",
                condition=~Q(state="available")
                | Q(checked_at__isnull=False, verified_at__isnull=False) & ~Q(scan="") & ~Q(file=""),
            ),
            models.CheckConstraint(
                name="visits_attachment_taken_back_by_somebody_with_a_reason",
                condition=Q(taken_back_at=None, taken_back_by=None, taken_back_reason="")
                | Q(taken_back_at__isnull=False, taken_back_by__isnull=False) & ~Q(taken_back_reason=""),
            ),
            models.CheckConstraint(
                name="visits_attachment_removed_was_taken_back",
                condition=~Q(state="removed") | Q(taken_back_at__isnull=False, file=""),
            ),
        ]
        indexes = [
            models.Index(fields=["visit", "uploaded_at"], name="visits_attachment_of_visit"),
            models.Index(fields=["uploaded_by", "uploaded_at"], name="visits_attachment_of_person"),
            models.Index(
                fields=["held"], name="visits_attachment_waiting", condition=Q(state="quarantined") & ~Q(held="")
            ),
            models.Index(fields=["verified_at"], name="visits_attachment_verified", condition=Q(state="available")),
        ]

    def __str__(self) -> str:
        return self.title or self.name

    @property
    def content_type(self) -> str:
        return KINDS[self.extension].content_type

    @property
    def is_picture(self) -> bool:
        return KINDS[self.extension].family == "picture"

    @property
    def is_written_anew(self) -> bool:
        """Whether what is kept is not what arrived: a picture without what the camera put in."""
        return self.sha256 != self.received_sha256

    @property
    def is_withdrawn(self) -> bool:
        return self.taken_back_at is not None and self.state != self.State.REMOVED

    @property
    def can_be_had(self) -> bool:
        """Whether it is handed out: checked, and not found altered since."""
        return self.state == self.State.AVAILABLE and self.altered_at is None

    @property
    def may_hold_position(self) -> bool:
        """Whether it may say where it was taken: a picture kept as it came, as evidence."""
        return self.is_picture and self.is_evidence and not self.is_written_anew

    @property
    def held_because(self) -> str:
        """Why it is still in quarantine, in a sentence in the reader's language."""
        return str(self.Held(self.held).label) if self.held else ""

    @property
    def refusal(self) -> str:
        """Why it was refused, in a sentence in the reader's language."""
        return sentence(self.refused_because) if self.refused_because else ""
