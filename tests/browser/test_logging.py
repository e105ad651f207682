"""A visit logged in under a minute with the keyboard, in Chromium; and nothing typed is lost on the way."""

import re
import time
from datetime import date, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from tests.browser.test_whole_slice import prison  # noqa: F401
from tests.factories import PlaceFactory, VisitFactory
from visits.models import FormDraft, Visit

pytestmark = pytest.mark.usefixtures("prison", "no_limits")
DETAIL = re.compile(r"/desk/visits/[0-9a-f-]{36}/$")
MOST_SECONDS, MOST_KEYS = 60, 40
SECONDS_A_KEY = 0.15  # a slow typist: 80 characters a minute would be 0.75, a practised one 0.15
SUMMARY = "The yard was open for an hour."


class Keys:
    """A keyboard that counts, at the speed of a person."""

    def __init__(self, page):
        self.page, self.pressed, self.began = page, 0, time.monotonic()

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1
            time.sleep(SECONDS_A_KEY)

    def to(self, selector, most=8):
        """Press Tab until the field has the focus."""
        for _step in range(most):
            if self.page.evaluate(f"document.activeElement.matches('{selector}')"):
                return
            self.press("Tab")
        pytest.fail(f"{selector} is not reached by {most} Tabs")

    @property
    def seconds(self):
        return time.monotonic() - self.began


def new_visit(page):
    page.goto(reverse("visits:visit_create", kwargs={"npm": "examplia"}))


def test_visit_is_logged_by_keyboard_in_under_a_minute(visitor, alpha_monitor, mechanism):
    for number in range(30):
        PlaceFactory(mechanism=mechanism, name=f"Other Prison {number}")
    page = visitor(alpha_monitor)
    new_visit(page)
    keys = Keys(page)

    keys.press(*"quorr", "Enter")
    page.get_by_text("Chosen: Quorrel Prison").wait_for(timeout=5000)
    keys.to("[name=kind]", most=14)
    keys.press("r", "o")
    keys.to("[name=notice]")
    keys.press("Space", "Enter")
    page.wait_for_url(DETAIL)

    visit = Visit.objects.get()
    assert keys.seconds < MOST_SECONDS
    assert keys.pressed <= MOST_KEYS
    assert (visit.place.name, visit.starts_on, visit.kind) == ("Quorrel Prison", date.today(), "routine")
    assert visit.notice == "unannounced"
    assert page.complaints == []


def test_the_same_without_scripts(visitor, alpha_monitor):
    page = visitor(alpha_monitor, js=False)
    new_visit(page)
    keys = Keys(page)

    keys.press(*"quorr")
    keys.to("[name=find]")
    keys.press("Enter")
    page.locator("input[type=radio][name=place]").first.wait_for()
    page.wait_for_load_state()
    keys.to("[name=place]", most=60)
    keys.press("Space")
    keys.to("[name=kind]", most=14)
    keys.press("r", "o")
    keys.to("[name=notice]")
    keys.press("Space", "Enter")
    page.wait_for_url(DETAIL)

    assert keys.seconds < MOST_SECONDS
    assert Visit.objects.get().place.name == "Quorrel Prison"


def test_place_visited_lately_is_one_key_away(visitor, alpha_monitor, alpha, prison):  # noqa: F811
    VisitFactory(place=prison, lead_body=alpha)
    page = visitor(alpha_monitor)
    new_visit(page)
    box = page.get_by_role("combobox", name="Find a place")

    page.keyboard.press("ArrowDown")
    page.get_by_role("option", name="Quorrel Prison").wait_for()
    assert box.get_attribute("aria-expanded") == "true"
    assert box.get_attribute("aria-activedescendant") == "place-line-0"
    assert [rule["id"] for rule in Axe().run(page).response["violations"]] == []
    page.keyboard.press("Escape")
    assert box.get_attribute("aria-expanded") == "false"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_text("Chosen: Quorrel Prison").wait_for()

    assert page.locator("input[name=place]").input_value() == str(prison.pk)
    page.keyboard.press("Backspace")
    assert page.locator("input[name=place]").input_value() == ""


def test_words_without_a_choice_are_not_sent_as_a_search(visitor, alpha_monitor):
    page = visitor(alpha_monitor, width=320)
    new_visit(page)
    page.get_by_role("combobox", name="Place").wait_for()  # the script has made it one
    page.keyboard.type("prison of nowhere")

    page.get_by_role("button", name="Save as a draft").click()

    page.get_by_text("Choose a place from the list.").wait_for()
    assert page.evaluate("document.activeElement.name") == "place_q"
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_error_summary_leads_to_the_box(visitor, alpha_monitor):
    page = visitor(alpha_monitor)
    new_visit(page)
    page.get_by_role("button", name="Save as a draft").click()

    page.get_by_role("link", name="Place: Choose a place.").click()

    assert page.evaluate("document.activeElement.name") == "place_q"


def test_save_and_log_another(visitor, alpha_monitor):
    page = visitor(alpha_monitor)
    new_visit(page)
    keys = Keys(page)
    keys.press(*"quorr", "Enter")
    page.get_by_text("Chosen: Quorrel Prison").wait_for(timeout=5000)
    yesterday = (date.today() - timedelta(days=1)).isoformat()
    page.get_by_label("First day").fill(yesterday)
    page.get_by_label("Kind (required)").select_option("in_depth")
    page.get_by_label("unannounced", exact=True).check()

    page.get_by_role("button", name="Save and log another").click()
    page.get_by_text("Log the next visit").wait_for()

    assert page.get_by_label("First day").input_value() == yesterday
    assert page.evaluate("document.activeElement.name") == "place_q"


# -- Nothing typed is lost --------------------------------------------------------------------------------------------
def write(page, text=SUMMARY):
    page.locator("summary", has_text="Judgement, confidentiality and summary").click()
    page.locator("[name=summary]").press_sequentially(text)


def test_typed_text_is_kept_and_continued_elsewhere(visitor, alpha_monitor):
    page = visitor(alpha_monitor)
    new_visit(page)
    write(page)
    page.get_by_text("Kept on the server at").wait_for(timeout=15000)
    assert "yard" not in page.evaluate("JSON.stringify([{ ...localStorage }, { ...sessionStorage }])")
    page.close()

    elsewhere = visitor(alpha_monitor, width=320)
    new_visit(elsewhere)
    assert elsewhere.evaluate("document.documentElement.scrollWidth") == 320
    assert [rule["id"] for rule in Axe().run(elsewhere).response["violations"]] == []
    elsewhere.get_by_role("link", name="Continue").click()

    assert elsewhere.locator("[name=summary]").input_value() == SUMMARY
    elsewhere.go_back()
    elsewhere.get_by_role("button", name="Throw away").click()
    elsewhere.get_by_text("has been thrown away").wait_for()
    assert not FormDraft.objects.exists()


def test_lost_connection_is_told_and_tried_again(visitor, alpha_monitor):
    page = visitor(alpha_monitor)
    new_visit(page)
    page.context.set_offline(True)
    write(page)
    page.get_by_text("Not kept: no connection").wait_for(timeout=15000)
    assert not FormDraft.objects.exists()

    page.context.set_offline(False)
    page.get_by_text("Kept on the server at").wait_for(timeout=15000)

    assert FormDraft.objects.get().data["summary"] == [SUMMARY]


def test_window_closed_at_once_loses_nothing(visitor, alpha_monitor):
    page = visitor(alpha_monitor)
    new_visit(page)
    write(page)

    page.goto(reverse("visits:visit_list", kwargs={"npm": "examplia"}))

    # What a closing window sends may arrive after the next page was asked for.
    for _try in range(20):
        new_visit(page)
        if page.get_by_role("link", name="Continue").count():
            break
        page.wait_for_timeout(500)
    page.get_by_role("link", name="Continue").wait_for(timeout=5000)


def test_kept_without_scripts(visitor, alpha_monitor):
    page = visitor(alpha_monitor, js=False)
    new_visit(page)
    page.locator("summary", has_text="Judgement, confidentiality and summary").click()
    page.locator("[name=summary]").fill(SUMMARY)

    page.get_by_role("button", name="Keep for later").click()

    page.get_by_text("Only you can see it").wait_for()
    assert page.locator("[name=summary]").input_value() == SUMMARY


@pytest.mark.parametrize("js", [True, False], ids=["with scripts", "without scripts"])
def test_same_field_changed_by_two_is_asked_about(visitor, alpha_monitor, alpha, prison, js):  # noqa: F811
    visit = VisitFactory(place=prison, lead_body=alpha)
    page = visitor(alpha_monitor, js=js, width=320)
    page.goto(reverse("visits:visit_change", kwargs={"npm": "examplia", "pk": visit.pk}))
    page.locator("summary", has_text="Judgement, confidentiality and summary").click()
    page.locator("[name=summary]").fill(SUMMARY)
    Visit.objects.filter(pk=visit.pk).update(summary="Theirs.", own_kind="Their word", version=2)

    page.get_by_role("button", name="Save", exact=True).last.click()
    page.get_by_text("The fields below were changed there and here").wait_for()
    assert page.get_by_role("radio", name="What stands now").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    if js:
        assert [rule["id"] for rule in Axe().run(page).response["violations"]] == []
    page.get_by_role("radio", name="What you typed").check()
    page.get_by_role("button", name="Save", exact=True).last.click()
    page.wait_for_url(DETAIL)

    visit.refresh_from_db()
    assert (visit.summary, visit.own_kind) == (SUMMARY, "Their word")
