"""Keeping filters under a name. A view is a query and widens nobody's rights."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from members.models import Mechanism, MemberBody, User
from npmportal import audit
from visits.models import SavedView


class SavedViewRefused(Exception):
    """A view that cannot be kept under this name; the message says why."""


@transaction.atomic
def save_view(*, mechanism: Mechanism, name: str, query: str, body: MemberBody | None, by: User) -> SavedView:
    """Keep the filters ``query`` as ``name``, for ``by`` alone or for the people of ``body``.

    Raises SavedViewRefused where one of this name was saved a moment ago (a double click).
    """
    view = SavedView(person=by, mechanism=mechanism, name=name, query=query, body=body)
    _save(view, force_insert=True)
    _write_down("saved_view.saved", view, by)
    return view


@transaction.atomic
def change_view(*, view: SavedView, name: str, body: MemberBody | None, by: User) -> SavedView:
    """Rename ``view``, share it or share it no longer; one that is no longer shared is of the person who changed it.

    Raises SavedViewRefused where there is one of this name by now.
    """
    view.name, view.body, view.person = name, body, by
    _save(view, update_fields=["name", "body", "person", "at"])
    _write_down("saved_view.changed", view, by)
    return view


@transaction.atomic
def remove_view(*, view: SavedView, by: User) -> None:
    """Remove ``view``; the visits are none the less."""
    _write_down("saved_view.removed", view, by)
    view.delete()


def _save(view: SavedView, **how: Any) -> None:
    try:
        with transaction.atomic():
            view.save(**how)
    except IntegrityError as error:
        raise SavedViewRefused(_("There is a view with this name already.")) from error


def _write_down(action: str, view: SavedView, by: Any) -> None:
    bodies = [view.body_id] if view.body_id else []
    audit.record(action, by=by, mechanism=view.mechanism, bodies=bodies, shared=bool(bodies))
