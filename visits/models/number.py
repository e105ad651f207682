import uuid

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from members.models import MemberBody
from visits.models.place_hold import STANDING


def reference_prefix(body: MemberBody) -> str:
    """Return what the references of ``body`` begin with."""
    return body.abbreviation.replace(" ", "-")[:20]


def reference_of(prefix: str, year: int, number: int) -> str:
    """Return the reference of a visit: “ALPHA-2024-0007”."""
    return f"{prefix}-{year}-{number:04d}"


class VisitNumber(models.Model):
    """The last number given to a visit of one body in one calendar year: references have no common counter."""

    body = models.ForeignKey(MemberBody, on_delete=models.CASCADE, related_name="+")
    year = models.PositiveSmallIntegerField(_("year"))
    last = models.PositiveIntegerField(_("last number given"), default=0)

    class Meta:
        constraints = [models.UniqueConstraint(name="visits_visitnumber_one_per_year", fields=["body", "year"])]

    @classmethod
    def take(cls, body: MemberBody, year: int, place: uuid.UUID) -> int | None:
        """Return the next number for a visit to ``place``; None where that was merged into another, or is gone.

        Others who log for the body wait until this transaction ends, and so does who would merge the place: it is held
        (visits.models.place_hold), and in the same statement, since every visit that is logged passes here.
        """
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO visits_visitnumber AS numbers (body_id, year, last) SELECT %s, %s, 1 {STANDING} "
                "ON CONFLICT (body_id, year) DO UPDATE SET last = numbers.last + 1 RETURNING last",
                [body.pk, year, place],
            )
            found = cursor.fetchone()
        return int(found[0]) if found else None

    def __str__(self) -> str:
        return f"{self.body} {self.year}: {self.last}"
