"""The terms of use: bringing versions in, and accepting the one in force."""

from pathlib import Path

from django.db import transaction
from django.utils import timezone

from members.models import Terms, TermsAcceptance, User
from npmportal import audit

PACKAGED = Path(__file__).resolve().parents[1] / "reference" / "terms"


class TermsError(Exception):
    """The packaged versions and those in the database cannot both be right; with a plain sentence why."""


@transaction.atomic
def load_terms(*, folder: Path = PACKAGED) -> list[int]:
    """Publish each version in ``folder`` (``<number>.en.txt`` and ``<number>.nl.txt``) that is not there yet.

    Returns the numbers published now: none when called again. A published version is never changed, because people have
    accepted its very words; TermsError says so where a file differs from it.
    """
    published = []
    for english in sorted(folder.glob("*.en.txt"), key=lambda path: int(path.name.split(".")[0])):
        version = int(english.name.split(".")[0])
        dutch = english.with_name(f"{version}.nl.txt")
        texts = {"text_en": english.read_text(encoding="utf-8"), "text_nl": dutch.read_text(encoding="utf-8")}
        terms, is_new = Terms.objects.get_or_create(version=version, defaults=texts | {"published_at": timezone.now()})
        if is_new:
            audit.record("terms.published", by=None, obj=terms, version=version)
            published.append(version)
        elif {name: getattr(terms, name) for name in texts} != texts:
            raise TermsError(f"Version {version} is published already with other words: add a version {version + 1}.")
    return published


@transaction.atomic
def publish_terms(*, version: int) -> Terms:
    """Bring the draft ``version`` into force for everybody in the installation; TermsError where that cannot be.

    No administrator does that: each is one of a single mechanism, and the terms bind the people of all (ADR 0021).
    """
    terms = Terms.objects.select_for_update().filter(version=version).first()
    if terms is None:
        raise TermsError(f"There is no version {version}.")
    if terms.published_at is not None:
        raise TermsError(f"Version {version} is published already.")
    newest = Terms.objects.in_force().first()
    if newest is not None and newest.version > version:
        raise TermsError(f"Version {newest.version} is in force: an older one would never be shown.")
    terms.published_at = timezone.now()
    terms.save(update_fields=["published_at"])
    audit.record("terms.published", by=None, obj=terms, version=version)
    return terms


@transaction.atomic
def accept_terms(*, terms: Terms, by: User) -> TermsAcceptance:
    """Note that ``by`` accepts ``terms``; a second time changes nothing."""
    acceptance, is_new = TermsAcceptance.objects.get_or_create(terms=terms, user=by)
    if is_new:
        audit.record("terms.accepted", by=by, obj=terms, version=terms.version)
    return acceptance
