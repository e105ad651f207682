from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from members.models import MemberBody


class VisitNumber(models.Model):
    """The last number given to a visit of one body in one calendar year: references have no common counter."""

    body = models.ForeignKey(MemberBody, on_delete=models.CASCADE, related_name="+")
    year = models.PositiveSmallIntegerField(_("year"))
    last = models.PositiveIntegerField(_("last number given"), default=0)

    class Meta:
        constraints = [models.UniqueConstraint(name="visits_visitnumber_one_per_year", fields=["body", "year"])]

    @classmethod
    def take(cls, body: MemberBody, year: int) -> int:
        """Return the next number; others who log for the body wait until this transaction ends. One statement."""
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO visits_visitnumber AS numbers (body_id, year, last) VALUES (%s, %s, 1) "
                "ON CONFLICT (body_id, year) DO UPDATE SET last = numbers.last + 1 RETURNING last",
                [body.pk, year],
            )
            return int(cursor.fetchone()[0])

    def __str__(self) -> str:
        return f"{self.body} {self.year}: {self.last}"
