"""Which field of a record who may read and change, in which state of the record: a file people can read, that enforces.

A line names a field and, for each audience, a condition in words (“always”, “handed in”, “never”). What has no line is
shown to nobody and changed by nobody. Pages, exports and forms ask the table for their fields; a wrong word in the file
stops the start. An app names its fields, audiences and conditions (visits/field_table.py does for visits).
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True)
class FieldRule:
    """One line: a field, the part of the record it stands in, and per audience the states in which it is open."""

    field: str
    part: str
    seen: Mapping[str, frozenset[str]]
    changed: Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class Shape:
    """What a table may speak of: its fields and parts, who reads and who changes, and what each condition means."""

    fields: frozenset[str]
    parts: frozenset[str]
    readers: tuple[str, ...]
    # Who changes, and as which of the readers they see what they change.
    changers: Mapping[str, str]
    conditions: Mapping[str, frozenset[str]]
    # Without these no record can be made: their lines may be narrowed, not left out.
    essential: frozenset[str] = NOBODY

    @property
    def columns(self) -> list[str]:
        return ["field", "part", *self.readers, *(f"{name}_changes" for name in self.changers)]


@dataclass(frozen=True)
class FieldTable:
    """The lines in their order, and the answers they give. Answers are kept: there are few different questions."""

    rules: tuple[FieldRule, ...]
    _seen: dict[tuple[frozenset[str], str], frozenset[str]] = field(default_factory=dict)

    def readable(self, audiences: frozenset[str], state: str) -> frozenset[str]:
        """Return the fields that somebody who is all of ``audiences`` reads of a record in ``state``."""
        key = audiences, state
        if key not in self._seen:
            self._seen[key] = frozenset(
                rule.field for rule in self.rules if any(state in rule.seen.get(name, NOBODY) for name in audiences)
            )
        return self._seen[key]

    def changeable(self, audiences: frozenset[str], state: str) -> frozenset[str]:
        """Return the fields that somebody who is all of ``audiences`` changes in a record in ``state``."""
        return frozenset(
            rule.field for rule in self.rules if any(state in rule.changed.get(name, NOBODY) for name in audiences)
        )


def load(path: Path, shape: Shape) -> FieldTable:
    """Return the table in the CSV file ``path``. ImproperlyConfigured names the line and what is wrong with it."""
    with path.open(newline="", encoding="utf-8") as file:
        return parse(file, shape, path.name)


def parse(lines: Iterable[str], shape: Shape, name: str) -> FieldTable:
    """Return the table written in ``lines``, as `load` does; ``name`` is what errors call it."""
    reader = csv.DictReader(lines)
    if reader.fieldnames != shape.columns:
        raise ImproperlyConfigured(f"{name}: the columns must be {', '.join(shape.columns)}.")
    rules: dict[str, FieldRule] = {}
    for row in reader:
        try:
            rule = _rule(row, shape)
            if rule.field in rules:
                raise ValueError("the field has a line already")
        except ValueError as error:
            raise ImproperlyConfigured(f"{name}, line {reader.line_num}: {error}.") from error
        rules[rule.field] = rule
    if missing := sorted(shape.essential - rules.keys()):
        raise ImproperlyConfigured(f"{name}: no record can be made without {', '.join(missing)}.")
    return FieldTable(tuple(rules.values()))


def _rule(row: Mapping[str, str], shape: Shape) -> FieldRule:
    if row["field"] not in shape.fields:
        raise ValueError(f"there is no field “{row['field']}”")
    if row["part"] not in shape.parts:
        raise ValueError(f"there is no part “{row['part']}”")
    seen = {name: _states(row[name], shape) for name in shape.readers}
    changed = {name: _states(row[f"{name}_changes"], shape) for name in shape.changers}
    for name, states in changed.items():
        if states - seen[shape.changers[name]]:
            raise ValueError(f"“{row['field']}” would be changed by somebody who does not see it")
        if row["field"] in shape.essential and not states:
            raise ValueError(f"“{row['field']}” must be changed by somebody, or no record can be made")
    return FieldRule(row["field"], row["part"], seen, changed)


def _states(word: str, shape: Shape) -> frozenset[str]:
    if word not in shape.conditions:
        raise ValueError(f"“{word}” is none of the conditions {', '.join(shape.conditions)}")
    return shape.conditions[word]
