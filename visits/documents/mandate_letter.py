"""The mandate letter as a PDF (PDF/UA-1): body, place, days, people named, and the powers as the register has them."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_noop

from members.models import Designation, LegalBasis, Power
from npmportal import audit
from npmportal.jobs import JobRun, handler
from npmportal.models import Job
from npmportal.pdf.checks import checked_sha256
from npmportal.pdf.printing import Document, print_document
from npmportal.private_files import put_in_place, unfinished_file
from visits.models import MandateLetter, Plan

KIND = "mandate"
STYLESHEET = "mandate.css"
STEPS = 2
WRITING = gettext_noop("Writing the PDF file")
CHECKING = gettext_noop("Checking the PDF file")
HELD = (Power.Extent.FULL, Power.Extent.PARTLY, Power.Extent.PRACTICE)  # what is not held is not claimed


def _may_still(job: Job) -> bool:
    """Tell whether who asked may still change the plan the letter is for."""
    plan = MandateLetter.objects.filter(pk=job.arguments["letter_id"]).values("plan")
    return Plan.objects.editable_by(job.requested_by).filter(pk__in=plan).exists()


@handler(KIND, may_still=_may_still)
def build(run: JobRun) -> None:
    """Make the PDF of the letter that the job names. Published once, by who still holds the lease, or not at all."""
    letter = MandateLetter.objects.for_detail().get(pk=run.job.arguments["letter_id"])
    run.progress(0, STEPS, WRITING)
    document = compose(letter)
    with unfinished_file(letter, "pdf") as path:
        pages = print_document(run, document, path, STYLESHEET)
        run.progress(1, STEPS, CHECKING)
        sha256 = checked_sha256(path, pages)
        run.finish(lambda: _publish(run, letter, path, pages, sha256))


def compose(letter: MandateLetter) -> Document:
    """Return the letter in its language, with the body's name, standing and powers of the first day of the visit."""
    plan, day = letter.plan, letter.plan.starts_on
    with translation.override(letter.language):
        name = plan.body.name_on(day)
        context: dict[str, Any] = {
            "letter": letter,
            "plan": plan,
            "npm": plan.mechanism,
            "body_name": name.name if name else plan.body.slug,
            "designation": Designation.objects.as_at(day).filter(body=plan.body).first(),
            "bases": list(LegalBasis.objects.as_at(day).filter(body=plan.body)),
            "powers": list(Power.objects.as_at(day).filter(body=plan.body, extent__in=HELD).select_related("basis")),
            "is_invented": settings.DEMONSTRATION,
        }
        html = render_to_string("visits/mandate_letter.pdf.html", context)
    return Document(html, letter.made_at)


def _publish(run: JobRun, letter: MandateLetter, path: Path, pages: int, sha256: str) -> None:
    """Put the file in its place and say so. Called inside the transaction that ends the job."""
    if not MandateLetter.objects.select_for_update().filter(pk=letter.pk, job=run.job).exists():
        return
    name = put_in_place(letter, "pdf", path)
    MandateLetter.objects.filter(pk=letter.pk).update(pdf=name, pdf_sha256=sha256, pages=pages)
    plan = letter.plan
    audit.record(
        "mandate.printed", by=run.job.requested_by, obj=letter, mechanism=plan.mechanism_id, bodies=[plan.body_id]
    )
