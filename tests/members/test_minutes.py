import re
from datetime import timedelta

import pikepdf
import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from members.actions import minutes as actions
from members.actions.groups import GroupRefused
from members.actions.tasks import give_task
from members.documents.minutes_contents import contents_of
from members.models import AgendaItem, Attendance, Decision, GroupSeat, Meeting, Minutes, MinutesAddition
from npmportal import jobs
from npmportal.models import AuditEvent, Job
from tests.members.test_meetings import address, decide
from tests.reports.pdf_text import text_of

TEXT = "The chair welcomed everybody.\n\nThey spoke of beds."


def approve(minutes, by):
    """Approve the minutes as they stand, as somebody does who has just read them."""
    return actions.approve_minutes(minutes=minutes, seen=contents_of(minutes).seen, by=by)


@pytest.fixture
def draft(held, coordinator) -> Minutes:
    return actions.write_minutes(meeting=held, text=TEXT, language="en-gb", expected_version=0, by=coordinator)


@pytest.fixture
def approved(draft, coordinator) -> Minutes:
    decide(draft.meeting, coordinator)
    return approve(draft, coordinator)


def made(minutes):
    """The minutes after their waiting job was done."""
    minutes.refresh_from_db()
    jobs.run(str(minutes.job.pk))
    return Minutes.objects.for_detail().get(pk=minutes.pk)


def words_of(minutes):
    """The words of the file, without the spaces between them."""
    with pikepdf.open(minutes.pdf.path) as pdf:
        return text_of(pdf)


# -- Who may be here --------------------------------------------------------------------------------------------------


def test_minutes_for_members_and_no_invitee(
    client, as_, approved, coordinator, alpha_reader, beta_monitor, gamma_monitor, administrator, stranger
):
    made(approved)
    meeting = approved.meeting
    for name, status in (("minutes_detail", 200), ("minutes_progress", 302), ("minutes_download", 200)):
        path = address(meeting, name)
        for user in (coordinator, alpha_reader):
            response = as_(user).get(path)
            assert response.status_code == status
            b"".join(response)  # or the file stays open
        assert as_(beta_monitor).get(path).status_code == 403
        for user in (gamma_monitor, administrator, stranger):
            assert as_(user).get(path).status_code == 404
        assert client.get(path).url.startswith(reverse("account_login"))
    GroupSeat.objects.filter(body__slug="alpha").update(ends_on=timezone.localdate())
    assert as_(alpha_reader).get(address(meeting, "minutes_download")).status_code == 404


def test_steps_with_minutes_are_for_those_who_keep_the_group(
    client, as_, approved, coordinator, alpha_lead, beta_monitor, gamma_monitor, stranger
):
    for name in ("minutes_add", "minutes_write", "minutes_approve"):
        path = address(approved.meeting, name)
        assert as_(coordinator).get(path).status_code == (302 if name == "minutes_approve" else 200)
        assert as_(alpha_lead).get(path).status_code == 403
        assert as_(beta_monitor).get(path).status_code == 403
        assert as_(stranger).get(path).status_code == 404
    for name in ("minutes_approve", "minutes_retry"):
        path = address(approved.meeting, name)
        assert as_(coordinator).post(path).status_code == 302
        assert as_(alpha_lead).post(path).status_code == 403
        assert as_(beta_monitor).post(path).status_code == 403
        assert as_(gamma_monitor).post(path).status_code == 404
        assert as_(stranger).post(path).status_code == 404
        assert client.post(path).url.startswith(reverse("account_login"))


def test_secretary_writes_and_the_chair_approves(held, alpha, beta, alpha_lead, beta_monitor):
    held.group.seats.filter(body=beta).update(standing="member")
    held.group.seats.create(body=alpha, standing="chair", starts_on=timezone.localdate())
    held.group.seats.create(person=beta_monitor, standing="secretary", starts_on=timezone.localdate())
    draft = actions.write_minutes(meeting=held, text=TEXT, language="en-gb", expected_version=0, by=beta_monitor)

    with pytest.raises(PermissionDenied):
        approve(draft, beta_monitor)
    assert approve(draft, alpha_lead).is_approved


# -- Draft ------------------------------------------------------------------------------------------------------------


def test_write_and_change_a_draft_on_the_page(as_, held, coordinator, alpha_reader):
    client, path = as_(coordinator), address(held, "minutes_write")
    client.post(path, {"text": "First", "language": "nl", "version": 0})
    client.post(path, {"text": "Second", "language": "en-gb", "version": 1})

    minutes = Minutes.objects.get()
    assert (minutes.text, minutes.language, minutes.version) == ("Second", "en-gb", 2)
    html = as_(alpha_reader).get(address(held, "minutes_detail")).content.decode()
    assert "Second" in html
    assert "This is a draft." in html
    stale = client.post(path, {"text": "Third", "language": "nl", "version": 1})
    assert stale.status_code == 409
    assert "Second" in stale.content.decode()
    assert "Third" in stale.content.decode()
    assert "required" in client.post(path, {"text": "", "language": "en-gb", "version": 2}).content.decode()


def test_minutes_wait_until_it_is_recorded_who_came(as_, meeting, coordinator):
    response = as_(coordinator).post(address(meeting, "minutes_write"), {"text": "T", "language": "nl", "version": 0})

    assert "Record who came first" in response.content.decode()
    assert not Minutes.objects.exists()


# -- Approved: frozen -------------------------------------------------------------------------------------------------


def test_approved_minutes_and_their_meeting_are_frozen_by_the_database(approved, alpha):
    meeting = approved.meeting
    point, decision, row = meeting.agenda.first(), meeting.decisions.first(), meeting.attendance.first()
    changes = [
        lambda: Minutes.objects.filter(pk=approved.pk).update(text="other"),
        lambda: Minutes.objects.filter(pk=approved.pk).update(state="draft", approved_by=None, approved_at=None),
        lambda: Minutes.objects.filter(pk=approved.pk).update(approved_at=timezone.now()),
        lambda: Minutes.objects.filter(pk=approved.pk).update(agreed=[{"title": "other"}]),
        lambda: Minutes.objects.filter(pk=approved.pk).delete(),
        lambda: Meeting.objects.filter(pk=meeting.pk).update(title="other"),
        lambda: Meeting.objects.filter(pk=meeting.pk).delete(),
        lambda: AgendaItem.objects.filter(pk=point.pk).update(paper="other"),
        lambda: AgendaItem.objects.create(meeting=meeting, title="late"),
        lambda: Decision.objects.filter(pk=decision.pk).update(text="other"),
        lambda: Decision.objects.filter(pk=decision.pk).delete(),
        lambda: Decision.objects.create(meeting=meeting, text="late"),
        lambda: Attendance.objects.filter(pk=row.pk).update(presence="absent"),
        lambda: Attendance.objects.create(meeting=meeting, guest="late", presence="present"),
    ]
    for change in changes:
        with pytest.raises(IntegrityError, match="the minutes are approved"), transaction.atomic():
            change()


def test_additions_are_append_only(approved, coordinator):
    addition = actions.add_to_minutes(minutes=approved, text="Beds: 40, not 14.", by=coordinator)

    for change in (
        lambda: MinutesAddition.objects.filter(pk=addition.pk).update(text="other"),
        lambda: MinutesAddition.objects.filter(pk=addition.pk).delete(),
    ):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            change()


def test_every_step_on_a_frozen_meeting_is_refused_in_words(as_, approved, coordinator):
    meeting, client = approved.meeting, as_(coordinator)
    point, decision = meeting.agenda.first(), meeting.decisions.first()
    now = (timezone.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    later = (timezone.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    change = {"title": "T", "starts_at": now, "ends_at": later, "reason": "r", "version": meeting.version}
    steps = {
        address(meeting, "meeting_change"): change,
        address(meeting, "meeting_cancel"): {"reason": "r"},
        address(meeting, "meeting_attendance"): {"version": meeting.version},
        address(meeting, "point_add"): {"title": "T"},
        address(meeting, "point_change", point=point.pk): {"title": "T", "version": 1},
        address(meeting, "point_remove", point=point.pk): {"reason": "r"},
        address(meeting, "decision_add"): {"text": "T"},
        address(meeting, "decision_change", decision=decision.pk): {"text": "T", "reason": "r", "version": 1},
        address(meeting, "decision_remove", decision=decision.pk): {"reason": "r"},
        address(meeting, "minutes_write"): {"text": "T", "language": "nl", "version": 1},
    }
    for path, data in steps.items():
        response = client.post(path, data)
        assert response.status_code == 200, path
        assert "minutes are approved" in response.content.decode(), path
    assert client.post(address(meeting, "point_up", point=point.pk)).status_code == 302


def test_only_approved_minutes_are_added_to(draft, coordinator):
    with pytest.raises(GroupRefused):
        actions.add_to_minutes(minutes=draft, text="x", by=coordinator)


# -- The PDF ----------------------------------------------------------------------------------------------------------


def test_pdf_of_the_minutes(as_, held, coordinator, alpha, alpha_reader):
    decide(held, coordinator, "We ask the ministry <b>now</b>.")
    due_on = timezone.localdate() + timedelta(days=5)
    give_task(
        mechanism=alpha.mechanism, title="Draft it", due_on=due_on, owner=coordinator, meeting=held, by=coordinator
    )
    draft = actions.write_minutes(meeting=held, text=TEXT, language="en-gb", expected_version=0, by=coordinator)
    approve(draft, coordinator)

    minutes = made(draft)

    assert minutes.job.state == Job.State.DONE, minutes.job.error
    with pikepdf.open(minutes.pdf.path) as pdf:
        assert pdf.Root.Lang == "en-gb"
        assert "/StructTreeRoot" in pdf.Root
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        assert "Minutes of Steering group" in str(pdf.docinfo.Title)
        raw = pdf.Root.Metadata.read_bytes().decode()
    assert re.search('pdfuaid:part(="|>)1', raw)
    text = words_of(minutes)
    expected = ("Minutes: Steering group", "Alpha Inspectorate", "present", "They spoke of beds.", "Inner point")
    for words in (*expected, "Draft it", "We ask the ministry <b>now</b>."):
        assert words.replace(" ", "") in text
    for person in ("Cora", "Coordinator", "example"):
        assert person not in text + raw
    response = as_(alpha_reader).get(address(held, "minutes_download"))
    assert b"".join(response.streaming_content).startswith(b"%PDF")
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert AuditEvent.objects.filter(action="minutes.downloaded", actor=alpha_reader).count() == 1


def test_pdf_of_the_minutes_is_in_their_language(held, coordinator):
    draft = actions.write_minutes(meeting=held, text="Tekst", language="nl", expected_version=0, by=coordinator)
    approve(draft, coordinator)

    with pikepdf.open(made(draft).pdf.path) as pdf:
        assert pdf.Root.Lang == "nl"


def test_addition_stands_in_a_new_pdf_and_an_older_job_does_not_overwrite_it(approved, coordinator):
    first = Job.objects.get(pk=approved.job.pk)
    actions.add_to_minutes(minutes=approved, text="Beds: 40, not 14.", by=coordinator)
    minutes = made(approved)
    assert minutes.job.pk != first.pk
    assert "Beds:40,not14." in words_of(minutes)

    jobs.run(str(first.pk))

    assert "Beds:40,not14." in words_of(Minutes.objects.get())
    assert Job.objects.get(pk=first.pk).state == Job.State.DONE


def test_pdf_that_failed_says_so_and_is_tried_again_by_whoever_keeps_the_group(
    as_, approved, coordinator, alpha, alpha_lead, monkeypatch
):
    from npmportal.pdf import PdfError

    with monkeypatch.context() as patch:
        patch.setattr(
            "npmportal.pdf.printing.write_pdf", lambda *args, **options: (_ for _ in ()).throw(PdfError("too_slow"))
        )
        made(approved)
    page = as_(coordinator).get(address(approved.meeting, "minutes_detail")).content.decode()
    assert "The PDF could not be made." in page
    assert "took too long" in page
    approved.meeting.group.seats.create(body=alpha, standing="chair", starts_on=timezone.localdate())
    coordinator.is_active = False
    coordinator.save(update_fields=["is_active"])

    as_(alpha_lead).post(address(approved.meeting, "minutes_retry"))

    assert made(approved).job.state == Job.State.DONE
    assert "Download the minutes" in as_(alpha_lead).get(address(approved.meeting, "minutes_detail")).content.decode()


def test_job_of_somebody_who_left_makes_nothing(approved, coordinator):
    coordinator.is_active = False
    coordinator.save(update_fields=["is_active"])

    minutes = made(approved)

    assert minutes.job.state == Job.State.FAILED
    assert not minutes.pdf


def test_download_before_the_file_is_there_is_not_found(as_, approved, coordinator):
    assert as_(coordinator).get(address(approved.meeting, "minutes_download")).status_code == 404
    assert as_(coordinator).get(address(approved.meeting, "minutes_detail")).status_code == 200
