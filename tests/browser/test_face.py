"""The face of the portal in Chromium: narrow, dark, on paper, without JavaScript, by keyboard, and to axe."""

import time

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from tests.factories import PASSWORD, VisitFactory

PUBLIC_PAGES = ("/", "/examplia/", "/examplia/contact/", "/account/login/", "/account/password/reset/")
OWN_PAGES = ("/examplia/desk/", "/account/2fa/", "/account/password/change/", "/account/logout/", "/no-such-page/")


@pytest.fixture
def network(mechanism, alpha, beta):
    """An invented network with a visit in each state."""
    for state in ("draft", "submitted", "returned", "approved"):
        VisitFactory(place__mechanism=mechanism, lead_body=alpha, state=state)
    return mechanism


def code_now(secret):
    """Return the code an authenticator app would show, and not one that is about to run out."""
    if time.time() % 30 > 26:
        time.sleep(5)
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def windows(visitor, user, **options):
    """Yield every page of the face, opened by an anonymous reader or by ``user``."""
    for reader, paths in ((None, PUBLIC_PAGES), (user, OWN_PAGES)):
        page = visitor(reader, **options)
        for path in paths:
            page.goto(path)
            yield path, page


def test_pages_fit_on_a_telephone(visitor, network, alpha_lead):
    widths = {
        path: page.evaluate("document.documentElement.scrollWidth")
        for path, page in windows(visitor, alpha_lead, width=320)
    }

    assert widths == dict.fromkeys(PUBLIC_PAGES + OWN_PAGES, 320)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_have_no_barrier_that_axe_finds(visitor, network, alpha_lead, scheme):
    found = {path: Axe().run(page).response for path, page in windows(visitor, alpha_lead, scheme=scheme)}

    barriers = [
        f"{path} {rule['id']}: {rule['nodes'][0]['html']}"
        for path, answer in found.items()
        for rule in answer["violations"]
    ]
    assert barriers == []
    assert all("color-contrast" in {rule["id"] for rule in answer["passes"]} for answer in found.values())


def test_pages_keep_to_the_content_security_policy(visitor, network, alpha_lead):
    for path, page in windows(visitor, alpha_lead):
        assert [text for text in page.complaints if "404" not in text] == [], path
        assert page.evaluate("document.fonts.check('16px \"Source Sans 3\"')"), path


def test_wrong_password_is_said_where_it_can_be_heard(visitor, alpha_lead):
    page = visitor()
    page.goto("/account/login/")
    page.fill("#id_login", alpha_lead.email)
    page.fill("#id_password", "not the password")

    page.locator("main button").first.click()

    page.wait_for_selector(".error-summary")
    assert page.title().startswith("Error: ")
    assert page.evaluate("document.activeElement.className") == "error-summary"
    assert page.input_value("#id_login") == alpha_lead.email


def test_link_of_the_error_summary_leads_to_the_field(visitor, alpha_lead):
    page = visitor(alpha_lead)
    page.goto("/account/password/change/")
    page.fill("#id_oldpassword", "not the password")
    page.fill("#id_password1", "a very long new password")
    page.fill("#id_password2", "another very long password")
    page.locator("main button").first.click()

    page.locator(".error-summary a").first.click()

    assert page.evaluate("document.activeElement.id") == "id_oldpassword"
    message = page.get_attribute("#id_oldpassword", "aria-describedby").split()[-1]
    field, _colon, words = page.inner_text(".error-summary a >> nth=0").partition(": ")
    assert field == "Password until now"
    assert words in page.inner_text(f"#{message}")


def test_rows_of_a_table_stand_as_lists_on_a_narrow_screen(visitor, alpha_lead, network):
    page = visitor(alpha_lead, width=320)

    page.goto("/examplia/desk/members/")

    cell = page.locator("table.data tbody td").first
    assert cell.get_attribute("data-heading") == page.locator("table.data thead th").nth(1).text_content()
    assert cell.evaluate("each => getComputedStyle(each).display") == "flow-root"
    assert page.get_by_role("rowheader").count() == page.locator("table.data tbody tr").count() > 0


def test_password_and_code_open_the_desk_without_javascript(visitor, alpha_lead, network):
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    TOTP.activate(alpha_lead, secret)
    page = visitor(js=False)
    page.goto("/account/login/")
    page.fill("#id_login", alpha_lead.email)
    page.fill("#id_password", PASSWORD)
    page.locator("main button").first.click()

    page.fill("#id_code", code_now(secret))
    page.locator("main button").first.click()

    assert page.url.endswith("/examplia/desk/")
    assert page.is_hidden("text=Or with a passkey")


def test_authenticator_app_is_set_up_with_recovery_codes(visitor, alpha_lead):
    page = visitor(alpha_lead, js=False)
    page.goto(reverse("mfa_activate_totp"))
    if "reauthenticate" in page.url:
        page.fill("#id_password", PASSWORD)
        page.locator("main button").first.click()
    assert page.locator("img.qr").get_attribute("src").startswith("data:image/svg+xml")

    page.fill("#id_code", code_now(page.inner_text(".secret")))
    page.locator("main button").first.click()

    assert page.locator(".codes li").count() == 10


def test_passkey_is_added_and_signs_in(visitor, alpha_lead, network):
    page = visitor(alpha_lead)
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
    options |= {"hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto(reverse("mfa_add_webauthn"))
    if "reauthenticate" in page.url:
        page.fill("#id_password", PASSWORD)
        page.locator("main button").first.click()
    page.check("#id_passwordless")
    page.click("#passkey_button")
    page.wait_for_selector(".codes")
    page.locator("header >> text=Sign out").click()

    page.goto("/account/login/")
    page.click("#passkey_button")

    page.wait_for_url("**/examplia/desk/")
    assert page.complaints == []


def test_language_is_chosen_by_a_button(visitor, mechanism):
    page = visitor(js=False)
    page.goto("/examplia/contact/")

    page.click("text=Nederlands")

    assert page.get_attribute("html", "lang") == "nl"
    assert page.url.endswith("/examplia/contact/")
    assert page.inner_text(".mechanism-name") == mechanism.name_nl


def test_paper_carries_no_menus(visitor, network):
    page = visitor()
    page.goto("/examplia/")

    page.emulate_media(media="print")

    assert page.is_hidden(".menu")
    assert page.is_hidden(".account-menu")
    assert page.is_visible("h1")


def test_keyboard_begins_with_the_skip_link(visitor, mechanism):
    page = visitor()
    page.goto("/examplia/")

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.id") == "content"
