"""Files of visits: taken, quarantined, checked, refused, removed, withdrawn."""

import hashlib
import io
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from PIL import Image

from npmportal import jobs
from npmportal.file_settings import Limits
from npmportal.models import AuditEvent, Job
from npmportal.uploads.reasons import Reason, Refused
from tests.factories import VisitFactory
from tests.npmportal.fake_clamd import VERSION, running
from tests.npmportal.upload_corpus import EICAR, REFUSED, office, pdf_with_file, photograph
from tests.visits.attachment_tools import attached, check, content_of, stored_files
from visits import attachment_checks
from visits.actions import attachments as actions
from visits.actions.transitions import ReasonMissing
from visits.models import Attachment, Visit

Held = Attachment.Held
State = Attachment.State


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch):
    monkeypatch.setattr(jobs.app, "send_task", lambda name, args: None)


@pytest.fixture
def commits(django_capture_on_commit_callbacks):
    return django_capture_on_commit_callbacks


@pytest.fixture
def clamd(settings):
    with running() as (fake, settings.SCANNER_URL):
        yield fake


# -- Taking in --------------------------------------------------------------------------------------------------------
def test_file_is_quarantined_under_a_name_of_chance(draft, alpha_monitor):
    attachment = attached(draft, alpha_monitor, name="Cell 4 (Mr X).txt", title="Cell 4")

    (stored,) = stored_files()
    assert attachment.state == State.QUARANTINED
    assert stored == attachment.file.name
    assert not {"cell", "txt", str(attachment.pk), attachment.pk.hex}.intersection([stored.lower(), *stored.split("/")])
    assert attachment.received_sha256 == hashlib.sha256(b"Dear director").hexdigest()
    event = AuditEvent.objects.get(action="attachment.added")
    assert (event.actor, event.body_ids) == (alpha_monitor, [draft.lead_body_id])
    assert "Cell 4" not in str(event.details)


@pytest.mark.parametrize("who", ["alpha_reader", "coordinator", "beta_monitor", "stranger", "administrator", "retired"])
def test_who_does_not_change_the_visit_adds_nothing(request, who, joint):
    with pytest.raises(PermissionDenied):
        attached(joint, request.getfixturevalue(who))

    assert stored_files() == []


@pytest.mark.parametrize("state", ["submitted", "approved", "withdrawn", "discarded"])
def test_nothing_is_added_to_a_visit_that_is_not_open(draft, alpha_monitor, state):
    Visit.objects.filter(pk=draft.pk).update(state=state)
    draft.refresh_from_db()

    with pytest.raises(PermissionDenied):
        attached(draft, alpha_monitor)

    assert stored_files() == []


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("page.svg", b"<svg/>", Reason.NOT_ALLOWED),
        ("page.html", b"<p>", Reason.NOT_ALLOWED),
        ("photo\u202egpj.exe", b"MZ", Reason.NOT_ALLOWED),
        ("letter.pdf.exe", b"MZ", Reason.NOT_ALLOWED),
        ("letter", b"x", Reason.NOT_ALLOWED),
        (".txt", b"x", Reason.NOT_ALLOWED),
        ("a.heic", b"x", Reason.HEIC),
        ("a.docm", b"x", Reason.OLD_OFFICE),
        ("a.txt", b"", Reason.EMPTY),
        ("a.txt", b"x" * 1001, Reason.TOO_LARGE),
    ],
)
def test_what_is_not_taken_is_not_stored(settings, draft, alpha_monitor, name, content, reason):
    settings.UPLOADS = Limits(largest=1000)

    with pytest.raises(Refused) as refusal:
        attached(draft, alpha_monitor, name=name, content=content)

    assert refusal.value.reason == reason
    assert stored_files() == []
    assert not Attachment.objects.exists()


def test_limits_of_the_visit_and_of_the_day(settings, draft, alpha_monitor, alpha_lead, prison, alpha):
    settings.UPLOADS = Limits(largest=100, per_record=150, files_per_record=3, per_person_and_day=240)
    attached(draft, alpha_monitor, content=b"a" * 100)
    other = VisitFactory(place=prison, lead_body=alpha)

    with pytest.raises(Refused, match="visit_full"):
        attached(draft, alpha_monitor, content=b"b" * 51)
    attached(draft, alpha_monitor, content=b"b" * 50)
    with pytest.raises(Refused, match="day_full"):
        attached(other, alpha_monitor, content=b"c" * 91)
    attached(other, alpha_lead, content=b"c" * 100)
    Attachment.objects.filter(uploaded_by=alpha_monitor).update(uploaded_at=timezone.now() - timedelta(hours=25))
    attached(other, alpha_monitor, content=b"d" * 50)

    assert len(stored_files()) == 4


def test_number_of_files_of_a_visit(settings, draft, alpha_monitor):
    settings.UPLOADS = Limits(files_per_record=2)
    for content in (b"a", b"b"):
        attached(draft, alpha_monitor, content=content)

    with pytest.raises(Refused, match="visit_full"):
        attached(draft, alpha_monitor, content=b"c")


def test_double_click_adds_one_file_and_the_same_from_somebody_else_is_refused(draft, alpha_monitor, alpha_lead):
    first, second = (attached(draft, alpha_monitor) for _click in range(2))

    with pytest.raises(Refused, match="same"):
        attached(draft, alpha_lead)

    assert first == second
    assert len(stored_files()) == Attachment.objects.count() == Job.objects.count() == 1


def test_evidence_without_its_reason_is_refused_by_the_database(draft, alpha_monitor):
    with pytest.raises(IntegrityError, match="evidence_has_its_reason"), transaction.atomic():
        attached(draft, alpha_monitor, is_evidence=True)

    assert stored_files() == []


# -- Checking ---------------------------------------------------------------------------------------------------------
def test_clean_file_is_released_as_it_came(draft, alpha_monitor, clamd, commits):
    attachment = check(attached(draft, alpha_monitor), commits)

    assert (attachment.state, attachment.scan) == (State.AVAILABLE, "clean")
    assert attachment.scanner_said == VERSION.decode()
    assert attachment.sha256 == attachment.received_sha256
    assert content_of(attachment) == b"Dear director"
    assert clamd.streams == [b"Dear director"]
    assert AuditEvent.objects.get(action="attachment.released").actor is None


def test_photograph_is_written_anew_without_its_position(draft, alpha_monitor, clamd, commits):
    content = photograph(gps=True)
    attachment = attached(draft, alpha_monitor, name="cell.jpg", content=content, kind="photograph")

    check(attachment, commits)

    kept = content_of(attachment)
    with Image.open(io.BytesIO(kept)) as image:
        assert not image.getexif().get_ifd(0x8825)
    assert (attachment.is_written_anew, attachment.may_hold_position, attachment.has_position) == (True, False, False)
    assert attachment.sha256 == hashlib.sha256(kept).hexdigest()
    assert (attachment.size, attachment.received_size) == (len(kept), len(content))
    assert (attachment.width, attachment.height) == (64, 48)
    assert stored_files() == [attachment.file.name]
    assert clamd.streams == [content]


def test_evidence_is_kept_unaltered_and_says_that_its_position_is_in_it(draft, alpha_monitor, clamd, commits):
    content = photograph(gps=True)
    about = {"kind": "photograph", "is_evidence": True, "evidence_reason": "Injury of the day before."}

    attachment = check(attached(draft, alpha_monitor, name="a.jpg", content=content, **about), commits)

    assert content_of(attachment) == content
    assert attachment.sha256 == attachment.received_sha256 == hashlib.sha256(content).hexdigest()
    assert (attachment.may_hold_position, attachment.has_position) == (True, True)


@pytest.mark.parametrize("name", ["HTML as .pdf", "JPEG that is a zip too", "Word with macros", "zip bomb"])
def test_harmful_file_is_refused_and_thrown_away(draft, alpha_monitor, clamd, commits, name):
    extension, content, reason = REFUSED[name]
    content = content() if callable(content) else content

    attachment = check(attached(draft, alpha_monitor, name=f"a.{extension}", content=content), commits)

    assert (attachment.state, attachment.refused_because) == (State.REFUSED, reason)
    assert attachment.refusal.endswith(".")
    assert stored_files() == []
    assert clamd.streams == []
    assert attachment.job.state == Job.State.DONE
    assert AuditEvent.objects.get(action="attachment.refused").details["reason"] == reason


def test_malware_is_refused_and_thrown_away(draft, alpha_monitor, clamd, commits):
    attachment = check(attached(draft, alpha_monitor, content=b"x" + EICAR), commits)

    assert (attachment.state, attachment.refused_because) == (State.REFUSED, Reason.INFECTED)
    assert attachment.scanner_said == "Eicar-Test-Signature"
    assert AuditEvent.objects.get(action="attachment.refused").details["scanner_said"] == "Eicar-Test-Signature"
    assert stored_files() == []


@pytest.mark.parametrize("behaviour", ["exceeds", "encrypted"])
def test_file_that_could_not_be_scanned_whole_stays_in_quarantine(draft, alpha_monitor, settings, commits, behaviour):
    with running(behaviour) as (_clamd, settings.SCANNER_URL):
        attachment = check(attached(draft, alpha_monitor), commits)

    assert (attachment.state, attachment.held) == (State.QUARANTINED, Held.NOT_WHOLE)
    assert not attachment.can_be_had
    assert attachment not in Attachment.objects.waiting()


def test_no_scanner_fails_closed(draft, alpha_monitor, settings, commits):
    settings.SCANNER_URL = ""

    attachment = check(attached(draft, alpha_monitor), commits)

    assert (attachment.state, attachment.held) == (State.QUARANTINED, Held.NO_SCANNER)
    assert attachment.held_because.startswith("No malware scanner is set up")


def test_demonstration_releases_files_and_labels_them(draft, alpha_monitor, settings, commits):
    settings.SCANNER_URL = "none"

    attachment = check(attached(draft, alpha_monitor), commits)

    assert (attachment.state, attachment.scan) == (State.AVAILABLE, "not_scanned")


def test_who_added_it_may_have_left_before_it_is_checked(draft, alpha_monitor, clamd, commits):
    attachment = attached(draft, alpha_monitor)
    alpha_monitor.is_active = False
    alpha_monitor.save(update_fields=["is_active"])

    assert check(attachment, commits).state == State.AVAILABLE


def test_message_delivered_twice_releases_once(draft, alpha_monitor, clamd, commits):
    attachment = check(attached(draft, alpha_monitor), commits)

    check(attachment, commits)

    assert AuditEvent.objects.filter(action="attachment.released").count() == 1
    assert len(clamd.streams) == 1


def test_removed_while_it_is_checked_nothing_comes_back(draft, alpha_monitor, clamd, commits, monkeypatch):
    attachment = attached(draft, alpha_monitor, name="a.jpg", content=photograph())
    real = attachment_checks.written_anew

    def removed_meanwhile(*arguments):
        real(*arguments)
        actions.remove_attachment(attachment=attachment, reason="The wrong one.", by=alpha_monitor)

    monkeypatch.setattr(attachment_checks, "written_anew", removed_meanwhile)

    assert check(attachment, commits).state == State.REMOVED
    assert stored_files() == []


def test_crash_leaves_the_file_in_quarantine_with_a_sentence(draft, alpha_monitor, clamd, commits, monkeypatch):
    attachment = attached(draft, alpha_monitor)
    monkeypatch.setattr(attachment_checks, "looked_at", lambda *a: 1 / 0)

    check(attachment, commits)

    assert (attachment.state, attachment.job.state) == (State.QUARANTINED, Job.State.FAILED)
    assert attachment.job.error
    a_minute_ago = timezone.now() - timedelta(minutes=1)
    Attachment.objects.update(uploaded_at=a_minute_ago)
    Job.objects.update(finished_at=a_minute_ago)
    assert attachment in Attachment.objects.waiting()  # so that it is checked again, though nobody asks
    monkeypatch.undo()
    monkeypatch.setattr(jobs.app, "send_task", lambda name, args: None)
    assert actions.check_again(attachment=attachment, by=alpha_monitor)
    assert attachment not in Attachment.objects.waiting()
    assert check(attachment, commits).state == State.AVAILABLE


# -- Taking back ------------------------------------------------------------------------------------------------------
def test_removed_from_a_draft_only_the_record_is_left(draft, alpha_monitor, clamd, commits):
    attachment = check(attached(draft, alpha_monitor, name="Mr X.txt", title="Mr X", note="of Mr X"), commits)

    with commits(execute=True):
        actions.remove_attachment(attachment=attachment, reason="It names somebody.", by=alpha_monitor)

    attachment.refresh_from_db()
    assert (attachment.state, attachment.name, attachment.title, attachment.note) == (State.REMOVED, "", "", "")
    assert attachment.taken_back_reason == "It names somebody."
    assert stored_files() == []
    event = AuditEvent.objects.get(action="attachment.removed")
    assert "somebody" not in str(event.details)


def test_visit_is_locked_while_a_file_is_removed(draft, alpha_monitor, clamd, commits, django_assert_max_num_queries):
    """Else somebody hands it in with a file that is gone a moment later."""
    attachment = check(attached(draft, alpha_monitor), commits)

    with django_assert_max_num_queries(50) as asked:
        actions.remove_attachment(attachment=attachment, reason="It names somebody.", by=alpha_monitor)

    locks = [query["sql"] for query in asked.captured_queries if "FOR UPDATE" in query["sql"]]
    assert '"visits_visit"' in locks[0].partition("FOR UPDATE")[2]


@pytest.mark.parametrize(
    ("act", "state"), [(actions.remove_attachment, "draft"), (actions.withdraw_attachment, "submitted")]
)
def test_taking_back_asks_for_a_reason(draft, alpha_monitor, clamd, commits, act, state):
    attachment = check(attached(draft, alpha_monitor), commits)
    Visit.objects.filter(pk=draft.pk).update(state=state)

    for reason in ("", " \r\n ", "a\x00b", "r" * 10_001):
        with pytest.raises(ReasonMissing):
            act(attachment=attachment, reason=reason, by=alpha_monitor)

    attachment.refresh_from_db()
    assert (attachment.taken_back_at, attachment.state) == (None, State.AVAILABLE)


def test_handed_in_it_is_only_withdrawn_and_stays(draft, alpha_monitor, clamd, commits):
    attachment = check(attached(draft, alpha_monitor), commits)
    with pytest.raises(PermissionDenied):
        actions.withdraw_attachment(attachment=attachment, reason="Wrong.", by=alpha_monitor)
    Visit.objects.filter(pk=draft.pk).update(state="approved")

    with pytest.raises(PermissionDenied):
        actions.remove_attachment(attachment=attachment, reason="Wrong.", by=alpha_monitor)
    with commits(execute=True):
        actions.withdraw_attachment(attachment=attachment, reason="Wrong.", by=alpha_monitor)

    attachment.refresh_from_db()
    assert (attachment.is_withdrawn, attachment.state) == (True, State.AVAILABLE)
    assert content_of(attachment) == b"Dear director"


@pytest.mark.parametrize("who", ["alpha_reader", "beta_monitor", "coordinator", "stranger", "administrator"])
def test_who_does_not_log_for_the_body_takes_nothing_back(request, who, joint, alpha_monitor, clamd, commits):
    attachment = check(attached(joint, alpha_monitor), commits)
    person = request.getfixturevalue(who)

    for state, act in (("draft", actions.remove_attachment), ("approved", actions.withdraw_attachment)):
        Visit.objects.filter(pk=joint.pk).update(state=state)
        with pytest.raises(PermissionDenied):
            act(attachment=attachment, reason="Because.", by=person)
    with pytest.raises(PermissionDenied):
        actions.check_again(attachment=attachment, by=person)


def test_pdf_with_files_may_be_removed_after_its_refusal(draft, alpha_monitor, clamd, commits):
    attachment = check(attached(draft, alpha_monitor, name="a.pdf", content=pdf_with_file()), commits)
    assert attachment.state == State.REFUSED

    actions.remove_attachment(attachment=attachment, reason="Not needed.", by=alpha_monitor)

    attachment.refresh_from_db()
    assert attachment.state == State.REMOVED


def test_document_is_released_unaltered(draft, alpha_monitor, clamd, commits):
    content = office()  # once: a file made a moment later bears another time

    attachment = check(attached(draft, alpha_monitor, name="a.docx", content=content), commits)

    assert content_of(attachment) == content
    assert attachment.content_type.endswith("wordprocessingml.document")
