"""What people write beside a visit: notes, the coordinator's questions and their answers, addenda to the record."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.models import User
from npmportal.access import VIEW_SUBMITTED_VISITS, VIEW_VISITS, grants_of
from visits.models.visit import Visit


class VisitNoteQuerySet(models.QuerySet["VisitNote"]):
    def visible_to(self, user: Any) -> Self:
        """Return what ``user`` may read beside the visits they may read: what is shared, and what is of their side."""
        grants = grants_of(user)
        own_side = Q(side=VisitNote.Side.BODIES, visit__body_ids__overlap=sorted(grants.on(VIEW_VISITS)))
        own_side |= Q(side=VisitNote.Side.COORDINATOR, visit__mechanism__in=grants.on(VIEW_SUBMITTED_VISITS))
        return self.filter(Q(is_shared=True) | own_side, visit__in=Visit.objects.visible_to(user))

    def open_questions(self) -> Self:
        """Return the questions that nobody has answered yet."""
        return self.filter(kind=VisitNote.Kind.QUESTION, settled_at=None, answers=None)


class VisitNote(models.Model):
    """One text beside a visit. It is never changed: what is wrong in it the next one says."""

    class Kind(models.TextChoices):
        NOTE = "note", _("note")
        QUESTION = "question", _("question")
        ANSWER = "answer", _("answer")
        ADDENDUM = "addendum", _("addendum")  # part of the record from the day it was written

    class Side(models.TextChoices):
        BODIES = "bodies", _("the bodies involved")
        COORDINATOR = "coordinator", _("the coordinator")

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="notes")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    side = models.CharField(max_length=12, choices=Side.choices)
    is_shared = models.BooleanField(_("shared with the other side"), default=False)
    text = models.TextField(_("text"))
    answers_to = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="answers")
    settled_at = models.DateTimeField(null=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    objects = VisitNoteQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="visits_visitnote_answers_a_question",
                condition=Q(kind="answer", answers_to__isnull=False) | (~Q(kind="answer") & Q(answers_to__isnull=True)),
            ),
            models.CheckConstraint(
                name="visits_visitnote_only_notes_are_kept_to_a_side", condition=Q(kind="note") | Q(is_shared=True)
            ),
            models.CheckConstraint(
                name="visits_visitnote_questions_are_settled", condition=Q(kind="question") | Q(settled_at=None)
            ),
        ]
        indexes = [
            models.Index(fields=["visit"], condition=Q(kind="question", settled_at=None), name="visits_visitnote_open")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d}"
