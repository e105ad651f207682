"""The annual report of a large year: time, pages and peak memory, beside the same HTML given to WeasyPrint alone."""

import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from django.utils import timezone

from npmportal import pdf
from reports.document import STYLESHEET, Composed, Imprint, compose
from reports.models import ReportingYear
from reports.snapshot import read_at_one_moment

BAR_SECONDS, BAR_MEGABYTES = 60, 600

# WeasyPrint by itself: same HTML, style sheet and typeface, tagged, none of our settings. Prints its pages and memory.
ALONE = """
import resource, sys
from weasyprint import HTML, URLFetcher
assets = dict(zip(sys.argv[3::2], sys.argv[4::2]))
class Packaged(URLFetcher):
    def fetch(self, url, headers=None):
        return super().fetch("file://" + assets[url.partition(":")[2]], headers)
document = HTML(filename=sys.argv[1], url_fetcher=Packaged()).render(pdf_variant="pdf/ua-1")
document.write_pdf(sys.argv[2], pdf_variant="pdf/ua-1")
print(len(document.pages), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@dataclass(frozen=True)
class Made:
    """How long a document took, its pages, and the most memory its largest process used."""

    seconds: float
    pages: int
    megabytes: int

    def __str__(self) -> str:
        return f"{self.seconds:.1f} s  {self.pages} pages  {self.megabytes} MB at most"


def measure(year: ReportingYear) -> tuple[Made, Made]:
    """Make the report of ``year`` twice, by the portal and by WeasyPrint alone; return both."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        composed = _composed(year)
        ours = _ours(composed, Path(folder) / "ours.pdf", started)
        alone = _alone(composed, Path(folder))
    return ours, alone


def _composed(year: ReportingYear) -> Composed:
    imprint = Imprint(edition=1, language="en-gb", frozen_at=timezone.now(), sha256="0" * 64)
    *_titles, composed = compose(read_at_one_moment(year), imprint)
    assert isinstance(composed, Composed)
    return composed


def _ours(composed: Composed, path: Path, started: float) -> Made:
    data = tuple(pdf.Data(table.file_name, table.title, table.as_csv()) for table in composed.tables)
    pages = pdf.write_pdf(
        composed.html, path, stylesheet=STYLESHEET, identifier="benchmark", created=timezone.now(), data=data
    )
    seconds = time.perf_counter() - started
    # Both processes together: this one holds the snapshot and the HTML, the child the document.
    kilobytes = sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return Made(seconds, pages, kilobytes // 1024)


def _alone(composed: Composed, folder: Path) -> Made:
    (folder / "report.html").write_text(composed.html, encoding="utf-8")
    assets = [word for pair in pdf.assets(STYLESHEET).items() for word in pair]
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", ALONE, str(folder / "report.html"), str(folder / "alone.pdf"), *assets],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"WeasyPrint alone failed:\n{done.stderr[-2000:]}")
    pages, megabytes = map(int, done.stdout.split())
    return Made(time.perf_counter() - started, pages, megabytes)
