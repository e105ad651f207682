"""Bring the database in step with a packaged register, and tell what changed."""

from collections.abc import Iterable
from typing import Any

from django.db import connection, models, transaction

from members.models import (
    BodyName,
    Coordination,
    CoverageGap,
    Designation,
    DetentionSetting,
    ExpectedLayer,
    Jurisdiction,
    LegalBasis,
    Mechanism,
    MechanismProfile,
    MemberBody,
    RegisterChange,
    Remit,
    RemitBody,
    Source,
    Succession,
    SupervisionArea,
)
from members.models.bilingual import Words
from members.reference.registers import BodyRow, FactRow, GapRow, Register, RemitRow
from members.reference.tallies import Changes, Tally
from npmportal import audit
from npmportal.models.dated import Precision

LOCK = 20_090_331  # any number that no other advisory lock has


@transaction.atomic
def load_reference(*, register: Register, by: Any = None, overwrite: bool = False) -> Changes:
    """Make the database say what ``register`` says, all of it or nothing, and write one audit event if that changed it.

    A register that was changed on screen is left as it is and said so, unless ``overwrite``: the file would undo what
    people entered. Two runs at once wait for each other. Bodies, settings and jurisdictions that the file no longer
    names stay (visits refer to them) and are reported; names, designations, remits and gaps are replaced where it
    differs.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    changes = Changes(register.mechanism.slug)
    if not overwrite and RegisterChange.objects.filter(mechanism__slug=register.mechanism.slug).exists():
        changes.is_left = True
        return changes
    loading = _Loading(register, changes)
    loading.own_sources()
    loading.lists()
    for body in register.bodies:
        loading.body(body)
    loading.coordination()
    loading.profiles()
    loading.successions()
    loading.cells(Remit, register.remits, "remits")
    loading.cells(CoverageGap, register.gaps, "gaps")
    loading.expected_layers()
    if not changes.is_nothing:
        counts: dict[str, Any] = changes.counts()
        audit.record("reference.loaded", by=by, obj=loading.mechanism, mechanism=loading.mechanism, **counts)
    return changes


class _Loading:
    """One run over one register: the rows found or made so far, by short name."""

    def __init__(self, register: Register, changes: Changes) -> None:
        self.register, self.changes = register, changes
        self.sources = self._sources()
        self.mechanism = self._mechanism()

    def _sources(self) -> dict[str, Source]:
        tally = self.changes.of("sources")
        rows = self.register.sources
        return {r.slug: _put(tally, Source, {"slug": r.slug}, title=r.title, url=r.url, dated=r.dated) for r in rows}

    def _mechanism(self) -> Mechanism:
        row = self.register.mechanism
        return _put(
            self.changes.of("mechanism"),
            Mechanism,
            {"slug": row.slug},
            **_both("name", row.name),
            **_both("country", row.country),
            **_both("about", row.about),
            profile=row.profile,
            languages=list(row.languages),
            contact=row.contact,
            reporting_year_starts_month=row.reporting_year_starts_month,
            established_on=row.established_on.day if row.established_on else None,
            source=self.sources[row.source],
        )

    def own_sources(self) -> None:
        """Say whose the sources are: the register’s own, and offered on its screens alone."""
        ids = [source.pk for source in self.sources.values() if source.mechanism_id is None]
        Source.objects.filter(pk__in=ids).update(mechanism=self.mechanism)

    def lists(self) -> None:
        """Put jurisdictions, supervision areas, settings and bodies, in the order of the file."""
        calendars = {row.slug: {"holiday_calendar": row.holiday_calendar} for row in self.register.jurisdictions}
        self.jurisdictions = self._named(Jurisdiction, "jurisdictions", self.register.jurisdictions, calendars)
        self.areas = self._named(SupervisionArea, "supervision areas", self.register.supervision_areas)
        places = {row.slug: {"has_places": row.has_places} for row in self.register.settings}
        self.settings = self._named(DetentionSetting, "settings", self.register.settings, places)
        for row in self.register.settings:
            areas = [self.areas[slug] for slug in row.areas]
            self._link("settings", row.slug, self.settings[row.slug].supervision_areas, areas)
        self.bodies = self._bodies()

    def _named(self, model: Any, kind: str, rows: Iterable[Any], more: dict[str, dict[str, Any]] | None = None) -> Any:
        found = {}
        for position, row in enumerate(rows):
            fields = _both("name", row.name) | {"position": position} | (more or {}).get(row.slug, {})
            key = {"mechanism": self.mechanism, "slug": row.slug}
            found[row.slug] = _put(self.changes.of(kind), model, key, **fields)
        self._unlisted(model, kind, found)
        return found

    def _bodies(self) -> dict[str, MemberBody]:
        found = {}
        for position, row in enumerate(self.register.bodies):
            found[row.slug] = _put(
                self.changes.of("bodies"),
                MemberBody,
                {"mechanism": self.mechanism, "slug": row.slug},
                kind=row.kind,
                works_note=row.works_note,
                website=row.website,
                position=position,
            )
        self._unlisted(MemberBody, "bodies", found)
        return found

    def _unlisted(self, model: Any, kind: str, found: dict[str, Any]) -> None:
        rest = model.objects.filter(mechanism=self.mechanism).exclude(slug__in=found).order_by("position")
        self.changes.of(kind).unlisted = list(rest.values_list("slug", flat=True))

    def body(self, row: BodyRow) -> None:
        """Put where a body works, its names and its designations."""
        body = self.bodies[row.slug]
        self._link("bodies", row.slug, body.jurisdictions, [self.jurisdictions[slug] for slug in row.jurisdictions])
        names = [
            self._fact(name) | {"name_en": name.en, "name_nl": name.nl, "abbreviation": name.abbreviation}
            for name in row.names
        ]
        self._replace("names", BodyName, {"body": body}, names, row.slug)
        designations = [
            self._fact(d) | {"status": d.status, "instrument": d.instrument, "takes_part": d.takes_part}
            for d in row.designations
        ]
        self._replace("designations", Designation, {"body": body}, designations, row.slug)
        laws = [self._fact(law) | {"title": law.title, "citation": law.citation, "url": law.url} for law in row.laws]
        self._replace("legal bases", LegalBasis, {"body": body}, laws, row.slug)

    def coordination(self) -> None:
        """Put who coordinated the mechanism, and when."""
        rows = [self._fact(c) | {"body": self.bodies[c.body], "role": c.role} for c in self.register.coordination]
        self._replace("coordination", Coordination, {"mechanism": self.mechanism}, rows, "coordination")

    def profiles(self) -> None:
        """Put which form the mechanism had, and when."""
        rows = [self._fact(row) | {"profile": row.profile} for row in self.register.profiles]
        self._replace("forms", MechanismProfile, {"mechanism": self.mechanism}, rows, "forms")

    def successions(self) -> None:
        """Put whose work passed to whom, and when."""
        for body in self.bodies.values():
            rows = [
                {
                    "successor": self.bodies[row.successor],
                    "kind": row.kind,
                    "happened_on": row.day.day,
                    "happened_precision": row.day.precision,
                    "source": self.sources[row.source],
                    "note": row.note,
                }
                for row in self.register.successions
                if row.predecessor == body.slug
            ]
            self._replace("successions", Succession, {"predecessor": body}, rows, body.slug)

    def cells(self, model: Any, rows: Iterable[RemitRow | GapRow], kind: str) -> None:
        """Put the remits (or gaps), each with the jurisdictions it spans and the bodies in it."""
        tally, kept = self.changes.of(kind), []
        for position, row in enumerate(rows):
            key = {"setting": self.settings[row.setting], "key": row.key}
            cell = _put(tally, model, key, **self._fact(row), **self._cell(row, position))
            self._link(kind, row.key, cell.jurisdictions, [self.jurisdictions[slug] for slug in row.jurisdictions])
            if isinstance(row, RemitRow):
                self._parts(cell, row)
            kept.append(cell.pk)
        gone = model.objects.filter(setting__mechanism=self.mechanism).exclude(pk__in=kept)
        tally.removed += gone.values_list("key", flat=True)
        gone.delete()

    def expected_layers(self) -> None:
        """Put which layers each setting is meant to have."""
        for slug, setting in self.settings.items():
            rows = [self._fact(r) | {"layer": r.layer} for r in self.register.expected_layers if r.setting == slug]
            self._replace("expected layers", ExpectedLayer, {"setting": setting}, rows, slug)

    def _cell(self, row: RemitRow | GapRow, position: int) -> dict[str, Any]:
        if isinstance(row, RemitRow):
            return {"layer": row.layer, "confidence": row.confidence, "position": position}
        return {
            "layer": row.layer,
            "kind_of_place": row.kind_of_place.en,
            "kind_of_place_nl": row.kind_of_place.nl,
            "explanation": row.explanation.en,
            "explanation_nl": row.explanation.nl,
        }

    def _parts(self, remit: Remit, row: RemitRow) -> None:
        parts = [
            {
                "body": self.bodies[part.body],
                "relation": part.relation,
                "scope": part.scope.en,
                "scope_nl": part.scope.nl,
                "position": position,
            }
            for position, part in enumerate(row.parts)
        ]
        self._replace("bodies in remits", RemitBody, {"remit": remit}, parts, row.key)

    def _fact(self, row: FactRow) -> dict[str, Any]:
        return {
            "starts_on": row.since.day,
            "starts_precision": row.since.precision,
            "ends_on": row.until.day if row.until else None,
            "ends_precision": row.until.precision if row.until else Precision.DAY,
            "source": self.sources[row.source],
            "is_used": row.used,
            "note": row.note,
        }

    def _replace(self, kind: str, model: Any, owner: dict[str, Any], rows: list[dict[str, Any]], name: str) -> None:
        """Keep the rows of ``owner`` that are as wanted, delete the others, then add what is missing.

        Deleting first lets a corrected date pass the constraint that no two facts hold on the same day.
        """
        tally = self.changes.of(kind)
        tally.total += len(rows)
        missing, superfluous = list(rows), []
        for present in model.objects.filter(**owner):
            same = next((row for row in missing if not _differences(present, row)), None)
            missing.remove(same) if same else superfluous.append(present.pk)
        model.objects.filter(pk__in=superfluous).delete()
        model.objects.bulk_create([model(**owner, **row) for row in missing])
        if superfluous and missing:
            tally.changed.append(name)
        elif superfluous or missing:
            (tally.removed if superfluous else tally.new).append(name)

    def _link(self, kind: str, name: str, relation: Any, wanted: list[Any]) -> None:
        if {row.pk for row in relation.all()} != {row.pk for row in wanted}:
            relation.set(wanted)
            tally = self.changes.of(kind)
            if name not in tally.new:
                tally.changed.append(f"{name} {relation.prefetch_cache_name}")


def _put(tally: Tally, model: Any, key: dict[str, Any], **fields: Any) -> Any:
    """Return the row with ``key``, made or brought to ``fields``; note in ``tally`` what had to be done."""
    tally.total += 1
    name = str(key.get("key") or key["slug"])
    row = model.objects.filter(**key).first()
    if row is None:
        tally.new.append(name)
        return model.objects.create(**key, **fields)
    if changed := _differences(row, fields):
        tally.changed.append(f"{name} {', '.join(changed)}")
        for field_name in changed:
            setattr(row, field_name, fields[field_name])
        row.save(update_fields=changed)
    return row


def _differences(row: models.Model, fields: dict[str, Any]) -> list[str]:
    """Return the names of the fields in which ``row`` differs; related rows are compared by id."""

    def differs(name: str, wanted: Any) -> bool:
        if isinstance(wanted, models.Model):
            return bool(getattr(row, f"{name}_id") != wanted.pk)
        return bool(getattr(row, name) != wanted)

    return [name for name, wanted in fields.items() if differs(name, wanted)]


def _both(name: str, found: Words) -> dict[str, str]:
    return {f"{name}_en": found.en, f"{name}_nl": found.nl}
