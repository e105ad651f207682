"""The job that makes a long list into a file."""

from collections.abc import Iterator
from pathlib import Path

from django.http import QueryDict
from django.utils import translation
from django.utils.translation import gettext_noop

from npmportal.jobs import JobRun, handler
from npmportal.models import Job
from npmportal.private_files import digest_of, put_in_place, unfinished_file
from visits.downloading.formats import FORMATS
from visits.downloading.lists import filtered_list
from visits.models import Download

KIND = "visits.download"
PIECES = 2_000
WRITING = gettext_noop("lines written")
# The steps of a progress are small numbers; a list may hold millions of lines.
STEPS = 100


def _may_still(job: Job) -> bool:
    return Download.objects.visible_to(job.requested_by).filter(pk=job.arguments["download"]).exists()


@handler(KIND, may_still=_may_still)
def make_file(run: JobRun) -> None:
    """Write the list that was asked for, as the person may see it now."""
    download = Download.objects.select_related("mechanism", "requested_by").get(pk=run.job.arguments["download"])
    with translation.override(download.language):
        found = filtered_list(download.requested_by, download.mechanism, QueryDict(download.query))
        kind = FORMATS[download.format]
        expected = found.visits.count()
        pieces = kind.write(found.lines(kind))
    with unfinished_file(download, "file") as path:
        _write(path, pieces, run, expected)
        with path.open("rb") as file:
            facts = {"sha256": digest_of(file), "size": path.stat().st_size}

        def publish() -> None:
            number = found.write_down(download.format)
            name = put_in_place(download, "file", path)
            Download.objects.filter(pk=download.pk).update(file=name, records=number, **facts)

        run.finish(publish)


def _write(path: Path, pieces: Iterator[bytes], run: JobRun, expected: int) -> None:
    written = 0
    with path.open("wb") as file:
        for number, piece in enumerate(pieces, start=1):
            file.write(piece)
            written = number
            if number % PIECES == 0:
                run.progress(min(STEPS * written // max(expected, 1), STEPS - 1), STEPS, WRITING)
