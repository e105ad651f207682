"""Approved minutes as a PDF (PDF/UA-1): who came by body, the agenda, the text, decisions, actions, additions.

It leaves the portal, so it names no person with an account: who wrote, approved or does anything, or has a seat in
person (security R-18). It names bodies, and guests as they were entered.
"""

from pathlib import Path

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_noop

from members.documents.minutes_contents import contents_of
from members.models import Minutes, WorkingGroup
from npmportal import audit
from npmportal.jobs import JobRun, handler
from npmportal.models import Job
from npmportal.pdf.checks import checked_sha256
from npmportal.pdf.printing import Document, print_document
from npmportal.private_files import put_in_place, unfinished_file

KIND = "minutes"
STYLESHEET = "minutes.css"
STEPS = 3
COLLECTING = gettext_noop("Putting the minutes together")
WRITING = gettext_noop("Writing the PDF file")
CHECKING = gettext_noop("Checking the PDF file")


def _may_still(job: Job) -> bool:
    """Tell whether who asked (by approving, adding or trying again) still keeps the group."""
    group = Minutes.objects.filter(pk=job.arguments["minutes_id"]).values("meeting__group")
    return WorkingGroup.objects.kept_by(job.requested_by).filter(pk__in=group).exists()


@handler(KIND, may_still=_may_still)
def build(run: JobRun) -> None:
    """Make the PDF of the minutes that the job names. Published once, by who still holds the lease, or not at all."""
    minutes = Minutes.objects.for_detail().get(pk=run.job.arguments["minutes_id"])
    run.progress(0, STEPS, COLLECTING)
    document = compose(minutes)
    with unfinished_file(minutes, "pdf") as path:
        run.progress(1, STEPS, WRITING)
        pages = print_document(run, document, path, STYLESHEET)
        run.progress(2, STEPS, CHECKING)
        sha256 = checked_sha256(path, pages)
        run.finish(lambda: _publish(run, minutes, path, pages, sha256))


def compose(minutes: Minutes) -> Document:
    """Return the document, in the language of the minutes."""
    additions = list(minutes.additions.all())
    with translation.override(minutes.language):
        contents = contents_of(minutes)
        group = contents.meeting.group
        context = {"contents": contents, "group": group, "npm": group.mechanism, "additions": additions}
        html = render_to_string("members/minutes.pdf.html", context | vars(contents))
    created = additions[-1].at if additions else minutes.approved_at
    assert created is not None, "only approved minutes are printed"
    return Document(html, created)


def _publish(run: JobRun, minutes: Minutes, path: Path, pages: int, sha256: str) -> None:
    """Put the file in its place and say so. Called inside the transaction that ends the job.

    Where something was added in the meantime a newer job prints that too: this file is thrown away.
    """
    if not Minutes.objects.select_for_update().filter(pk=minutes.pk, job=run.job).exists():
        return
    name = put_in_place(minutes, "pdf", path)
    Minutes.objects.filter(pk=minutes.pk).update(pdf=name, pdf_sha256=sha256, pages=pages)
    mechanism = minutes.meeting.group.mechanism
    audit.record("minutes.printed", by=run.job.requested_by, obj=minutes, mechanism=mechanism, pages=pages)
