"""A real browser against a live portal. Without Chromium these tests fail with a sentence; they do not vanish."""

import os
import shutil

import pytest
from django.conf import settings as portal_settings
from django.test import Client
from playwright.sync_api import sync_playwright

from deploy.local.installation import BROWSERS, HEADLESS

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/browser" in item.nodeid:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def chromium():
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        pytest.fail(f"The browser tests need Chromium. On Debian: apt-get install {HEADLESS}")
    # Playwright keeps an event loop in this thread; the ORM is used between its calls, never inside one.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def visitor(chromium, live_server, settings):
    """Return a function that opens a browser window: `visitor(user, width=320, js=False, language="nl")`.

    The window remembers in `complaints` what the browser complained of: errors, breaches of the security policy.
    """
    settings.ALLOWED_HOSTS = ["*"]
    # Passkeys need a name; a browser knows this one without asking the system.
    address = live_server.url.replace("127.0.0.1", "localhost")
    contexts = []

    def enter(user=None, *, width=1280, scheme="light", js=True, language=None):
        context = chromium.new_context(
            base_url=address,
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            locale=language,
            java_script_enabled=js,
        )
        contexts.append(context)
        if user is not None:
            client = Client()
            client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
            name = portal_settings.SESSION_COOKIE_NAME
            context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": address}])
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda message: message.type == "error" and page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        return page

    yield enter
    for context in contexts:
        context.close()
