"""Read single values of the packaged registers, and say which file, key and value are wrong."""

import re
from collections.abc import Callable
from dataclasses import MISSING, dataclass, field, fields
from datetime import date
from typing import Any, TypeVar

from django.db.models import TextChoices

from members import public_holidays
from members.models.bilingual import Words
from npmportal.models.dated import Precision

T = TypeVar("T")
Reader = Callable[[Any, str], Any]


class BadReference(Exception):
    """A packaged register cannot be read; the sentence names the file, the key and the reason."""


def refuse(where: str, reason: str) -> BadReference:
    """Return the error for the value at ``where`` ("uk/bodies.yaml: bodies[3] (cqc).kind")."""
    return BadReference(f"{where}: {reason}")


@dataclass(frozen=True)
class Day:
    """A day, and how exactly it is known."""

    day: date
    precision: str


def text(longest: int) -> Reader:
    """Return a reader of texts of at most ``longest`` characters."""

    def read(value: Any, where: str) -> str:
        if not isinstance(value, str) or not value.strip():
            raise refuse(where, f"{value!r} is not a text (put it in quotation marks).")
        if len(value) > longest:
            raise refuse(where, f"the text has {len(value)} characters; {longest} fit.")
        return value.strip()

    return read


def slug(value: Any, where: str) -> str:
    """Read a short name: small letters, digits and hyphens."""
    if not isinstance(value, str) or not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", value):
        raise refuse(where, f"{value!r} is not a short name (small letters, digits, hyphens).")
    return value


def slugs(value: Any, where: str) -> tuple[str, ...]:
    """Read a list of short names, perhaps empty, none of them twice."""
    found = tuple(slug(entry, f"{where}[{n}]") for n, entry in enumerate(_a_list(value, where)))
    if len(set(found)) < len(found):
        raise refuse(where, "a name stands there twice.")
    return found


def words(longest: int = 5000) -> Reader:
    """Return a reader of {en: …, nl: …}."""
    one = text(longest)

    def read(value: Any, where: str) -> Words:
        if not isinstance(value, dict) or not value or set(value) - {"en", "nl"}:
            raise refuse(where, f"{value!r} is not of the form {{en: …, nl: …}}.")
        return Words(**{language: one(entry, f"{where}.{language}") for language, entry in value.items()})

    return read


def day(value: Any, where: str) -> Day:
    """Read 2017-01-12, 2017-07 (the month is known) or 2011 (the year is known)."""
    if isinstance(value, date):
        return Day(value, Precision.DAY)
    if isinstance(value, int) and not isinstance(value, bool) and 1900 <= value <= 2200:
        return Day(date(value, 1, 1), Precision.YEAR)
    if isinstance(value, str) and (found := re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", value)):
        return Day(date(int(found[1]), int(found[2]), 1), Precision.MONTH)
    raise refuse(where, f"{value!r} is not a date (2017-01-12, 2017-07 or 2011).")


def yes_no(value: Any, where: str) -> bool:
    """Read true or false."""
    if not isinstance(value, bool):
        raise refuse(where, f"{value!r} is neither true nor false.")
    return value


def month(value: Any, where: str) -> int:
    """Read the number of a month."""
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 12:
        raise refuse(where, f"{value!r} is not a month from 1 to 12.")
    return value


def calendar(value: Any, where: str) -> str:
    """Read the code of a calendar of public holidays: NL, GB-SCT."""
    if value is False:
        raise refuse(where, "YAML reads NO as “no”: write the code of Norway in quotation marks.")
    if not isinstance(value, str) or not public_holidays.is_calendar(value):
        raise refuse(where, f"{value!r} is not a calendar of public holidays (NL, GB-SCT).")
    return value


def one_of(choices: type[TextChoices]) -> Reader:
    """Return a reader of one of ``choices``."""

    def read(value: Any, where: str) -> str:
        if value not in choices.values:
            raise refuse(where, f"{value!r} is not one of {', '.join(choices.values)}.")
        return str(value)

    return read


def list_of(kind: type[T]) -> Reader:
    """Return a reader of a list of records of ``kind``."""

    def read(value: Any, where: str) -> tuple[T, ...]:
        return tuple(record(kind, entry, f"{where}[{n}]") for n, entry in enumerate(_a_list(value, where)))

    return read


def key(reader: Reader, **default: Any) -> Any:
    """Return a dataclass field that is read with ``reader``; without ``default`` the key must be there."""
    return field(metadata={"read": reader}, **default)


def record(kind: type[T], value: Any, where: str) -> T:
    """Return ``value`` (a mapping from the file) as a ``kind``: no key too many, none too few, each well-formed."""
    if not isinstance(value, dict):
        raise refuse(where, "a record with keys was expected.")
    named = next((str(value[name]) for name in ("slug", "key", "abbreviation", "body") if name in value), "")
    where = f"{where} ({named})" if named else where
    known = {("from" if f.name == "since" else f.name): f for f in fields(kind)}  # type: ignore[arg-type]
    for name in value:
        if name not in known:
            raise refuse(f"{where}.{name}", f"is not a key here; known are {', '.join(known)}.")
    found = {}
    for name, definition in known.items():
        if name in value:
            found[definition.name] = definition.metadata["read"](value[name], f"{where}.{name}")
        elif definition.default is MISSING:
            raise refuse(f"{where}.{name}", "is missing.")
    return kind(**found)


def _a_list(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise refuse(where, "a list was expected.")
    return value
