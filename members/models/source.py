from django.db import models
from django.utils.translation import gettext_lazy as _


class Source(models.Model):
    """Where a fact was read: a law, a statement, a page, a brochure."""

    slug = models.SlugField(_("short name"), max_length=80, unique=True)
    title = models.CharField(_("title"), max_length=300)
    url = models.URLField(_("address"), max_length=500, blank=True)
    dated = models.CharField(_("date of the source"), max_length=60, blank=True)

    class Meta:
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title
