"""Files in a real browser: added without scripts, watched with them, and never shown by the browser itself (M10)."""

from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from npmportal import jobs
from tests.factories import PlaceFactory, VisitFactory
from tests.npmportal.upload_corpus import office, photograph
from visits.models import Attachment

LIVE = b"Minutes\n<b onmouseover=alert(1)>of the talk</b> javascript:alert(1)\n"


@pytest.fixture(autouse=True)
def _checked_by_the_test(monkeypatch, settings):
    monkeypatch.setattr(jobs.app, "send_task", lambda name, args: None)
    settings.SCANNER_URL = "none"


@pytest.fixture
def draft(mechanism, alpha):
    return VisitFactory(place=PlaceFactory(mechanism=mechanism), lead_body=alpha)


@pytest.fixture
def chosen(tmp_path):
    """Return a function that makes a file on the person's own disk and returns its path."""

    def make(name, content):
        path = tmp_path / name
        path.write_bytes(content)
        return str(path)

    return make


def work_is_done():
    for attachment in Attachment.objects.filter(state="quarantined"):
        jobs.run(str(attachment.job_id))


def files_page(page, visit):
    page.goto(reverse("visits:visit_files", kwargs={"npm": visit.mechanism.slug, "pk": visit.pk}))


def test_files_are_added_without_scripts_and_downloaded_once_checked(visitor, alpha_monitor, draft, chosen):
    page = visitor(alpha_monitor, js=False)
    files_page(page, draft)
    page.get_by_label("Files", exact=True).set_input_files([chosen("talk.txt", LIVE), chosen("figures.docx", office())])
    page.get_by_role("button", name="Add these files").click()

    assert "2 files were received and are being checked." in page.inner_text("main")
    assert page.get_by_role("link", name="talk.txt").count() == 0
    work_is_done()
    page.reload()
    before = page.url
    with page.expect_download() as download:
        page.get_by_role("link", name="talk.txt").click()

    assert Path(download.value.path()).read_bytes() == LIVE
    assert download.value.suggested_filename == "talk.txt"
    assert page.url == before
    assert page.complaints == []


def test_address_of_a_file_typed_into_the_browser_is_saved_and_not_shown(visitor, alpha_monitor, draft, chosen):
    page = visitor(alpha_monitor)
    files_page(page, draft)
    page.get_by_label("Files", exact=True).set_input_files(chosen("talk.txt", LIVE))
    page.get_by_role("button", name="Add these files").click()
    work_is_done()
    file = Attachment.objects.get()

    with page.expect_download():
        page.evaluate(
            "url => { location.href = url }",
            reverse("visits:attachment_download", kwargs={"npm": draft.mechanism.slug, "pk": file.pk}),
        )

    assert page.url.endswith("/files/")
    assert "onmouseover" not in page.content()


def test_check_is_watched_while_the_next_file_is_described(visitor, alpha_monitor, draft, chosen):
    page = visitor(alpha_monitor)
    files_page(page, draft)
    page.get_by_label("Files", exact=True).set_input_files(chosen("cell.jpg", photograph(gps=True)))
    page.get_by_role("button", name="Add these files").click()
    page.get_by_label("Title").fill("The next one")

    work_is_done()

    expect(page.get_by_role("link", name="cell.jpg")).to_be_visible(timeout=10_000)
    expect(page.get_by_label("Title")).to_have_value("The next one")
    assert page.locator("[hx-get]").count() == 0
    assert page.complaints == []


def test_refused_file_takes_the_focus_to_its_sentence(visitor, alpha_monitor, draft, chosen):
    page = visitor(alpha_monitor, width=320)
    files_page(page, draft)
    page.get_by_label("Files", exact=True).set_input_files(chosen("page.svg", b"<svg/>"))
    page.get_by_label("Title").fill("A drawing")
    page.get_by_role("button", name="Add these files").click()

    expect(page.locator(".error-summary")).to_be_focused()
    assert "page.svg: Files of this kind are not taken." in page.inner_text(".error-summary")
    expect(page.get_by_label("Title")).to_have_value("A drawing")
    assert page.evaluate("document.documentElement.scrollWidth") == 320
