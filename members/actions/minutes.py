"""Minutes: written, approved, printed, added to. Never changed once approved (the database refuses it)."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.actions.groups import ChangedMeanwhile, GroupRefused, check_keeps
from members.actions.meetings import locked_meeting
from members.documents.minutes import KIND
from members.documents.minutes_contents import contents_of
from members.models import Meeting, MeetingEvent, Minutes, MinutesAddition, User, WorkingGroup
from npmportal import audit, jobs
from npmportal.models import Job


@transaction.atomic
def write_minutes(*, meeting: Meeting, text: str, language: str, expected_version: int, by: User) -> Minutes:
    """Store the draft; ``expected_version`` is 0 for the first. ChangedMeanwhile where somebody was quicker."""
    meeting = locked_meeting(meeting, by)
    if not meeting.is_held:
        raise GroupRefused(_("Record who came first: minutes tell of a meeting that was held."))
    minutes = Minutes.objects.filter(meeting=meeting).first()
    if minutes is not None and minutes.version != expected_version:
        raise ChangedMeanwhile(minutes)
    if minutes is not None and minutes.is_approved:
        raise GroupRefused(_("The minutes are approved. Add to them instead."))
    minutes = minutes or Minutes(meeting=meeting, version=0)
    minutes.text, minutes.language, minutes.version = text, language, minutes.version + 1
    minutes.save()
    _record("minutes.written", minutes, by)
    return minutes


@transaction.atomic
def approve_minutes(*, minutes: Minutes, seen: str, by: User) -> Minutes:
    """Freeze the minutes, with the attendance, agenda and decisions they print, and have the PDF made.

    Approving is for the chair and for those who convene; a secretary writes. ``seen`` is the fingerprint of what was
    read (members/documents/minutes_contents.py); ChangedMeanwhile where anything of it has changed since.
    """
    if not WorkingGroup.objects.chaired_by(by).filter(pk=minutes.meeting.group_id).exists():
        raise PermissionDenied
    meeting = locked_meeting(minutes.meeting, by)
    minutes = Minutes.objects.select_for_update(of=("self",)).get(pk=minutes.pk)
    minutes.meeting = meeting
    if minutes.is_approved:
        return minutes  # a second press of the button
    if not minutes.text.strip():
        raise GroupRefused(_("There is nothing to approve yet."))
    contents = contents_of(minutes)
    if contents.seen != seen:
        raise ChangedMeanwhile(minutes)
    minutes.agreed = contents.to_keep()
    minutes.state, minutes.approved_by, minutes.approved_at = Minutes.State.APPROVED, by, timezone.now()
    minutes.job = _enqueue(minutes, by)
    minutes.save(update_fields=["state", "agreed", "approved_by", "approved_at", "job"])
    MeetingEvent.objects.create(meeting=meeting, kind=MeetingEvent.Kind.APPROVED, by=by)
    _record("minutes.approved", minutes, by)
    return minutes


@transaction.atomic
def add_to_minutes(*, minutes: Minutes, text: str, by: User) -> MinutesAddition:
    """Add a dated text below approved minutes, which is how they are corrected, and have the PDF made anew."""
    check_keeps(by, minutes.meeting.group)
    minutes = Minutes.objects.select_for_update(of=("self",)).for_detail().get(pk=minutes.pk)
    if not minutes.is_approved:
        raise GroupRefused(_("Only approved minutes are added to; a draft can simply be changed."))
    if not text.strip():
        raise GroupRefused(_("Write what is to be added."))
    addition = MinutesAddition.objects.create(minutes=minutes, text=text.strip(), by=by)
    Minutes.objects.filter(pk=minutes.pk).update(job=_enqueue(minutes, by))
    MeetingEvent.objects.create(meeting=minutes.meeting, kind=MeetingEvent.Kind.ADDED_TO, by=by)
    _record("minutes.added_to", minutes, by)
    return addition


@transaction.atomic
def print_again(*, minutes: Minutes, by: User) -> bool:
    """Try a failed PDF again; return whether it was (one in the making is left alone).

    Who tries asks for it from then on: who asked first may have left, and jobs die with the right to them.
    """
    check_keeps(by, minutes.meeting.group)
    if minutes.job is None or not jobs.retry(minutes.job):
        return False
    Job.objects.filter(pk=minutes.job.pk).update(requested_by=by)
    _record("minutes.retried", minutes, by)
    return True


def _enqueue(minutes: Minutes, by: User) -> Job:
    """Ask for the PDF. An addition while one is being made asks for another one after it: the key names the edition."""
    edition = minutes.additions.count()
    return jobs.enqueue(
        kind=KIND,
        key=f"{KIND}:{minutes.pk}:{edition}",
        by=by,
        mechanism=minutes.meeting.group.mechanism,
        arguments={"minutes_id": minutes.pk},
    )


def languages_of(meeting: Meeting) -> list[tuple[str, str]]:
    """Return the languages minutes of this meeting may be in, the mechanism's main one first."""
    known = dict(settings.LANGUAGES)
    wanted = [code for code in meeting.group.mechanism.languages if code in known]
    return [(code, str(known[code])) for code in [*wanted, *(c for c in known if c not in wanted)]]


def _record(action: str, minutes: Minutes, by: User) -> None:
    audit.record(action, by=by, obj=minutes, mechanism=minutes.meeting.group.mechanism)
