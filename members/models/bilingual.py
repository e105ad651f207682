from dataclasses import dataclass

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


def in_language(english: str, dutch: str) -> str:
    """Return the name in the reader's language, or the other one where only that is recorded."""
    first, second = (dutch, english) if (get_language() or "").startswith("nl") else (english, dutch)
    return first or second


@dataclass(frozen=True)
class Words:
    """A text in English and in Dutch outside the database; it prints in the reader's language."""

    en: str = ""
    nl: str = ""

    def __str__(self) -> str:
        return in_language(self.en, self.nl)

    def __bool__(self) -> bool:
        return bool(self.en or self.nl)


class BilingualName(models.Model):
    """A name in English and in Dutch; one of the two may be missing."""

    name_en = models.CharField(_("name in English"), max_length=200, blank=True)
    name_nl = models.CharField(_("name in Dutch"), max_length=200, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_has_a_name",
                condition=~models.Q(name_en="") | ~models.Q(name_nl=""),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return in_language(self.name_en, self.name_nl)
