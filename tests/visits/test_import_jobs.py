"""Storing is one transaction: others see how far it is, and its rows all at once or never."""

import pytest
from django.db import connection

from npmportal.models import Job
from tests.factories import PlaceFactory, RemitFactory
from tests.visits.import_files import checked, csv_bytes, received
from visits.actions import imports
from visits.importing import jobs as import_jobs
from visits.models import Import, Visit

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def batch(mechanism, alpha, alpha_lead):
    north, prisons = mechanism.jurisdictions.get(slug="north"), mechanism.settings.get(slug="prisons")
    RemitFactory(setting=prisons, bodies=[alpha], spanning=[north])
    PlaceFactory(mechanism=mechanism, setting=prisons, jurisdiction=north, name="Quozandel")
    rows = [[f"A-{n}", "Quozandel", "2024-05-14", "routine", "unannounced", ""] for n in range(5)]
    return checked(received(csv_bytes(rows), alpha, alpha_lead), alpha_lead)


@pytest.fixture(autouse=True)
def _show_each_step(monkeypatch):
    monkeypatch.setattr(import_jobs, "SHOWN_EVERY", 0)


def test_progress_is_seen_while_the_rows_are_written(batch, alpha_lead, monkeypatch):
    seen = []
    stop = import_jobs._Reporter.stop

    def look(self):
        stop(self)
        seen.append(Job.objects.get(pk=self._run.job.pk).progress_label)

    monkeypatch.setattr(import_jobs._Reporter, "stop", look)

    imports.store_rows(batch=batch, only_good=False, by=alpha_lead)

    assert seen[0] == import_jobs.STORING
    assert Visit.objects.count() == 5
    assert Import.objects.get().state == Import.State.DONE


def test_a_worker_that_was_overtaken_writes_nothing(batch, alpha_lead, monkeypatch):
    show = import_jobs._Reporter.show

    def overtaken(self, done):
        Job.objects.filter(pk=self._run.job.pk).update(attempts=2)  # seen by nobody else before the end
        self._lost.set()
        show(self, done)

    monkeypatch.setattr(import_jobs._Reporter, "show", overtaken)

    imports.store_rows(batch=batch, only_good=False, by=alpha_lead)

    assert not Visit.objects.exists()
    assert Import.objects.get().state == Import.State.CHECKED


def test_words_are_filed_with_the_rights_of_the_owner_of_the_index():
    """The portal's own role owns no table (docs/operations.md), and PostgreSQL lets nobody but the owner do it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosecdef, proconfig FROM pg_proc WHERE proname = 'visits_file_words'")
        [(is_owners, settings)] = cursor.fetchall()
        cursor.execute("SELECT visits_file_words()")

    assert is_owners
    assert settings[0].endswith("pg_temp")
