"""Settings of files, read from the environment: where they are kept, how large they may be, who scans them.

One place for every limit of uploads. docs/operations.md lists the variables.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured

from npmportal import environment

MEGABYTE = 1024 * 1024
NOT_SCANNED = "none"


@dataclass(frozen=True)
class Limits:
    """How much may be handed in (security R-32). Bytes, but for the numbers of files."""

    largest: int = 25 * MEGABYTE
    at_once: int = 100 * MEGABYTE
    files_at_once: int = 20
    per_record: int = 500 * MEGABYTE
    files_per_record: int = 200
    per_person_and_day: int = 500 * MEGABYTE


def limits() -> Limits:
    """Return the limits, with those that the environment changes."""
    usual = Limits()
    return Limits(
        largest=_megabytes("UPLOAD_LARGEST_MB", usual.largest),
        at_once=_megabytes("UPLOAD_AT_ONCE_MB", usual.at_once),
        per_record=_megabytes("UPLOAD_PER_VISIT_MB", usual.per_record),
        per_person_and_day=_megabytes("UPLOAD_PER_PERSON_AND_DAY_MB", usual.per_person_and_day),
    )


def _megabytes(name: str, usual: int) -> int:
    return environment.count(name, usual // MEGABYTE) * MEGABYTE


def storage(root: Path) -> dict[str, Any]:
    """Return Django's dictionary for private files: a folder, or what FILES_URL names, ``s3://key:secret@host/bucket``.

    Never with an address of their own: permission-checked views hand them out (security D-14).
    """
    address = environment.text("FILES_URL", "")
    if not address:
        options = {"location": root, "file_permissions_mode": 0o600, "directory_permissions_mode": 0o700}
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}
    url = urlsplit(address)
    bucket = url.path.strip("/")
    if url.scheme not in ("s3", "s3+http") or not url.hostname or not bucket or "/" in bucket or not url.password:
        raise ImproperlyConfigured("FILES_URL must be s3://key:secret@host/bucket?region=… (or s3+http:// for a test).")
    scheme = "https" if url.scheme == "s3" else "http"
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "access_key": unquote(url.username or ""),
            "secret_key": unquote(url.password),
            "bucket_name": bucket,
            "endpoint_url": f"{scheme}://{url.hostname}" + (f":{url.port}" if url.port else ""),
            "region_name": parse_qs(url.query).get("region", ["us-east-1"])[-1],
            "client_config": _client(),
            "default_acl": None,  # the bucket's own: private
            "file_overwrite": True,  # the names are ours, and a report made again replaces the one before
            "max_memory_size": 0,  # what is read back stays in memory, never in the system's folder for temporary files
        },
    }


def _client() -> Any:
    """Return how a bucket is spoken to: by servers other than Amazon's too, and not waited for long."""
    from botocore.config import Config  # takes a while to load, and is needed with a bucket alone

    return Config(
        s3={"addressing_style": "path"},
        signature_version="s3v4",
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        connect_timeout=5,
        read_timeout=30,
        retries={"total_max_attempts": 2},
    )


def scanner(name: str, *, demonstration: bool) -> str:
    """Return the address of the malware scanner; "" where none is set up: then no file is ever made available.

    ``clamd://host:port``, ``clamd:///path/of/the/socket``, or, for a demonstration alone, ``none``: files are then
    handed out and labelled as not scanned.
    """
    value = environment.text(name, "")
    url = urlsplit(value)
    if value == NOT_SCANNED:
        if not demonstration:
            raise ImproperlyConfigured(f"{name}=none is for a demonstration only (DEMONSTRATION=on).")
    elif value and (url.scheme != "clamd" or not (url.hostname or url.path)):
        raise ImproperlyConfigured(f"{name} must be clamd://host:port, clamd:///path/of/the/socket or none.")
    return value


HANDLERS = [
    "npmportal.uploads.handlers.Door",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "npmportal.uploads.handlers.PrivateFolder",
]
BEAT: dict[str, Any] = {
    "check-waiting-files": {"task": "visits.tasks.check_waiting_files", "schedule": 60.0, "options": {"expires": 60}},
    "sweep-form-drafts": {"task": "visits.tasks.sweep_form_drafts", "schedule": crontab(hour="3", minute=50)},
    "keep-files": {"task": "visits.tasks.keep_files", "schedule": crontab(minute=35), "options": {"expires": 3000}},
}
