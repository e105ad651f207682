"""The pages of the files of visits: who adds, reads and takes along what, and what they are told."""

import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members.actions.people import retire_person
from npmportal.models import AuditEvent
from tests.npmportal.fake_clamd import running
from tests.npmportal.upload_corpus import HTML, photograph
from tests.visits.attachment_tools import (
    attached,
    body_of,
    check,
    content_of,
    download_url,
    files_url,
    received,
    url_of,
)
from visits.models import Visit

EVERYBODY = {
    # Who reads the files of alpha's and beta's visit: while it is a draft, and once it is handed in.
    "alpha_lead": (200, 200),
    "alpha_monitor": (200, 200),
    "alpha_reader": (200, 200),
    "beta_monitor": (200, 200),
    "coordinator": (404, 200),
    "outsider": (404, 404),
    "administrator": (403, 403),
    "stranger": (404, 404),
    "retired": ("login", "login"),
    None: ("login", "login"),
}


pytestmark = pytest.mark.usefixtures("no_broker", "nobody_scans")


@pytest.fixture
def letter(joint, alpha_monitor, commits):
    """A letter of alpha's and beta's draft that passed its check."""
    return check(attached(joint, alpha_monitor, name="letter.txt", title="Letter to the director"), commits)


# -- Reading and taking along -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", EVERYBODY)
def test_files_are_for_those_who_read_the_visit(request, as_, joint, letter, who):
    person = request.getfixturevalue(who) if who else None
    for state, expected in zip(("draft", "submitted"), EVERYBODY[who], strict=True):
        Visit.objects.filter(pk=joint.pk).update(state=state)
        for url in (files_url(joint), download_url(letter)):
            response = as_(person).get(url)

            if expected == "login":
                assert response.url.startswith(reverse("account_login"))
            else:
                assert response.status_code == expected
                assert response.content if not response.streaming else body_of(response)


def test_download_is_inert_and_written_down(as_, alpha_reader, letter):
    response = as_(alpha_reader).get(download_url(letter))

    assert body_of(response) == b"Dear director"
    assert response.headers["Content-Disposition"] == 'attachment; filename="letter.txt"'
    assert response.headers["Content-Type"] == "text/plain"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response.headers["Cache-Control"] == "no-store"
    assert AuditEvent.objects.get(action="attachment.draft_downloaded").actor == alpha_reader


def test_download_of_what_is_handed_in_is_known_to_the_coordinator(as_, coordinator, joint, letter):
    Visit.objects.filter(pk=joint.pk).update(state="approved")

    body_of(as_(coordinator).get(download_url(letter)))

    event = AuditEvent.objects.get(action="attachment.downloaded")
    assert (event.actor, event.body_ids) == (coordinator, sorted(joint.body_ids))
    assert AuditEvent.objects.visible_to(coordinator).filter(pk=event.pk).exists()


def test_person_retired_after_adding_a_file_gets_nothing_and_the_file_stays(
    as_, alpha_monitor, alpha_lead, mechanism, administrator, letter
):
    client = as_(alpha_monitor)
    body_of(client.get(download_url(letter)))
    retire_person(user=alpha_monitor, mechanism=mechanism, by=administrator)

    assert client.get(download_url(letter)).url.startswith(reverse("account_login"))
    page = as_(alpha_lead).get(files_url(letter.visit)).content.decode()
    assert "Added by Alma Monitor" in page
    assert download_url(letter) in page


def test_flipped_byte_is_refused_told_and_alerted(as_, alpha_reader, letter, caplog):
    with open(letter.file.path, "r+b") as file:
        file.write(b"X")

    client = as_(alpha_reader)
    page = client.get(download_url(letter), follow=True).content.decode()
    client.get(download_url(letter))

    assert "so nobody gets it" in page
    assert download_url(letter) not in page
    event = AuditEvent.objects.get(action="attachment.altered")
    assert event.object_id == str(letter.pk)
    assert [record.levelname for record in caplog.records if "not what was stored" in record.message] == ["CRITICAL"]


def test_lost_file_is_not_an_error_page(as_, alpha_reader, letter):
    letter.file.storage.delete(letter.file.name)

    response = as_(alpha_reader).get(download_url(letter), follow=True)

    assert response.status_code == 200
    assert "so nobody gets it" in response.content.decode()


@pytest.mark.parametrize("state", ["quarantined", "refused"])
def test_what_has_not_passed_its_check_is_handed_to_nobody(as_, alpha_monitor, draft, commits, state):
    content = b"words" if state == "quarantined" else HTML
    attachment = attached(draft, alpha_monitor, content=content)
    if state == "refused":
        check(attachment, commits)

    response = as_(alpha_monitor).get(download_url(attachment), follow=True)

    assert "This file cannot be had" in response.content.decode()
    assert "attachment.draft_downloaded" not in AuditEvent.objects.values_list("action", flat=True)


def test_refused_file_says_why_on_the_page_of_the_visit(as_, alpha_reader, alpha_monitor, draft, commits):
    check(attached(draft, alpha_monitor, content=HTML), commits)

    page = as_(alpha_reader).get(url_of("visit_detail", draft.mechanism, draft.pk)).content.decode()

    assert "The file holds web page code (HTML, SVG or a script), which can run in a browser." in page


def test_evidence_says_that_its_position_may_be_in_it_and_shows_its_checksum(as_, alpha_monitor, draft, commits):
    about = {"kind": "photograph", "is_evidence": True, "evidence_reason": "An injury."}
    file = check(attached(draft, alpha_monitor, name="a.jpg", content=photograph(gps=True), **about), commits)

    page = as_(alpha_monitor).get(files_url(draft)).content.decode()

    assert "The place where it was taken is written in this picture." in page
    assert "An injury." in page
    assert file.sha256 in page
    assert body_of(as_(alpha_monitor).get(download_url(file))) == content_of(file)


def test_unscanned_file_of_a_demonstration_is_labelled(as_, alpha_monitor, letter):
    assert "not scanned" in as_(alpha_monitor).get(files_url(letter.visit)).content.decode()


def test_scanner_that_is_away_is_told_and_the_file_can_be_checked_again(
    settings, as_, alpha_monitor, alpha_reader, draft, commits
):
    settings.SCANNER_URL = "clamd://127.0.0.1:1"
    attachment = check(attached(draft, alpha_monitor), commits)
    again = url_of("attachment_check_again", draft.mechanism, attachment.pk)

    page = as_(alpha_monitor).get(files_url(draft)).content.decode()
    assert "The malware scanner does not answer. It is asked again every minute." in page
    assert again in page
    assert again not in as_(alpha_reader).get(files_url(draft)).content.decode()
    assert as_(alpha_reader).post(again).status_code == 403
    assert as_(alpha_monitor).get(again).status_code == 405
    as_(alpha_monitor).post(again)
    with running() as (_fake, settings.SCANNER_URL):
        check(attachment, commits)

    assert attachment.state == "available"


@pytest.mark.parametrize("who", ["alpha_reader", "beta_monitor", "coordinator"])
def test_who_only_reads_gets_no_form(request, as_, joint, letter, who):
    Visit.objects.filter(pk=joint.pk).update(state="submitted")

    page = as_(request.getfixturevalue(who)).get(files_url(joint)).content.decode()

    assert "Letter to the director" in page
    assert 'type="file"' not in page
    assert "Remove this file" not in page
    assert "Withdraw this file" not in page


# -- Taking back ------------------------------------------------------------------------------------------------------
def test_file_is_removed_from_a_draft_with_a_reason(as_, alpha_monitor, letter):
    url = url_of("attachment_remove", letter.visit.mechanism, letter.pk)

    wrong = as_(alpha_monitor).post(url, {"reason": " "})
    assert wrong.status_code == 422
    assert "Give a reason." in wrong.content.decode()
    page = as_(alpha_monitor).post(url, {"reason": "It names somebody."}, follow=True).content.decode()

    assert "The file has been removed." in page
    assert "It names somebody." in page
    assert "Letter to the director" not in page
    assert as_(alpha_monitor).get(download_url(letter)).status_code == 404


def test_what_was_removed_from_a_draft_only_the_bodies_read_of(as_, alpha_monitor, beta_monitor, coordinator, letter):
    visit = letter.visit
    as_(alpha_monitor).post(url_of("attachment_remove", visit.mechanism, letter.pk), {"reason": "It names somebody."})
    Visit.objects.filter(pk=visit.pk).update(state="submitted")

    for person, reads in ((alpha_monitor, True), (beta_monitor, True), (coordinator, False)):
        for name in ("visit_files", "visit_detail"):
            page = as_(person).get(url_of(name, visit.mechanism, visit.pk)).content.decode()

            assert ("It names somebody." in page) is reads


def test_feed_of_the_visit_tells_of_its_files(as_, alpha_monitor, coordinator, joint, letter):
    Visit.objects.filter(pk=joint.pk).update(state="submitted")
    as_(alpha_monitor).post(url_of("attachment_withdraw", joint.mechanism, letter.pk), {"reason": "The wrong one."})

    page = as_(coordinator).get(url_of("visit_detail", joint.mechanism, joint.pk)).content.decode()

    feed = page[page.index('id="feed"') :]
    for words in ("File added", "Letter to the director", "File withdrawn", "The wrong one."):
        assert words in feed


def test_too_long_a_reason_stays(as_, alpha_monitor, letter):
    url = url_of("attachment_remove", letter.visit.mechanism, letter.pk)

    response = as_(alpha_monitor).post(url, {"reason": "r" * 10_001})

    assert response.status_code == 422
    assert "r" * 10_001 in response.content.decode()


def test_file_of_a_visit_handed_in_is_withdrawn_and_marked(as_, alpha_monitor, coordinator, joint, letter):
    Visit.objects.filter(pk=joint.pk).update(state="submitted")
    url = url_of("attachment_withdraw", joint.mechanism, letter.pk)

    as_(alpha_monitor).post(url, {"reason": "The wrong letter."})

    page = as_(coordinator).get(files_url(joint)).content.decode()
    assert "Withdrawn by Alma Monitor" in page
    assert "The wrong letter." in page
    assert body_of(as_(coordinator).get(download_url(letter))) == b"Dear director"


@pytest.mark.parametrize("act", ["attachment_remove", "attachment_withdraw", "attachment_check_again"])
@pytest.mark.parametrize(
    ("who", "status"), [("alpha_reader", 403), ("beta_monitor", 403), ("outsider", 404), ("stranger", 404)]
)
def test_who_may_not_touch_files(request, as_, letter, act, who, status):
    client = as_(request.getfixturevalue(who))

    assert client.post(url_of(act, letter.visit.mechanism, letter.pk), {"reason": "x"}).status_code == status
    letter.refresh_from_db()
    assert (letter.state, letter.taken_back_at) == ("available", None)


def test_no_such_file_404(as_, alpha_monitor, mechanism, letter):
    assert as_(alpha_monitor).get(url_of("attachment_download", mechanism, uuid.uuid4())).status_code == 404


# -- The piece that fetches itself ------------------------------------------------------------------------------------
def test_piece_shows_what_became_of_the_file(as_, alpha_monitor, draft, commits):
    attachment = attached(draft, alpha_monitor)
    url = url_of("attachment_part", draft.mechanism, attachment.pk)
    client = as_(alpha_monitor)

    before = client.get(url, headers={"HX-Request": "true"}).content.decode()
    check(attachment, commits)
    after = client.get(url, headers={"HX-Request": "true"}).content.decode()

    assert "hx-get" in before
    assert "hx-get" not in after
    assert download_url(attachment) in after
    assert "<html" not in after
    assert client.get(url).url == files_url(draft)


# -- How many questions to the database -------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["visit_files", "visit_detail"])
def test_queries_do_not_grow_with_files(as_, alpha_monitor, draft, name, django_assert_num_queries):
    client = as_(alpha_monitor)
    url = url_of(name, draft.mechanism, draft.pk)
    attached(draft, alpha_monitor, content=b"first")
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    for number in range(12):
        attached(draft, alpha_monitor, content=b"%d" % number)

    with django_assert_num_queries(len(few)):
        client.get(url)


def test_stranger_with_a_form_of_files_leaves_nothing_on_the_disk(settings, draft):
    folder = settings.FILES_ROOT / "unfinished"

    Client().post(files_url(draft), {"files": [received("a.txt", b"x" * 3_000_000)]})

    assert not folder.exists() or not list(folder.iterdir())
