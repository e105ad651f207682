"""Keeping filters under a name. A view is a query and widens nobody's rights."""

from typing import Any

from django.db import transaction

from members.models import Mechanism, MemberBody, User
from npmportal import audit
from visits.models import SavedView


@transaction.atomic
def save_view(*, mechanism: Mechanism, name: str, query: str, body: MemberBody | None, by: User) -> SavedView:
    """Keep the filters ``query`` as ``name``, for ``by`` alone or for the people of ``body``."""
    view = SavedView.objects.create(person=by, mechanism=mechanism, name=name, query=query, body=body)
    _write_down("saved_view.saved", view, by)
    return view


@transaction.atomic
def change_view(*, view: SavedView, name: str, body: MemberBody | None, by: User) -> SavedView:
    """Rename ``view``, share it or share it no longer; one that is no longer shared is of the person who changed it."""
    view.name, view.body, view.person = name, body, by
    view.save(update_fields=["name", "body", "person", "at"])
    _write_down("saved_view.changed", view, by)
    return view


@transaction.atomic
def remove_view(*, view: SavedView, by: User) -> None:
    """Remove ``view``; the visits are none the less."""
    _write_down("saved_view.removed", view, by)
    view.delete()


def _write_down(action: str, view: SavedView, by: Any) -> None:
    bodies = [view.body_id] if view.body_id else []
    audit.record(action, by=by, mechanism=view.mechanism, bodies=bodies, shared=bool(bodies))
