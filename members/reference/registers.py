"""Read and check the packaged register of one mechanism: `members/reference/<slug>/*.yaml`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from members.models import Designation, Mechanism, MemberBody, Remit, RemitBody, Succession
from members.models.bilingual import Words
from members.reference import fields as f
from members.reference.checks import check_names
from members.reference.fields import BadReference, Day, record, refuse

FOLDER = Path(__file__).resolve().parent
WHOLE = Words()


@dataclass(frozen=True)
class SourceRow:
    slug: str = f.key(f.slug)
    title: str = f.key(f.text(300))
    url: str = f.key(f.text(500), default="")
    dated: str = f.key(f.text(60), default="")


@dataclass(frozen=True)
class MechanismRow:
    slug: str = f.key(f.slug)
    name: Words = f.key(f.words(200))
    country: Words = f.key(f.words(80))
    profile: str = f.key(f.one_of(Mechanism.Profile))
    languages: tuple[str, ...] = f.key(f.slugs)
    about: Words = f.key(f.words())
    contact: str = f.key(f.text(2000))
    reporting_year_starts_month: int = f.key(f.month)
    source: str = f.key(f.slug)
    established_on: Day | None = f.key(f.day, default=None)


@dataclass(frozen=True)
class NamedRow:
    """A supervision area."""

    slug: str = f.key(f.slug)
    name: Words = f.key(f.words(200))


@dataclass(frozen=True)
class JurisdictionRow(NamedRow):
    holiday_calendar: str = f.key(f.calendar, default="")


@dataclass(frozen=True)
class SettingRow:
    slug: str = f.key(f.slug)
    name: Words = f.key(f.words(200))
    areas: tuple[str, ...] = f.key(f.slugs, default=())
    has_places: bool = f.key(f.yes_no, default=True)


@dataclass(frozen=True, kw_only=True)
class FactRow:
    """What every dated fact says: since when, until when (exclusive), read where, used or only kept."""

    since: Day = f.key(f.day)
    source: str = f.key(f.slug)
    until: Day | None = f.key(f.day, default=None)
    used: bool = f.key(f.yes_no, default=True)
    note: str = f.key(f.text(2000), default="")


@dataclass(frozen=True, kw_only=True)
class CoordinationRow(FactRow):
    body: str = f.key(f.slug)
    role: str = f.key(f.text(200), default="")


@dataclass(frozen=True, kw_only=True)
class NameRow(FactRow):
    abbreviation: str = f.key(f.text(20))
    en: str = f.key(f.text(200), default="")
    nl: str = f.key(f.text(200), default="")


@dataclass(frozen=True, kw_only=True)
class DesignationRow(FactRow):
    status: str = f.key(f.one_of(Designation.Status))
    instrument: str = f.key(f.text(200), default="")
    takes_part: bool | None = f.key(f.yes_no, default=None)


@dataclass(frozen=True, kw_only=True)
class LawRow(FactRow):
    title: str = f.key(f.text(300))
    citation: str = f.key(f.text(200), default="")
    url: str = f.key(f.text(500), default="")


@dataclass(frozen=True, kw_only=True)
class ProfileRow(FactRow):
    profile: str = f.key(f.one_of(Mechanism.Profile))


@dataclass(frozen=True, kw_only=True)
class SuccessionRow:
    """One body’s work passing to another."""

    predecessor: str = f.key(f.slug)
    successor: str = f.key(f.slug)
    kind: str = f.key(f.one_of(Succession.Kind))
    day: Day = f.key(f.day)
    source: str = f.key(f.slug)
    note: str = f.key(f.text(2000), default="")


@dataclass(frozen=True, kw_only=True)
class BodyRow:
    slug: str = f.key(f.slug)
    kind: str = f.key(f.one_of(MemberBody.Kind))
    jurisdictions: tuple[str, ...] = f.key(f.slugs)
    names: tuple[NameRow, ...] = f.key(f.list_of(NameRow))
    designations: tuple[DesignationRow, ...] = f.key(f.list_of(DesignationRow))
    laws: tuple[LawRow, ...] = f.key(f.list_of(LawRow), default=())
    works_note: str = f.key(f.text(300), default="")
    website: str = f.key(f.text(200), default="")


@dataclass(frozen=True, kw_only=True)
class PartRow:
    body: str = f.key(f.slug)
    relation: str = f.key(f.one_of(RemitBody.Relation))
    scope: Words = f.key(f.words(200), default=WHOLE)


@dataclass(frozen=True, kw_only=True)
class RemitRow(FactRow):
    key: str = f.key(f.slug)
    setting: str = f.key(f.slug)
    jurisdictions: tuple[str, ...] = f.key(f.slugs)
    layer: str = f.key(f.one_of(Remit.Layer))
    parts: tuple[PartRow, ...] = f.key(f.list_of(PartRow))
    confidence: str = f.key(f.one_of(Remit.Confidence), default=Remit.Confidence.HIGH.value)


@dataclass(frozen=True, kw_only=True)
class GapRow(FactRow):
    key: str = f.key(f.slug)
    setting: str = f.key(f.slug)
    jurisdictions: tuple[str, ...] = f.key(f.slugs)
    layer: str = f.key(f.one_of(Remit.Layer))
    kind_of_place: Words = f.key(f.words(200), default=WHOLE)
    explanation: Words = f.key(f.words())


@dataclass(frozen=True, kw_only=True)
class LayerRow(FactRow):
    setting: str = f.key(f.slug)
    layer: str = f.key(f.one_of(Remit.Layer))


@dataclass(frozen=True)
class Register:
    """Everything packaged about one mechanism."""

    mechanism: MechanismRow = f.key(lambda value, where: record(MechanismRow, value, where))
    sources: tuple[SourceRow, ...] = f.key(f.list_of(SourceRow))
    jurisdictions: tuple[JurisdictionRow, ...] = f.key(f.list_of(JurisdictionRow))
    settings: tuple[SettingRow, ...] = f.key(f.list_of(SettingRow))
    bodies: tuple[BodyRow, ...] = f.key(f.list_of(BodyRow))
    remits: tuple[RemitRow, ...] = f.key(f.list_of(RemitRow))
    gaps: tuple[GapRow, ...] = f.key(f.list_of(GapRow))
    supervision_areas: tuple[NamedRow, ...] = f.key(f.list_of(NamedRow), default=())
    coordination: tuple[CoordinationRow, ...] = f.key(f.list_of(CoordinationRow), default=())
    profiles: tuple[ProfileRow, ...] = f.key(f.list_of(ProfileRow), default=())
    successions: tuple[SuccessionRow, ...] = f.key(f.list_of(SuccessionRow), default=())
    expected_layers: tuple[LayerRow, ...] = f.key(f.list_of(LayerRow), default=())


# Which file says what. A key in another file is refused, so that each fact has one place to look for.
FILES: dict[str, tuple[str, ...]] = {
    "sources.yaml": ("sources",),
    "mechanism.yaml": ("mechanism", "jurisdictions", "supervision_areas", "settings", "coordination", "profiles"),
    "bodies.yaml": ("bodies", "successions"),
    "remits.yaml": ("remits",),
    "gaps.yaml": ("expected_layers", "gaps"),
}


def packaged() -> list[str]:
    """Return the mechanisms whose register is packaged."""
    return sorted(folder.name for folder in FOLDER.iterdir() if (folder / "mechanism.yaml").is_file())


def read(npm: str, folder: Path = FOLDER) -> Register:
    """Return the register of ``npm``; BadReference names the file, the key and what is wrong."""
    found: dict[str, Any] = {}
    readers = {name: definition.metadata["read"] for name, definition in Register.__dataclass_fields__.items()}
    for file_name, keys in FILES.items():
        where = f"{npm}/{file_name}"
        for name, value in _parse(folder / npm / file_name, where).items():
            if name not in keys:
                raise refuse(f"{where}: {name}", f"does not belong into this file; known are {', '.join(keys)}.")
            found[name] = readers[name](value, f"{where}: {name}")
    try:
        register = Register(**found)
    except TypeError as error:
        raise BadReference(f"{npm}: {error}") from error
    check_names(npm, register)
    return register


class _StrictLoader(yaml.SafeLoader):
    """Refuses a key that stands twice in one record: YAML would quietly take the last one."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for name, _value in node.value:
            if name.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key “{name.value}” is there twice", name.start_mark
                )
            seen.add(name.value)
        return super().construct_mapping(node, deep)


def _parse(path: Path, where: str) -> dict[str, Any]:
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_StrictLoader)  # noqa: S506 (a SafeLoader)
    except OSError as error:
        raise refuse(where, f"cannot be read ({error.strerror}).") from error
    except yaml.YAMLError as error:
        raise refuse(where, f"is not well-formed: {' '.join(str(error).split())}") from error
    except ValueError as error:
        raise refuse(where, f"holds a date that does not exist ({error}).") from error
    if not isinstance(content, dict):
        raise refuse(where, "a record with keys was expected.")
    return content
