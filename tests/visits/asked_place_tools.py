"""Places that are asked for, for tests."""

import uuid

from django.urls import reverse

from visits.actions import place_requests as actions
from visits.models import PlaceRequest


def url_of(name, mechanism, **more):
    return reverse(f"visits:{name}", kwargs={"npm": mechanism.slug} | more)


def ask(body, by, name="Yolvetta House (invented)", **fields):
    """A request of ``body`` for a prison in the north, through the action."""
    mechanism = body.mechanism
    given = {"setting": mechanism.settings.get(slug="prisons"), "form_key": uuid.uuid4()}
    given |= {"jurisdiction": mechanism.jurisdictions.get(slug="north")}
    request = PlaceRequest(mechanism=mechanism, body=body, name=name, **given | fields)
    return actions.ask_for_place(request=request, by=by)


def typed(mechanism, **fields):
    """What the shortest form of a request holds, of somebody who logs for one body."""
    given = {"name": "Yolvetta House (invented)", "setting": mechanism.settings.get(slug="prisons").pk}
    given |= {"jurisdiction": mechanism.jurisdictions.get(slug="north").pk, "form_key": str(uuid.uuid4())}
    return given | fields
