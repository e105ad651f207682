"""The end of a session in Chromium: it is told in time, and what is being typed survives it."""

import re
import time
from datetime import date, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.sessions.models import Session
from django.urls import reverse

from members.models import PeopleReview
from npmportal.session_limits import SEEN
from npmportal.sessions import SessionStore
from tests.browser.test_whole_slice import choose_place, prison  # noqa: F401
from tests.factories import PASSWORD
from visits.models import Visit

DETAIL = re.compile(r"/desk/visits/[0-9a-f-]{36}/$")
SUMMARY = "The yard was open for an hour.\nNobody had been told why it was closed at noon."


pytestmark = pytest.mark.usefixtures("no_limits")


def fill_in(page, place):
    page.goto(reverse("visits:visit_create", kwargs={"npm": "examplia"}))
    choose_place(page, "quorrel", "Quorrel Prison")
    page.get_by_label("First day").fill((date.today() - timedelta(days=1)).isoformat())
    page.get_by_label("Lead body").select_option(label="Alpha Inspectorate")
    page.get_by_label("Kind (required)").select_option("in_depth")
    page.get_by_label("unannounced", exact=True).check()
    page.locator("[name=summary]").evaluate("(field, text) => { field.value = text }", SUMMARY)


def time_passes(seconds):
    """Let every session lie unused for so long."""
    for row in Session.objects.all():
        store = SessionStore(session_key=row.session_key)
        store[SEEN] = store.get(SEEN, int(time.time())) - seconds
        store.save()


def sign_in(page, user):
    page.fill("#id_login", user.email)
    page.fill("#id_password", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url("**/desk/")


@pytest.mark.parametrize("js", [True, False], ids=["with scripts", "without scripts"])
def test_visit_typed_before_the_session_ended_is_saved(visitor, alpha_monitor, prison, js):  # noqa: F811
    page = visitor(alpha_monitor, js=js)
    fill_in(page, prison)
    time_passes(31 * 60)

    page.get_by_role("button", name="Save as a draft").click()
    assert "you were signed out" in page.inner_text("h1")
    assert not Visit.objects.exists()
    page.get_by_text("Show what you typed").click()
    assert "Nobody had been told" in page.inner_text("main")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in (opens a new tab)").click()
    sign_in(opened.value, alpha_monitor)
    page.get_by_role("button", name="Send again").click()
    page.wait_for_load_state()
    if not js:
        # The token of the form is that of the earlier session: without a script it takes a second press.
        assert page.inner_text("h1") == "Not yet saved"
        page.get_by_role("button", name="Send again").click()
    page.wait_for_url(DETAIL)

    visit = Visit.objects.get()
    assert visit.summary.replace("\r\n", "\n") == SUMMARY
    assert (visit.place, visit.state) == (prison, Visit.State.DRAFT)


@pytest.fixture
def short(settings):
    """Sessions end after eight seconds without use; the warning then comes after a second and a half."""
    settings.SESSION_IDLE_SECONDS = settings.SESSION_IDLE_SECONDS_OF_ADMINISTRATORS = 8


def test_warning_comes_in_time_and_the_session_can_be_kept(visitor, short, alpha_monitor, prison):  # noqa: F811
    page = visitor(alpha_monitor)
    fill_in(page, prison)

    dialog = page.get_by_role("dialog", name="You will soon be signed out")
    dialog.wait_for(state="visible", timeout=6000)
    assert "0:0" in dialog.locator("[data-clock]").inner_text()
    answer = Axe().run(page).response
    assert [rule["id"] for rule in answer["violations"]] == []
    assert page.evaluate("document.activeElement.closest('dialog') !== null")
    page.keyboard.press("Enter") if page.evaluate("'stay' in document.activeElement.dataset") else dialog.get_by_role(
        "button", name="Stay signed in"
    ).click()
    dialog.wait_for(state="hidden")
    time.sleep(1)

    assert page.locator("[name=summary]").input_value() == SUMMARY
    page.get_by_role("button", name="Save as a draft").click()
    page.wait_for_url(DETAIL)
    assert Visit.objects.count() == 1
    assert page.complaints == []


def test_warning_says_when_it_is_over_and_leaves_the_text_on_the_page(visitor, short, alpha_monitor, prison):  # noqa: F811
    page = visitor(alpha_monitor, width=320)
    fill_in(page, prison)

    over = page.get_by_text("You have been signed out. What you typed is still on this page")
    over.wait_for(state="visible", timeout=15000)

    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.get_by_role("button", name="Close").click()
    assert page.locator("[name=summary]").input_value() == SUMMARY
    page.get_by_role("button", name="Save as a draft").click()
    assert "you were signed out" in page.inner_text("h1")


def test_pages_of_people_fit_and_have_no_barrier(visitor, mechanism, administrator, alpha_monitor):
    PeopleReview.objects.open_quarter(date.today())
    review = PeopleReview.objects.get()
    page = visitor(None, width=320)
    page.goto("/account/login/")
    page.fill("#id_login", administrator.email)
    page.fill("#id_password", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url("**/desk/")

    people = "/examplia/desk/people/"
    steps = [f"{people}{alpha_monitor.pk}/{step}/" for step in ("role", "retire", "second-factor")]
    paths = [people, f"{people}invite/", f"{people}review/", f"{people}review/{review.pk}/", *steps]
    for path in [*paths, "/account/sessions/", "/account/2fa/", "/terms/"]:
        assert page.goto(path).status == 200
        assert page.evaluate("document.documentElement.scrollWidth") == 320, path
        assert [rule["id"] for rule in Axe().run(page).response["violations"]] == [], path
    assert page.complaints == []
