"""What the tests of files of visits share."""

from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from npmportal import jobs
from visits.actions.attachments import About, attach_file
from visits.models import Attachment


def received(name, content):
    """A file as it comes in with a form."""
    return SimpleUploadedFile(name, content)


def attached(visit, by, *, name="letter.txt", content=b"Dear director", kind="letter", **about):
    """Add a file to ``visit``, as yet unchecked."""
    return attach_file(visit=visit, file=received(name, content), about=About(kind=kind, **about), by=by)


def check(attachment, commits):
    """Let the worker do its job; return the file's record as it is then. ``commits`` runs what waits for a commit."""
    attachment.refresh_from_db()
    with commits(execute=True):
        jobs.run(str(attachment.job_id))
    attachment.refresh_from_db()
    return attachment


def content_of(attachment):
    """What is stored of the file."""
    with attachment.file.storage.open(attachment.file.name) as file:
        return file.read()


def stored_files():
    """The names of all stored files of visits."""
    folder = Path(Attachment._meta.get_field("file").storage.path("attachments"))
    return sorted(str(path.relative_to(folder.parent)) for path in folder.rglob("*") if path.is_file())


def url_of(name, npm, pk):
    return reverse(f"visits:{name}", kwargs={"npm": npm.slug, "pk": pk})


def files_url(visit):
    return url_of("visit_files", visit.mechanism, visit.pk)


def download_url(attachment):
    return url_of("attachment_download", attachment.visit.mechanism, attachment.pk)


def body_of(response):
    """What a download holds. It is read to its end, as a browser would."""
    return b"".join(response.streaming_content)
