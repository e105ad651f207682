import hashlib
import os
import shutil
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection

from members.models import Mechanism
from npmportal import jobs
from npmportal.models import Job
from reports import actions
from reports.forms.request import languages_of
from reports.models import Report, ReportingYear
from reports.models.snapshot import fingerprint
from reports.snapshot import read_at_one_moment

NO_WORKER = "No worker has taken up the report within {} seconds. Start one: celery -A npmportal worker"
TOO_LONG = "The report was not ready within {} seconds; it stays on the desk and may still be finished."


class Command(BaseCommand):
    help = "Have the annual report of a year made by the worker and copy the PDF to a file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("npm", help="short name of the mechanism: uk")
        parser.add_argument("year", help="2024-25, or 2024 where the year is a calendar year")
        parser.add_argument("--output", type=Path, required=True, help="where the PDF goes")
        parser.add_argument("--language", help="language of the report (default: the mechanism's main one)")
        parser.add_argument("--here", action="store_true", help="do the worker's part in this process")
        parser.add_argument("--patience", type=int, default=60, help="seconds to wait for a worker (default 60)")
        parser.add_argument("--timeout", type=int, default=900, help="seconds to wait for the report (default 900)")

    def handle(self, *args: Any, **options: Any) -> None:
        year = self._year(options["npm"], options["year"])
        language = self._language(year.mechanism, options["language"])
        report = self._same(year, language)
        if report:
            self.stdout.write(f"Nothing has changed since edition {report.edition} was made; it is used again.")
        else:
            report = self._make(year, language, options)
        output = self._copy(report, options["output"])
        self.stdout.write(f"Report: {output} ({report.pages} pages)")

    def _year(self, npm: str, label: str) -> ReportingYear:
        mechanism = Mechanism.objects.filter(slug=npm).first()
        if mechanism is None:
            known = ", ".join(Mechanism.objects.values_list("slug", flat=True)) or "none yet"
            raise CommandError(f"There is no mechanism “{npm}”. Known: {known}.")
        actions.ensure_years(mechanism)
        year = mechanism.reporting_years.select_related("mechanism").filter(label=label).first()
        if year is None:
            known = ", ".join(mechanism.reporting_years.values_list("label", flat=True))
            raise CommandError(f"There is no reporting year “{label}”. Known: {known}.")
        return year

    def _language(self, mechanism: Mechanism, wanted: str | None) -> str:
        languages = languages_of(mechanism)
        if wanted and wanted not in languages:
            raise CommandError(f"The report cannot be written in “{wanted}”. Possible: {', '.join(languages)}.")
        return wanted or languages[0]

    def _same(self, year: ReportingYear, language: str) -> Report | None:
        """Return a finished report made of exactly what the database holds now, with its file as it was written."""
        now = fingerprint(read_at_one_moment(year))
        made = year.reports.filter(language=language, snapshot__sha256=now).exclude(file="").select_related("year")
        for report in made.order_by("-edition"):
            path = Path(report.file.path)
            if path.is_file() and _sha256(path) == report.file_sha256:
                return report
        return None

    def _make(self, year: ReportingYear, language: str, options: dict[str, Any]) -> Report:
        report = actions.request_report(year=year, language=language, by=None)
        assert report.job is not None, "request_report gives every report a job"
        if options["here"]:
            jobs.run(str(report.job.pk))
        job = self._wait(report.job, options["patience"], options["timeout"])
        if job.state == Job.State.FAILED:
            raise CommandError(job.error)
        report.refresh_from_db()
        return report

    def _wait(self, job: Job, patience: int, timeout: int) -> Job:
        """Follow the job until it is done or failed, and show each step once."""
        started = time.monotonic()
        shown = ""
        while job.is_live:
            waited = time.monotonic() - started
            if job.state == Job.State.QUEUED and not job.attempts and waited > patience:
                raise CommandError(NO_WORKER.format(patience))
            if waited > timeout:
                raise CommandError(TOO_LONG.format(timeout))
            if job.progress_label and job.progress_label != shown:
                shown = job.progress_label
                self.stdout.write(f"  {job.progress_done} of {job.progress_total}: {shown}")
                self.stdout.flush()
            time.sleep(0.25)
            try:
                job.refresh_from_db()
            except OperationalError:
                # PostgreSQL is being restarted: the row is there when it is back, and ``timeout`` bounds the wait.
                connection.close()
        return job

    def _copy(self, report: Report, output: Path) -> Path:
        """Copy the PDF so that ``output`` is whole or as it was before."""
        beside = output.with_name(f".{output.name}.{os.getpid()}")
        try:
            shutil.copyfile(report.file.path, beside)
            os.replace(beside, output)
        except OSError as error:
            beside.unlink(missing_ok=True)
            raise CommandError(f"The report could not be written to {output}: {error.strerror}.") from error
        return output


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
