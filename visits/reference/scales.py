"""The published rating scales of real members (`uk.yaml`, `nl.yaml`): facts with sources, loaded with the register.

A file adds scales and versions that are missing. What is there already stays as it is, whoever wrote it: a published
version never changes, and what a body keeps itself is the body's own.
"""

from datetime import date
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from members.actions.sources import find_or_write
from members.models import Mechanism
from members.reference.fields import BadReference
from npmportal import audit
from visits.models import Grade, RatingScale, ScaleVersion, Standard

FOLDER = Path(__file__).parent


class BadScales(BadReference):
    """A packaged file of scales cannot be read; the sentence names the file, the scale and the reason."""


@transaction.atomic
def load_scales(mechanism: Mechanism, folder: Path = FOLDER) -> str:
    """Add the packaged scales of ``mechanism`` that it has not yet; return what is new in words, "" for nothing.

    A body that the register does not know is left out: the register may have been changed on screen. Raises BadScales.
    """
    path = folder / f"{mechanism.slug}.yaml"
    if not path.is_file():
        return ""
    added = [
        name for row in yaml.safe_load(path.read_text(encoding="utf-8"))["scales"] if (name := _load(row, mechanism))
    ]
    if not added:
        return ""
    audit.record("scales.loaded", by=None, obj=mechanism, mechanism=mechanism, new=len(added))
    return f"Rating scales new: {', '.join(added)}."


def _load(row: dict[str, Any], mechanism: Mechanism) -> str:
    """Add one scale or its missing versions; return its short name if anything was missing."""
    body = mechanism.bodies.filter(slug=row["body"]).first()
    if body is None:
        return ""
    scale = RatingScale.objects.filter(mechanism=mechanism, slug=row["slug"]).first() or _new_scale(
        row, mechanism, body
    )
    known = {version.starts_on for version in scale.versions.published()}
    missing = [version for version in row["versions"] if version["from"] not in known]
    # Somebody publishes versions on screen: what the file says of later days is no longer asked.
    if known and any(version["from"] < max(known) for version in missing):
        return ""
    for number, version in enumerate(missing):
        ends_on = missing[number + 1]["from"] if number + 1 < len(missing) else None
        _publish(scale, version, ends_on, row["slug"])
    return row["slug"] if missing else ""


def _new_scale(row: dict[str, Any], mechanism: Mechanism, body: Any) -> RatingScale:
    source = find_or_write(mechanism=mechanism, **row["source"])
    scale = RatingScale.objects.create(
        mechanism=mechanism, body=body, slug=row["slug"], source=source, **_named(row["name"], row["slug"])
    )
    settings = mechanism.settings.filter(slug__in=row["settings"])
    if len(settings) != len(row["settings"]):
        raise BadScales(f"{mechanism.slug}.yaml: {row['slug']}: one of its settings is not in the register.")
    scale.settings.set(settings)
    return scale


def _publish(scale: RatingScale, row: dict[str, Any], ends_on: date | None, slug: str) -> None:
    """Store one version with its standards and grades; published once it is whole."""
    version = ScaleVersion.objects.create(scale=scale, note=row.get("note", ""))
    Standard.objects.bulk_create(
        Standard(version=version, position=n, **_named(name, slug)) for n, name in enumerate(row["standards"])
    )
    Grade.objects.bulk_create(
        Grade(
            version=version,
            position=n,
            number=grade.get("number"),
            is_not_applicable=grade.get("not_applicable", False),
            **_named(grade, slug),
        )
        for n, grade in enumerate(row.get("grades", ()))
    )
    scale.versions.published().filter(ends_on=None, starts_on__lt=row["from"]).update(ends_on=row["from"])
    version.starts_on, version.ends_on = row["from"], ends_on
    version.save(update_fields=["starts_on", "ends_on"])


def _named(row: dict[str, Any], slug: str) -> dict[str, str]:
    if not row.get("en") and not row.get("nl"):
        raise BadScales(f"{slug}: a name is missing.")
    return {"name_en": row.get("en", ""), "name_nl": row.get("nl", "")}
