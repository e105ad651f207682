"""Read remits and gaps from the register as plain values: few queries however large it is, and no model instances.

The matrix is shown to everybody and built on each request; model instances would cost twice the time.
"""

from collections import defaultdict
from datetime import date
from operator import itemgetter
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef
from django.db.models.functions import JSONObject

from members.coverage.matrix import Column, Entry, Gap, Note, Part, Period, SourceNote
from members.models import (
    CoverageGap,
    CoverageNote,
    Designation,
    ExpectedLayer,
    Mechanism,
    MemberBody,
    Remit,
    RemitBody,
    SupervisionArea,
)
from members.models.bilingual import Words
from members.models.names import name_of_day

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
    areas = SupervisionArea.objects.filter(settings=OuterRef("pk")).order_by("position")
    names = ArraySubquery(areas.values(pair=JSONObject(en="name_en", nl="name_nl")))
    rows = mechanism.settings.order_by("position").values_list("pk", "slug", "name_en", "name_nl", names)
    return [(pk, slug, Words(en, nl), tuple(Words(**area) for area in found)) for pk, slug, en, nl, found in rows]


def expected_of(mechanism: Mechanism, on: date) -> dict[int, set[str]]:
    """Return the layers each setting is meant to have on the day, by the setting's id."""
    found: dict[int, set[str]] = defaultdict(set)
    rows = ExpectedLayer.objects.as_at(on).filter(setting__mechanism=mechanism).order_by()
    for setting, layer in rows.values_list("setting_id", "layer"):
        found[setting].add(layer)
    return found


def notes_of(mechanism: Mechanism, on: date) -> list[Note]:
    """Return why cells are as they are on the day, as far as somebody has said it."""
    rows = CoverageNote.objects.as_at(on).filter(setting__mechanism=mechanism).order_by("pk")
    names = ("kind", "setting__slug", "jurisdiction__slug", "layer", "explanation", "explanation_nl")
    found = rows.values_list(*names)
    return [Note(kind, slug, where, layer, Words(en, nl)) for kind, slug, where, layer, en, nl in found]


def entries_of(remits: Any, mechanism: Mechanism, columns: dict[int, Column], on: date) -> list[tuple[int, Entry]]:
    """Return ``remits`` (a queryset) in its order with the id of the setting, under the names of the day ``on``."""
    bodies = _bodies(mechanism, on)
    rows = remits.values(*FACT, "confidence", spans=_spanned(Remit, "remit"), who=ArraySubquery(_PARTS))
    return [
        (
            row["setting_id"],
            Entry(
                key=row["key"],
                layer=row["layer"],
                jurisdictions=_in_order(row["spans"], columns),
                parts=tuple(_part(part, bodies) for part in row["who"]),
                confidence=row["confidence"],
                note=row["note"],
                period=_period(row),
                source=_source(row),
            ),
        )
        for row in rows
    ]


def gaps_of(mechanism: Mechanism, columns: dict[int, Column], on: date) -> list[Gap]:
    """Return the gaps of the day, in the order of the settings."""
    gaps = CoverageGap.objects.as_at(on).filter(setting__mechanism=mechanism)
    more = ("kind_of_place", "kind_of_place_nl", "explanation", "explanation_nl", "report_text", "report_text_nl")
    setting = ("setting__slug", "setting__name_en", "setting__name_nl")
    return [
        Gap(
            key=row["key"],
            setting=row["setting__slug"],
            setting_name=Words(row["setting__name_en"], row["setting__name_nl"]),
            jurisdictions=_in_order(row["spans"], columns),
            layer=row["layer"],
            kind_of_place=Words(row["kind_of_place"], row["kind_of_place_nl"]),
            explanation=Words(row["explanation"], row["explanation_nl"]),
            note=row["note"],
            period=_period(row),
            source=_source(row),
            report_text=Words(row["report_text"], row["report_text_nl"]),
        )
        for row in gaps.order_by("setting__position", "starts_on", "key").values(
            *FACT, *more, *setting, spans=_spanned(CoverageGap, "coveragegap")
        )
    ]


_PARTS = (
    RemitBody.objects.filter(remit=OuterRef("pk"))
    .order_by("position", "pk")
    .values(part=JSONObject(body="body_id", relation="relation", en="scope", nl="scope_nl"))
)


def _spanned(model: Any, owner: str) -> ArraySubquery:
    """Return the ids of the jurisdictions a remit (or gap) spans, as one column of its row."""
    through = model.jurisdictions.through.objects.filter(**{owner: OuterRef("pk")})
    return ArraySubquery(through.values("jurisdiction_id"))


def _in_order(ids: list[int], columns: dict[int, Column]) -> tuple[str, ...]:
    return tuple(column.slug for pk, column in columns.items() if pk in ids)


def _part(part: dict[str, Any], bodies: dict[int, tuple[str, Words, str, bool]]) -> Part:
    slug, name, abbreviation, is_member = bodies[part["body"]]
    return Part(slug, name, abbreviation, part["relation"], Words(part["en"], part["nl"]), is_member)


def _bodies(mechanism: Mechanism, on: date) -> dict[int, tuple[str, Words, str, bool]]:
    """Return each body’s short name, its name and abbreviation of the day, and whether it belonged."""
    heads: dict[int, tuple[str, bool]] = {}
    spells: dict[int, list[tuple[date, Words, str]]] = defaultdict(list)
    belongs = Exists(Designation.objects.as_at(on).filter(body=OuterRef("pk")))
    rows = MemberBody.objects.filter(mechanism=mechanism).order_by("names__starts_on")
    names = ("names__is_used", "names__starts_on", "names__name_en", "names__name_nl", "names__abbreviation")
    for pk, slug, is_member, is_used, starts_on, en, nl, abbreviation in rows.values_list(
        "pk", "slug", belongs, *names
    ):
        heads[pk] = (slug, is_member)
        if is_used:
            spells[pk].append((starts_on, Words(en or "", nl or ""), abbreviation))
    found = {}
    for pk, (slug, is_member) in heads.items():
        called = name_of_day(spells[pk], on, starts_on=itemgetter(0))
        name, abbreviation = called[1:] if called else (Words(slug), slug)
        found[pk] = (slug, name, abbreviation, is_member)
    return found


def _period(row: dict[str, Any]) -> Period:
    return Period(row["starts_on"], row["starts_precision"], row["ends_on"], row["ends_precision"])


def _source(row: dict[str, Any]) -> SourceNote:
    return SourceNote(row["source__title"], row["source__url"], row["source__dated"])
