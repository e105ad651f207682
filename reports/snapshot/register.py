"""The register's part of a snapshot: the mechanism, its members and the coverage matrix as at the year's last day."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch

from members.coverage import build_matrix
from members.models import BodyName, Coordination, Designation, Mechanism, MemberBody
from members.models.bilingual import BilingualName
from members.models.names import name_of_day
from reports.models import ReportingYear

Pair = dict[str, str]


def pair(thing: BilingualName) -> Pair:
    """Return a name in both languages."""
    return {"en": thing.name_en, "nl": thing.name_nl}


@dataclass(frozen=True)
class Names:
    """What rows of the database are called in a snapshot: slugs by id, in the order of the register."""

    bodies: dict[int, str]
    settings: dict[int, str]
    jurisdictions: dict[int, str]


def names_of(year: ReportingYear) -> Names:
    """Return the slugs of the mechanism's bodies, settings and jurisdictions, by id."""
    mechanism = year.mechanism
    return Names(
        bodies=dict(mechanism.bodies.order_by("position", "id").values_list("id", "slug")),
        settings=dict(mechanism.settings.order_by("position", "id").values_list("id", "slug")),
        jurisdictions=dict(mechanism.jurisdictions.order_by("position", "id").values_list("id", "slug")),
    )


def read(year: ReportingYear, names: Names) -> dict[str, Any]:
    """Return the mechanism, the year, the settings and jurisdictions, the bodies and the coverage matrix."""
    mechanism = year.mechanism
    return {
        "mechanism": _mechanism(mechanism),
        "year": {
            "label": year.label,
            "first_day": year.starts_on.isoformat(),
            "last_day": year.last_day.isoformat(),
        },
        "settings": [
            {"slug": s.slug, "name": pair(s), "has_places": s.has_places}
            for s in mechanism.settings.order_by("position", "id")
        ],
        "jurisdictions": [
            {"slug": j.slug, "name": pair(j)} for j in mechanism.jurisdictions.order_by("position", "id")
        ],
        "bodies": [_body(body, year.last_day) for body in _bodies(year)],
        "coordinator": _coordinator(year, names),
        "coverage": build_matrix(mechanism, year.last_day).as_json(),
    }


def _mechanism(mechanism: Mechanism) -> dict[str, Any]:
    return {
        "slug": mechanism.slug,
        "name": pair(mechanism),
        "country": {"en": mechanism.country_en, "nl": mechanism.country_nl},
        "about": {"en": mechanism.about_en, "nl": mechanism.about_nl},
        "contact": mechanism.contact,
        "profile": mechanism.profile,
        "established_on": mechanism.established_on.isoformat() if mechanism.established_on else None,
    }


def _bodies(year: ReportingYear) -> Any:
    on = year.last_day
    return (
        MemberBody.objects.filter(mechanism=year.mechanism)
        .prefetch_related(
            Prefetch("names", BodyName.objects.in_use().order_by("starts_on")),
            Prefetch("designations", Designation.objects.as_at(on), to_attr="standing"),
        )
        .order_by("position", "id")
    )


def _body(body: Any, on: date) -> dict[str, Any]:
    """Return a body with its name and standing of the day ``on``; `standing` is None where it was no member."""
    name = name_of_day(list(body.names.all()), on)
    standing = body.standing[0] if body.standing else None
    return {
        "slug": body.slug,
        "kind": body.kind,
        "name": pair(name) if name else {"en": body.slug, "nl": ""},
        "abbreviation": name.abbreviation if name else body.slug,
        "standing": standing
        and {
            "status": standing.status,
            "since": standing.starts_on.isoformat(),
            "precision": standing.starts_precision,
            "instrument": standing.instrument,
            "takes_part": standing.takes_part,
        },
    }


def _coordinator(year: ReportingYear, names: Names) -> str | None:
    found = Coordination.objects.as_at(year.last_day).filter(mechanism=year.mechanism).first()
    return names.bodies[found.body_id] if found else None
