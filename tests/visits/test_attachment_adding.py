"""Adding files to visits in the browser: several at once, what is not taken, names."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from npmportal.file_settings import Limits
from npmportal.models import Job
from tests.npmportal.upload_corpus import office, photograph
from tests.visits.attachment_tools import (
    attached,
    body_of,
    check,
    download_url,
    files_url,
    received,
    stored_files,
    url_of,
)
from visits.actions.attachments import About, attach_file
from visits.models import Attachment

pytestmark = pytest.mark.usefixtures("no_broker", "nobody_scans")


def post_files(client, visit, *files, **typed):
    return client.post(files_url(visit), {"kind": "letter", "files": list(files)} | typed, follow=True)


def test_several_files_are_added_at_once_and_are_being_checked(as_, alpha_monitor, draft):
    files = [received("a.txt", b"one"), received("b.docx", office())]

    page = post_files(as_(alpha_monitor), draft, *files, title="Letters", note="From the board.").content.decode()

    assert "2 files were received and are being checked." in page
    assert page.count("Letters") >= 2
    assert page.count("Waiting to be started.") == 2
    assert Attachment.objects.filter(visit=draft, note="From the board.", kind="letter").count() == 2


def test_kind_that_is_not_chosen_follows_from_the_file(as_, alpha_monitor, draft):
    post_files(as_(alpha_monitor), draft, received("a.txt", b"one"), received("b.jpg", photograph()), kind="")

    assert set(Attachment.objects.values_list("name", "kind")) == {("a.txt", "document"), ("b.jpg", "photograph")}


def test_progress_is_there_after_a_reload_and_for_others(as_, alpha_monitor, alpha_reader, draft):
    attachment = attached(draft, alpha_monitor)
    Job.objects.filter(pk=attachment.job_id).update(
        state="running",
        progress_done=1,
        progress_total=3,
        progress_label="Having it scanned for malware",
        lease_until=timezone.now() + timedelta(minutes=1),
    )

    for person in (alpha_monitor, alpha_reader):
        page = as_(person).get(url_of("visit_detail", draft.mechanism, draft.pk)).content.decode()

        assert "1 of 3: Having it scanned for malware" in page
        assert url_of("attachment_part", draft.mechanism, attachment.pk) in page
        assert download_url(attachment) not in page


def test_good_files_are_taken_and_of_the_others_it_is_said_why(as_, alpha_monitor, draft):
    files = [received("a.txt", b"one"), received("b.svg", b"<svg/>"), received("c.heic", b"x"), received("d.txt", b"")]

    page = post_files(as_(alpha_monitor), draft, *files).content.decode()

    assert "The file was received and is being checked." in page
    assert "b.svg: Files of this kind are not taken. Taken are: .pdf, .docx" in page
    assert "c.heic: Photographs in the HEIC format are not taken." in page
    assert "d.txt: The file is empty." in page
    assert Attachment.objects.get().name == "a.txt"


def test_nothing_good_comes_back_as_an_error_and_what_was_typed_stays(as_, alpha_monitor, draft):
    response = post_files(as_(alpha_monitor), draft, received("b.svg", b"<svg/>"), title="My title", note="My note")

    page = response.content.decode()
    assert response.status_code == 422
    assert 'value="My title"' in page
    assert "My note" in page
    assert "There is a problem" in page
    assert "b.svg: Files of this kind are not taken." in page


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"files": []}, "Choose a file."),
        ({"kind": "nonsense"}, "Select a valid choice"),
        ({"title": "t" * 201}, "at most 200 characters"),
        ({"title": "a\x00b"}, "Remove the unprintable characters"),
        ({"note": "n" * 10_001}, "Shorten this text"),
        ({"is_evidence": "on"}, "Say why it must be kept exactly as it came."),
        ({"is_evidence": "on", "evidence_reason": "\x00"}, "Remove the unprintable characters"),
    ],
)
def test_invalid_form_says_what_is_wrong_and_stores_nothing(as_, alpha_monitor, draft, typed, words):
    data = {"kind": "letter", "files": [received("a.txt", b"one")]} | typed

    response = as_(alpha_monitor).post(files_url(draft), data)

    assert response.status_code == 422
    assert words in response.content.decode()
    assert stored_files() == []


def test_too_large_a_file_is_left_out_and_named(settings, as_, alpha_monitor, draft):
    settings.UPLOADS = Limits(largest=100_000)
    files = [received("large.txt", b"x" * 200_000), received("small.txt", b"x")]

    page = post_files(as_(alpha_monitor), draft, *files).content.decode()

    assert "large.txt: The file is too large: at most 97.7" in page
    assert Attachment.objects.get().name == "small.txt"


def test_nothing_but_what_is_too_large_is_an_error(settings, as_, alpha_monitor, draft):
    settings.UPLOADS = Limits(at_once=100_000)

    response = post_files(as_(alpha_monitor), draft, received("a.txt", b"x" * 200_000))

    assert response.status_code == 422
    assert "a.txt: These are too many bytes at once" in response.content.decode()


@pytest.mark.parametrize(
    ("who", "status"),
    [("alpha_reader", 403), ("beta_monitor", 403), ("outsider", 404), ("administrator", 403), ("stranger", 404)],
)
def test_who_may_not_add_files(request, as_, joint, who, status):
    client = as_(request.getfixturevalue(who))

    assert client.post(files_url(joint), {"files": [received("a.txt", b"x")]}).status_code == status
    assert stored_files() == []


# -- Names ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\secrets\\plan.txt", "plan.txt"),
        ("a\r\nSet-Cookie: x=1.txt", "aSet-Cookie: x=1.txt"),
        ("photo\u202etxt.jpg.txt", "phototxt.jpg.txt"),
        ("<script>alert(1)</script>.txt", "script>.txt"),
        ("\u202f\u200bé, “è”.txt", "é, “è”.txt"),
        ("n" * 300 + ".txt", "n" * 195 + "….txt"),
        ("a\u0000b.txt", "ab.txt"),
    ],
)
def test_names_are_shown_escaped_and_sent_in_one_line(alpha_monitor, draft, as_, commits, sent, shown):
    file = received("x.txt", b"words")
    file._name = sent  # what reads forms leaves out most of it; other code may not

    attachment = check(attach_file(visit=draft, file=file, about=About("letter"), by=alpha_monitor), commits)

    assert attachment.name == shown
    page = as_(alpha_monitor).get(files_url(draft)).content.decode()
    assert "<script>alert" not in page
    response = as_(alpha_monitor).get(download_url(attachment))
    header = response.headers["Content-Disposition"]
    assert body_of(response) == b"words"
    assert header.startswith("attachment; filename")
    assert not re.search(r"[\r\n\x00\u202e/\\]", header.replace("filename*=utf-8''", ""))


def test_session_that_ended_meanwhile_hands_back_what_was_typed_and_asks_for_the_files_anew(settings, draft, client):
    client.cookies[settings.CSRF_COOKIE_NAME] = "c" * 32

    response = client.post(
        files_url(draft),
        {"kind": "letter", "note": "A note that took a while.", "files": [received("a.txt", b"x" * 3_000_000)]},
        headers={"Origin": "http://testserver"},
    )

    page = response.content.decode()
    assert response.status_code == 401
    assert "A note that took a while." in page
    assert "Files you had chosen are not kept." in page
    assert stored_files() == []
