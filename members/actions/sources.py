"""The sources a register quotes."""

from django.db import transaction

from members.models import Mechanism, Source


@transaction.atomic
def find_or_write(
    *, mechanism: Mechanism, source: Source | None = None, title: str = "", url: str = "", dated: str = ""
) -> Source:
    """Return ``source``, or else the source of ``mechanism`` with this title and address, written down if it is new."""
    if source is not None:
        return source
    known = Source.objects.of_register(mechanism).filter(title=title, url=url).order_by("pk").first()
    if known is not None:
        return known
    slug = Source.objects.free_slug(mechanism, title)
    return Source.objects.create(slug=slug, title=title, url=url, dated=dated, mechanism=mechanism)
