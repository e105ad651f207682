"""Refuse a packaged register in which a name stands nowhere or a key stands twice."""

from collections.abc import Iterable
from typing import Any

from members.reference.fields import refuse


def check_names(npm: str, register: Any) -> None:
    """Raise BadReference for the first name in ``register`` that is not defined, or is defined twice."""
    sources = _unique(f"{npm}/sources.yaml: sources", (row.slug for row in register.sources))
    jurisdictions = _unique(f"{npm}/mechanism.yaml: jurisdictions", (row.slug for row in register.jurisdictions))
    areas = _unique(f"{npm}/mechanism.yaml: supervision_areas", (row.slug for row in register.supervision_areas))
    settings = _unique(f"{npm}/mechanism.yaml: settings", (row.slug for row in register.settings))
    bodies = _unique(f"{npm}/bodies.yaml: bodies", (row.slug for row in register.bodies))
    _unique(f"{npm}/remits.yaml: remits", (f"{row.setting}/{row.key}" for row in register.remits))
    _unique(f"{npm}/gaps.yaml: gaps", (f"{row.setting}/{row.key}" for row in register.gaps))
    where = f"{npm}/mechanism.yaml"
    _known(f"{where}: mechanism.source", [register.mechanism.source], sources)
    for setting in register.settings:
        _known(f"{where}: settings ({setting.slug}).areas", setting.areas, areas)
    for row in register.coordination:
        _known(f"{where}: coordination.body", [row.body], bodies)
        _fact(f"{where}: coordination ({row.body})", row, sources)
    for row in register.profiles:
        _fact(f"{where}: profiles", row, sources)
    _check_bodies(npm, register, sources, jurisdictions, bodies)
    _check_cells(npm, register, sources, (settings, jurisdictions, bodies))


def _check_bodies(npm: str, register: Any, sources: set[str], jurisdictions: set[str], bodies: set[str]) -> None:
    for body in register.bodies:
        where = f"{npm}/bodies.yaml: bodies ({body.slug})"
        _known(f"{where}.jurisdictions", body.jurisdictions, jurisdictions)
        for fact in (*body.names, *body.designations, *body.laws):
            _fact(where, fact, sources)
    for row in register.successions:
        where = f"{npm}/bodies.yaml: successions ({row.predecessor})"
        _known(where, [row.predecessor, row.successor], bodies)
        _known(f"{where}.source", [row.source], sources)


def _check_cells(npm: str, register: Any, sources: set[str], lists: tuple[set[str], set[str], set[str]]) -> None:
    settings, jurisdictions, bodies = lists
    for layer in register.expected_layers:
        where = f"{npm}/gaps.yaml: expected_layers ({layer.setting}, {layer.layer})"
        _known(f"{where}.setting", [layer.setting], settings)
        _fact(where, layer, sources)
    for file_name, rows in (("remits", register.remits), ("gaps", register.gaps)):
        for row in rows:
            where = f"{npm}/{file_name}.yaml: ({row.key})"
            _known(f"{where}.setting", [row.setting], settings)
            _known(f"{where}.jurisdictions", row.jurisdictions, jurisdictions)
            _fact(where, row, sources)
            named = _unique(f"{where}.parts", (part.body for part in getattr(row, "parts", ())))
            _known(f"{where}.parts", named, bodies)


def _fact(where: str, row: Any, sources: set[str]) -> None:
    _known(f"{where}.source", [row.source], sources)
    if row.until and row.until.day <= row.since.day:
        raise refuse(f"{where}.until", f"{row.until.day} is not after {row.since.day}.")


def _known(where: str, names: Iterable[str], known: set[str]) -> None:
    for name in names:
        if name not in known:
            raise refuse(where, f"“{name}” is not defined.")


def _unique(where: str, names: Iterable[str]) -> set[str]:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise refuse(where, f"“{name}” is there twice.")
        seen.add(name)
    return seen
