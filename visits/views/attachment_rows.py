"""The files of a visit as its pages print them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from npmportal.access import LOG_VISITS, VIEW_VISITS, can, grants_of
from visits.actions.attachments import FIELD, may_attach, may_withdraw
from visits.forms.note import ReasonForm
from visits.models import Attachment, Visit

State = Attachment.State


@dataclass(frozen=True)
class TakingBack:
    """The button that removes or withdraws one file: its words, where it posts, its form."""

    label: str
    url: str
    form: ReasonForm
    is_open: bool = False


@dataclass(frozen=True)
class FileRow:
    """One file for one reader."""

    attachment: Attachment
    job: Any
    name: str
    tags: list[tuple[str, str]]
    may_check_again: bool = False
    taking_back: TakingBack | None = None

    @property
    def is_moving(self) -> bool:
        return self.job is not None and self.job.is_live


@dataclass(frozen=True)
class Files:
    """The files of a visit, those only a record is left of, and whether the reader may add some."""

    rows: list[FileRow]
    removed: list[Attachment]
    may_add: bool

    @property
    def attachments(self) -> list[Attachment]:
        """All of them that the reader may know of."""
        return [*(row.attachment for row in self.rows), *self.removed]


def files_of(
    visit: Visit, user: Any, sees: frozenset[str], *, wrong: tuple[Any, ReasonForm] | None = None
) -> Files | None:
    """Return the files of ``visit`` for ``user`` who reads the fields ``sees``; None for who reads no files.

    ``wrong`` is the file that was to be taken back, and the form with what was wrong about that. One query.
    """
    if FIELD not in sees:
        return None
    attachments = list(Attachment.objects.for_visit(visit))
    kept: Iterable[Attachment] = (each for each in attachments if each.state != State.REMOVED)
    rights = Rights(visit, user)
    rows = [row_of(each, rights, wrong[1] if wrong and wrong[0] == each.pk else None) for each in kept]
    # What was in a draft and is no more is the business of the bodies alone.
    removed = [each for each in attachments if each.state == State.REMOVED] if rights.is_involved else []
    return Files(rows, removed, rights.may_attach)


class Rights:
    """What one person may do with the files of one visit. Asks the database nothing (the visit has its mechanism)."""

    def __init__(self, visit: Visit, user: Any) -> None:
        self.slug = visit.mechanism.slug
        self.may_attach = may_attach(visit, user)
        self.may_withdraw = may_withdraw(visit, user)
        self.is_involved = not grants_of(user).on(VIEW_VISITS).isdisjoint(visit.body_ids)
        self.logs = can(user, LOG_VISITS, visit.lead_body)


def row_of(attachment: Attachment, rights: Rights, wrong: ReasonForm | None = None) -> FileRow:
    """Return the row of one file; ``wrong`` is its form to take it back, where something was wrong with that."""
    job = attachment.job.in_words() if attachment.job and attachment.state == State.QUARANTINED else None
    is_moving = job is not None and job.is_live
    return FileRow(
        attachment,
        job,
        attachment.title or attachment.name,
        _tags(attachment),
        may_check_again=rights.logs and attachment.state == State.QUARANTINED and not is_moving,
        taking_back=_taking_back(attachment, rights, wrong),
    )


def _tags(attachment: Attachment) -> list[tuple[str, str]]:
    if attachment.altered_at is not None:
        tags = [("refused", _("altered"))]
    elif attachment.state == State.QUARANTINED and attachment.held:
        tags = [("delayed", _("in quarantine"))]
    elif attachment.state == State.AVAILABLE:
        tags = []
    else:
        tags = [(attachment.state, attachment.get_state_display())]
    if attachment.scan == Attachment.Scan.NOT_SCANNED:
        tags.append(("delayed", _("not scanned")))
    if attachment.is_evidence:
        tags.append(("evidence", _("evidence")))
    if attachment.is_withdrawn:
        tags.append(("refused", _("withdrawn")))
    return tags


def _taking_back(attachment: Attachment, rights: Rights, wrong: ReasonForm | None) -> TakingBack | None:
    if rights.may_attach:
        name, label = "attachment_remove", _("Remove this file")
    elif rights.may_withdraw and attachment.state == State.AVAILABLE and not attachment.is_withdrawn:
        name, label = "attachment_withdraw", _("Withdraw this file")
    else:
        return None
    url = reverse(f"visits:{name}", kwargs={"npm": rights.slug, "pk": attachment.pk})
    form = wrong or ReasonForm(rows=2, auto_id=f"id_{attachment.pk}_%s")
    return TakingBack(label, url, form, is_open=wrong is not None)
