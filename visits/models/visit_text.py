"""The words of a visit as full-text search reads them (ADR 0025). The database keeps the table by itself.

Texts stand beside the visits, not in them: a column of vectors would have rewritten a table of a million rows.
Triggers (migrations `words_of_visits`, `words_of_findings`, `words_of_judgements`) write a row whenever a visit, its
findings, ratings, answers or needs, a note, a file or the name of a place is stored.
"""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from visits.models.attachment import Attachment
from visits.models.note import VisitNote
from visits.models.visit import Visit


class VisitText(models.Model):
    """The words of one thing that is read as a whole, by the same people: a record, its findings, the grounds of its
    ratings, its answers in words, its notes on needs, a note beside it, a file's name and title."""

    class Part(models.TextChoices):
        RECORD = "record"
        SHARED = "shared"  # notes, questions, answers and addenda that both sides read
        BODIES = "bodies"  # notes of the bodies involved
        COORDINATOR = "coordinator"  # notes of the coordinator
        FILE = "file"
        FINDINGS = "findings"
        RATINGS = "ratings"  # their grounds
        ANSWERS = "answers"  # those in words
        NEEDS = "needs"  # the notes on them

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="texts")
    part = models.CharField(max_length=12, choices=Part.choices)
    note = models.OneToOneField(VisitNote, on_delete=models.CASCADE, null=True, related_name="+")
    attachment = models.OneToOneField(Attachment, on_delete=models.CASCADE, null=True, related_name="+")
    # English and Dutch stems of the same words, one behind the other.
    words = SearchVectorField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="visits_visittext_one_record_of_a_visit", fields=["visit"], condition=Q(part="record")
            ),
            models.UniqueConstraint(
                name="visits_visittext_findings_of_a_visit", fields=["visit"], condition=Q(part="findings")
            ),
            models.UniqueConstraint(
                name="visits_visittext_one_of_each_part",
                fields=["visit", "part"],
                condition=Q(part__in=["ratings", "answers", "needs"]),
            ),
            models.CheckConstraint(
                name="visits_visittext_of_its_part",
                condition=Q(part__in=["record", "findings", "ratings", "answers", "needs"], note=None, attachment=None)
                | Q(part="file", note=None, attachment__isnull=False)
                | Q(part__in=["shared", "bodies", "coordinator"], note__isnull=False, attachment=None),
            ),
        ]
        indexes = [GinIndex(fields=["words"], name="visits_visittext_words")]

    def __str__(self) -> str:
        return self.part
