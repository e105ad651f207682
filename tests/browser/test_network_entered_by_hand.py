"""The two real networks, entered form by form through the screens, are those of the packaged registers, day by day.

What is typed is the packaged register's, whose agreement with the published lists of members and the brochure's 36
remits is tested in tests/members/test_reference_data.py and test_coverage.py.
"""

import pytest

from members.actions.reference import load_reference
from members.coverage import build_matrix
from members.models import BodyName, Coordination, Designation, Mechanism, MechanismProfile, Succession
from members.reference.registers import read
from tests.browser.network_entry import NetworkEntry, days_of

OWN_TO_THE_ENTRY = {"key", "source", "anchor"}  # names for a computer, and which of two equal sources was quoted


@pytest.mark.parametrize(("npm", "js"), [("uk", True), ("nl", False)], ids=["uk", "nl without scripts"])
def test_network_entered_through_the_screens_is_the_packaged_one(visitor, administrator, npm, js):
    register = read(npm)
    page = visitor(administrator, js=js)

    NetworkEntry(page, register).enter_everything()

    mechanism, days = Mechanism.objects.get(slug=npm), days_of(register)
    entered = {day: state_of(mechanism, day) for day in days}
    lists = lists_of(mechanism)
    load_reference(register=register, overwrite=True)
    mechanism.refresh_from_db()
    assert lists == lists_of(mechanism)
    for day in days:
        assert entered[day] == state_of(mechanism, day), f"{npm} on {day}"
    assert page.complaints == []


def state_of(mechanism, day):
    """Return all that the register says of one day."""
    of_bodies, of_it = {"body__mechanism": mechanism}, {"mechanism": mechanism}
    standing = ("body__slug", "status", "instrument", "takes_part", "starts_on", "starts_precision", "ends_on")
    named = ("body__slug", "name_en", "name_nl", "abbreviation", "starts_on", "starts_precision", "ends_on")
    return {
        "standing": sorted(Designation.objects.as_at(day).filter(**of_bodies).values_list(*standing), key=str),
        "names": sorted(BodyName.objects.as_at(day).filter(**of_bodies).values_list(*named), key=str),
        "coordinator": list(Coordination.objects.as_at(day).filter(**of_it).values_list("body__slug", "role")),
        "profile": list(MechanismProfile.objects.as_at(day).filter(**of_it).values_list("profile", flat=True)),
        "matrix": what_it_says(build_matrix(mechanism, day).as_json()),
    }


def lists_of(mechanism):
    """Return what has no dates of its own: bodies, jurisdictions, settings and areas in order, and successions."""
    successions = Succession.objects.filter(predecessor__mechanism=mechanism)
    return {
        "mechanism": [getattr(mechanism, name) for name in ("name_en", "name_nl", "profile", "established_on")],
        "bodies": [
            (body.slug, body.kind, body.works_note, body.website, sorted(j.slug for j in body.jurisdictions.all()))
            for body in mechanism.bodies.prefetch_related("jurisdictions").order_by("position")
        ],
        "jurisdictions": list(mechanism.jurisdictions.order_by("position").values_list("slug", "name_en", "name_nl")),
        "settings": [
            (setting.slug, setting.name_en, setting.name_nl, setting.has_places, {a.slug for a in setting.areas_of_it})
            for setting in with_areas(mechanism)
        ],
        "successions": sorted(
            successions.values_list("predecessor__slug", "successor__slug", "kind", "happened_on"), key=str
        ),
    }


def with_areas(mechanism):
    found = list(mechanism.settings.prefetch_related("supervision_areas").order_by("position"))
    for setting in found:
        setting.areas_of_it = setting.supervision_areas.all()
    return found


def what_it_says(plain):
    """Leave out what belongs to one entry of a fact and not to the fact; gaps without a place cannot be typed."""
    if isinstance(plain, dict):
        return {name: what_it_says(value) for name, value in plain.items() if name not in OWN_TO_THE_ENTRY}
    if isinstance(plain, list):
        placed = [entry for entry in plain if not (isinstance(entry, dict) and entry.get("jurisdictions") == [])]
        return [what_it_says(entry) for entry in placed]
    return plain
