"""The whole slice as its people walk it: a visit logged, handed in, approved, and the report made by a worker."""

import os
import subprocess
import sys
import time
from datetime import date, timedelta
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection
from django.urls import reverse

from reports.models import Report
from tests.factories import PlaceFactory, RemitFactory
from visits.models import Visit


@pytest.fixture
def worker(settings, tmp_path):
    """A real Celery worker on the tests' own database and Redis; the test's files are its files."""
    url = urlsplit(os.environ["DATABASE_URL"])
    environment = os.environ | {
        "DATABASE_URL": urlunsplit(url._replace(path=f"/{connection.settings_dict['NAME']}")),
        "FILES_ROOT": str(tmp_path / "files"),
        "STATIC_ROOT": str(settings.STATIC_ROOT),
    }
    command = [sys.executable, "-m", "celery", "-A", "npmportal", "worker", "--pool", "solo", "--loglevel", "WARNING"]
    with (tmp_path / "worker.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        yield process
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture
def prison(mechanism, alpha):
    """A prison that alpha has the remit to visit."""
    RemitFactory(setting=mechanism.settings.first(), bodies=[alpha], spanning=[mechanism.jurisdictions.first()])
    return PlaceFactory(mechanism=mechanism, name="Quorrel Prison")


def choose_place(page, letters, name):
    """Find the place by typing; without scripts by a button and a list."""
    page.get_by_label("Find a place").fill(letters)
    find = page.get_by_role("button", name="Find", exact=True)
    if find.count():
        find.click()
        page.get_by_label(name).check()
    else:
        page.get_by_role("option", name=name).click()


def log_a_visit(page, prison, day):
    """Fill in what a visit needs and nothing more."""
    page.goto(reverse("visits:visit_create", kwargs={"npm": prison.mechanism.slug}))
    choose_place(page, "quorrel", "Quorrel Prison")
    page.get_by_label("First day").fill(day.isoformat())
    page.get_by_label("Lead body").select_option(label="Alpha Inspectorate")
    page.get_by_label("Kind (required)").select_option("in_depth")
    page.get_by_label("unannounced", exact=True).check()
    page.get_by_role("button", name="Save as a draft").click()


@pytest.mark.parametrize("js", [True, False], ids=["with scripts", "without scripts"])
def test_visit_is_logged_within_a_minute(visitor, alpha_monitor, prison, js):
    page = visitor(alpha_monitor, js=js)
    started = time.monotonic()

    log_a_visit(page, prison, date.today() - timedelta(days=1))

    assert time.monotonic() - started < 60
    visit = Visit.objects.get()
    assert (visit.place, visit.state, visit.people_in_custody) == (prison, Visit.State.DRAFT, None)
    assert "Quorrel Prison" in page.inner_text("main")
    assert page.complaints == []


def test_visit_travels_from_the_monitor_to_the_annual_report(
    visitor, worker, mechanism, alpha_monitor, coordinator, prison
):
    monitor, office = visitor(alpha_monitor, js=False), visitor(coordinator)
    start, _end = mechanism.reporting_year_of(date.today())
    log_a_visit(monitor, prison, start)
    submit_everything_asked_for(monitor)
    visit = Visit.objects.get()
    assert visit.state == Visit.State.SUBMITTED

    office.goto(reverse("visits:visit_detail", kwargs={"npm": mechanism.slug, "pk": visit.pk}))
    office.get_by_role("button", name="Approve").click()
    visit.refresh_from_db()
    assert visit.state == Visit.State.APPROVED

    office.goto(reverse("reports:report_list", kwargs={"npm": mechanism.slug}))
    office.get_by_role("button", name="Make").first.click()
    link = office.get_by_role("link", name="Download")
    link.wait_for(timeout=90_000)
    with office.expect_download() as download:
        link.click()
    assert download.value.path().read_bytes().startswith(b"%PDF")
    assert Report.objects.get().pages > 5
    assert office.complaints == []


def submit_everything_asked_for(page):
    """Try to hand the visit in, record what is then asked for, and hand it in."""
    page.get_by_role("button", name="Submit").click()
    assert "Record whether the visitors had access" in page.inner_text("main")
    page.get_by_role("link", name="Change").first.click()
    page.get_by_text("Access (OPCAT Article 20)").click()
    page.get_by_label("Access", exact=True).select_option("full")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Submit").click()
