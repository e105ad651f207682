"""The kinds of records of this app that decisions and tasks of the members may be about."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.concerns import RecordKind, register
from visits.models import Place, Visit


def register_kinds() -> None:
    """Register them; called once when the app starts."""
    register(
        RecordKind(
            model=Place,
            name=_("place"),
            # A record that was merged is still what a decision was about; its address leads to the one that is kept.
            visible_to=lambda user: Place.objects.of_register(user).select_related("mechanism"),
            words=lambda place: place.name,
            url=lambda place: _page("visits:place_detail", place),
            addresses={"visits:place_detail": {"pk": "pk"}},
        )
    )
    register(
        RecordKind(
            model=Visit,
            name=_("visit"),
            visible_to=lambda user: Visit.objects.visible_to(user).select_related("mechanism"),
            # The reference alone: where a visit went is for the visit's own page to tell.
            words=lambda visit: visit.reference,
            url=lambda visit: _page("visits:visit_detail", visit),
            addresses={"visits:visit_detail": {"pk": "pk"}, "visits:visit_change": {"pk": "pk"}},
        )
    )


def _page(name: str, row: Place | Visit) -> str:
    return reverse(name, kwargs={"npm": row.mechanism.slug, "pk": row.pk})
