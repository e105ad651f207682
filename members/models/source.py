from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _


class SourceQuerySet(models.QuerySet["Source"]):
    def of_register(self, mechanism: Any) -> Self:
        """Return the sources that the register of ``mechanism`` may quote: its own, and those of no one register."""
        return self.filter(Q(mechanism=mechanism) | Q(mechanism=None))

    def free_slug(self, mechanism: Any, title: str) -> str:
        """Return a short name for a new source of ``mechanism`` that no other source has."""
        stem = f"{mechanism.slug}-{slugify(title)[:50].strip('-')}".strip("-")
        taken = set(self.filter(slug__startswith=stem).values_list("slug", flat=True))
        return next(s for s in (stem, *(f"{stem}-{n}" for n in range(2, len(taken) + 3))) if s not in taken)


class Source(models.Model):
    """Where a fact was read: a law, a statement, a page, a brochure."""

    slug = models.SlugField(_("short name"), max_length=80, unique=True)
    title = models.CharField(_("title"), max_length=300)
    url = models.URLField(_("address"), max_length=500, blank=True)
    dated = models.CharField(_("date of the source"), max_length=60, blank=True)
    mechanism = models.ForeignKey(
        "members.Mechanism",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="sources",
        verbose_name=_("mechanism"),
        help_text=_("The register that quotes it; empty where several do."),
    )

    objects = SourceQuerySet.as_manager()

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title
