"""The kinds of records of this app that decisions and tasks of the members may be about."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.concerns import RecordKind, register
from reports.models import Report


def register_kinds() -> None:
    """Register them; called once when the app starts."""
    register(
        RecordKind(
            model=Report,
            name=_("annual report"),
            visible_to=lambda user: Report.objects.visible_to(user).select_related("year__mechanism"),
            words=str,
            url=lambda r: reverse("reports:report_detail", kwargs={"npm": r.year.mechanism.slug, "pk": r.pk}),
            mechanism="year__mechanism",
            addresses={"reports:report_detail": {"pk": "pk"}},
        )
    )
