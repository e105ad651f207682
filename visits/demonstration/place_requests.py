"""An invented place that somebody asks for, so that the desk of whoever keeps the register shows what that is like."""

from collections.abc import Mapping
from random import Random
from uuid import UUID

from members.models import Mechanism
from visits.demonstration import names
from visits.models import Place, PlaceRequest, Visit

NOTE = ("Invented: opened this spring, behind the old mill.", "Verzonnen: dit voorjaar geopend, achter de oude molen.")


def store_request(mechanism: Mechanism, loggers: Mapping[int, int], seed: str, *, dutch: bool) -> None:
    """Let one of ``loggers`` (who logs visits, by body) ask for a place where the body goes. Once."""
    if not loggers or PlaceRequest.objects.filter(mechanism=mechanism).exists():
        return
    body, person = min(loggers.items())
    newest = Visit.objects.filter(mechanism=mechanism, lead_body=body).order_by("-starts_on", "-id").first()
    if newest is None:
        return
    rng = Random(f"{seed}/{mechanism.slug}/asked")
    town, number = names.town(rng), Place.objects.filter(mechanism=mechanism).count() + 1  # no place has it
    PlaceRequest.objects.create(
        mechanism=mechanism,
        body_id=body,
        asked_by_id=person,
        form_key=UUID(int=rng.getrandbits(128), version=4),
        name=names.place(town, newest.setting.slug, number, is_dutch=dutch),
        setting_id=newest.setting_id,
        jurisdiction_id=newest.jurisdiction_id,
        town=town,
        note=NOTE[dutch],
    )
