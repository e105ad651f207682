"""A place that is not in the list is asked for from the form of a visit, in Chromium, with scripts and without."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from tests.browser.test_whole_slice import prison  # noqa: F401
from visits.models import FormDraft, PlaceRequest

pytestmark = pytest.mark.usefixtures("prison", "no_limits")
ASK = re.compile(r"/desk/places/asked/new/\?kept=[0-9a-f-]{36}$")
REQUEST = re.compile(r"/desk/places/asked/[0-9a-f-]{36}/\?kept=[0-9a-f-]{36}$")
SUMMARY = "The yard was open for an hour."
BUTTON = "Ask for a place that is not in the list"


@pytest.mark.parametrize("js", [True, False])
def test_what_was_typed_is_there_again_after_asking(visitor, alpha_monitor, js):
    page = visitor(alpha_monitor, js=js)
    page.goto(reverse("visits:visit_create", kwargs={"npm": "examplia"}))
    page.locator("summary", has_text="Judgement, confidentiality and summary").click()
    page.locator("[name=summary]").fill(SUMMARY)
    page.get_by_label("Find a place").fill("Zamb House")
    if js:
        page.get_by_text("No place is found").wait_for()

    page.get_by_role("button", name=BUTTON).click()
    page.wait_for_url(ASK)
    assert page.get_by_label("Name of the place").input_value() == "Zamb House"
    page.get_by_label("Setting").select_option(index=1)
    page.get_by_label("Jurisdiction").select_option(index=1)
    page.get_by_role("button", name="Ask for the place").click()
    page.wait_for_url(REQUEST)
    assert [rule["id"] for rule in Axe().run(page).response["violations"]] == [] if js else True
    page.get_by_role("link", name="Back to what you typed").click()

    assert page.locator("[name=summary]").input_value() == SUMMARY
    assert page.get_by_label("Find a place").input_value() == "Zamb House"
    assert PlaceRequest.objects.get().name == "Zamb House"
    assert page.complaints == []


def test_last_line_of_the_list_asks_and_is_never_chosen_by_itself(visitor, alpha_monitor):
    page = visitor(alpha_monitor)
    page.goto(reverse("visits:visit_create", kwargs={"npm": "examplia"}))
    box = page.get_by_role("combobox", name="Find a place")
    box.press_sequentially("quorr")
    page.get_by_role("option", name="Quorrel Prison").wait_for()
    assert box.get_attribute("aria-activedescendant") == "place-line-0"
    assert page.locator("#place-list > [role=option]").count() == 2
    assert [rule["id"] for rule in Axe().run(page).response["violations"]] == []

    page.keyboard.press("ArrowUp")
    assert page.get_by_role("option", name=BUTTON).get_attribute("aria-selected") == "true"
    page.keyboard.press("Enter")

    page.wait_for_url(ASK)
    assert page.get_by_label("Name of the place").input_value() == "quorr"
    assert FormDraft.objects.count() == 1


def test_button_steps_aside_once_a_place_is_chosen(visitor, alpha_monitor):
    page = visitor(alpha_monitor)
    page.goto(reverse("visits:visit_create", kwargs={"npm": "examplia"}))
    box = page.get_by_role("combobox", name="Find a place")
    box.press_sequentially("quorr")
    page.get_by_role("option", name="Quorrel Prison").click()
    assert page.get_by_role("button", name=BUTTON).count() == 0

    box.press("Backspace")

    page.get_by_role("button", name=BUTTON).wait_for()
