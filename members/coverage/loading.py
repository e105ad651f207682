"""Read remits and gaps from the register as plain values: ten queries however large it is, and no model instances.

The matrix is shown to everybody and built on each request; model instances would cost twice the time.
"""

from collections import defaultdict
from datetime import date
from typing import Any

from members.coverage.matrix import Column, Entry, Gap, Part, Period, SourceNote
from members.models import BodyName, CoverageGap, Designation, DetentionSetting, Mechanism, Remit, RemitBody
from members.models.bilingual import Words

FACT = (
    "pk", "key", "setting_id", "layer", "note", "starts_on", "starts_precision", "ends_on", "ends_precision",
    "source__title", "source__url", "source__dated",
)  # fmt: skip


def columns_of(mechanism: Mechanism) -> dict[int, Column]:
    """Return the jurisdictions in their order, by id."""
    rows = mechanism.jurisdictions.order_by("position").values_list("pk", "slug", "name_en", "name_nl")
    return {pk: Column(slug, Words(en, nl)) for pk, slug, en, nl in rows}


def settings_of(mechanism: Mechanism) -> list[tuple[int, str, Words, tuple[Words, ...]]]:
    """Return id, slug, name and supervision areas of the settings in their order."""
    areas: dict[int, list[Words]] = defaultdict(list)
    through = DetentionSetting.supervision_areas.through.objects.filter(detentionsetting__mechanism=mechanism)
    names = ("detentionsetting_id", "supervisionarea__name_en", "supervisionarea__name_nl")
    for pk, en, nl in through.order_by("supervisionarea__position").values_list(*names):
        areas[pk].append(Words(en, nl))
    rows = mechanism.settings.order_by("position").values_list("pk", "slug", "name_en", "name_nl")
    return [(pk, slug, Words(en, nl), tuple(areas[pk])) for pk, slug, en, nl in rows]


def entries_of(remits: Any, mechanism: Mechanism, columns: dict[int, Column], on: date) -> list[tuple[int, Entry]]:
    """Return ``remits`` (a queryset) in its order with the id of the setting, under the names of the day ``on``."""
    parts = _parts(remits, mechanism, on)
    jurisdictions = _jurisdictions(Remit.jurisdictions.through.objects.filter(remit__in=remits.order_by()), columns)
    return [
        (
            row["setting_id"],
            Entry(
                key=row["key"],
                layer=row["layer"],
                jurisdictions=jurisdictions[row["pk"]],
                parts=tuple(parts[row["pk"]]),
                confidence=row["confidence"],
                note=row["note"],
                period=_period(row),
                source=_source(row),
            ),
        )
        for row in remits.values(*FACT, "confidence")
    ]


def gaps_of(mechanism: Mechanism, columns: dict[int, Column], on: date) -> list[Gap]:
    """Return the gaps of the day, in the order of the settings."""
    gaps = CoverageGap.objects.as_at(on).filter(setting__mechanism=mechanism)
    jurisdictions = _jurisdictions(CoverageGap.jurisdictions.through.objects.filter(coveragegap__in=gaps), columns)
    more = ("kind_of_place", "kind_of_place_nl", "explanation", "explanation_nl")
    setting = ("setting__slug", "setting__name_en", "setting__name_nl")
    return [
        Gap(
            key=row["key"],
            setting=row["setting__slug"],
            setting_name=Words(row["setting__name_en"], row["setting__name_nl"]),
            jurisdictions=jurisdictions[row["pk"]],
            layer=row["layer"],
            kind_of_place=Words(row["kind_of_place"], row["kind_of_place_nl"]),
            explanation=Words(row["explanation"], row["explanation_nl"]),
            note=row["note"],
            period=_period(row),
            source=_source(row),
        )
        for row in gaps.order_by("setting__position", "starts_on", "key").values(*FACT, *more, *setting)
    ]


def _parts(remits: Any, mechanism: Mechanism, on: date) -> dict[int, list[Part]]:
    names = _names(mechanism, on)
    members = set(Designation.objects.as_at(on).filter(body__mechanism=mechanism).values_list("body_id", flat=True))
    rows = RemitBody.objects.filter(remit__in=remits.order_by()).order_by("position")
    found: dict[int, list[Part]] = defaultdict(list)
    for remit, body, slug, relation, en, nl in rows.values_list(
        "remit_id", "body_id", "body__slug", "relation", "scope", "scope_nl"
    ):
        name, abbreviation = names.get(body, (Words(slug), slug))
        found[remit].append(Part(slug, name, abbreviation, relation, Words(en, nl), body in members))
    return found


def _names(mechanism: Mechanism, on: date) -> dict[int, tuple[Words, str]]:
    """Return the name and abbreviation each body bore on the day, or else its latest."""
    found, of_the_day = {}, set()
    rows = BodyName.objects.in_use().filter(body__mechanism=mechanism).order_by("starts_on")
    for body, en, nl, abbreviation, starts_on, ends_on in rows.values_list(
        "body_id", "name_en", "name_nl", "abbreviation", "starts_on", "ends_on"
    ):
        if body not in of_the_day:
            found[body] = (Words(en, nl), abbreviation)
        if starts_on <= on and (ends_on is None or on < ends_on):
            of_the_day.add(body)
    return found


def _jurisdictions(through: Any, columns: dict[int, Column]) -> dict[int, tuple[str, ...]]:
    """Return the slugs each remit (or gap) spans, in the order of the columns."""
    spanned: dict[int, set[int]] = defaultdict(set)
    owner = next(f.attname for f in through.model._meta.fields if f.attname in ("remit_id", "coveragegap_id"))
    for pk, jurisdiction in through.values_list(owner, "jurisdiction_id"):
        spanned[pk].add(jurisdiction)
    ordered = {pk: tuple(column.slug for i, column in columns.items() if i in ids) for pk, ids in spanned.items()}
    return defaultdict(tuple, ordered)


def _period(row: dict[str, Any]) -> Period:
    return Period(row["starts_on"], row["starts_precision"], row["ends_on"], row["ends_precision"])


def _source(row: dict[str, Any]) -> SourceNote:
    return SourceNote(row["source__title"], row["source__url"], row["source__dated"])
