"""Public holidays of a country, or of a part of it that has its own: computed, with no network and no table (ADR 0035).

The library that knows them takes 0.2 s and some 15 MB, so the first who asks imports it, and never a process that
starts.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any

# ISO 3166: of a country, of a part of it. The library’s other names (school regions, single cities) are not offered.
CODE = r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$"
LONGEST_CODE = 6
LIBRARY = "python-holidays"
SMALL = {"And", "Da", "Of", "The"}
ENGLISH = "en"  # of names where the library has one language and does not say which

Names = dict[date, list[str]]


@dataclass(frozen=True)
class Holidays:
    """The public holidays within some days: what each is called, and in which language."""

    general: Names  # days off for the country, or the part of it
    optional: Names  # other days that it counts as holidays, without a day off for everybody
    language: str  # the reader's where the library has the names in it, else the country's own
    leaves_out_parts: bool  # of a whole country whose parts have holidays of their own


@cache
def calendars() -> dict[str, str]:
    """Return the calendars there are, {"GB-SCT": "United Kingdom: Scotland (GB-SCT)"}, in the order of their names."""
    found = {code: name for country in _countries() for code, name in _of_country(country).items()}
    return dict(sorted(found.items(), key=lambda calendar: calendar[1]))


def is_calendar(code: str) -> bool:
    """Tell whether there is a calendar ``code``."""
    country = code.partition("-")[0]
    return country in _countries() and code in _of_country(country)


def calendar_name(code: str) -> str:
    """Return what the calendar ``code`` is called; the code itself where the library no longer knows it."""
    return _of_country(code.partition("-")[0])[code] if is_calendar(code) else code


def holidays_between(code: str, first: date, last: date, language: str) -> Holidays | None:
    """Return the public holidays from ``first`` to ``last``, named in ``language`` ("nl", "en-gb") where they can be.

    Days given instead of a holiday at a weekend count. None where the calendar does not know every one of these years,
    or is not known: that nothing is known is not that there was none.
    """
    if not code or not is_calendar(code):
        return None
    country = _known(code.partition("-")[0])
    if first.year < country.start_year or last.year > country.end_year:
        return None
    spoken = _spoken(country, language)

    def within(category: str) -> Names:
        if category not in country.supported_categories:
            return {}
        years = (_of_year(code, year, spoken, category) for year in range(first.year, last.year + 1))
        return {day: names for year in years for day, names in year.items() if first <= day <= last}

    general = within("public")
    optional = {day: names for day, names in within("optional").items() if day not in general}
    is_whole = "-" not in code and len(_of_country(code)) > 1
    return Holidays(general, optional, (spoken or ENGLISH).partition("_")[0], is_whole)


@lru_cache(maxsize=256)
def _of_year(code: str, year: int, language: str | None, category: str) -> Names:
    import holidays

    country, _, part = code.partition("-")
    asked: dict[str, Any] = {"subdiv": part or None, "years": year, "language": language, "categories": category}
    found = holidays.country_holidays(country, **asked)
    return {day: found.get_list(day) for day in sorted(found)}


@cache
def _countries() -> dict[str, str]:
    """Return what each country is called in English, by its code."""
    from holidays.registry import COUNTRIES

    return {code: _spaced(name) for name, code, *_aliases in COUNTRIES.values()}


@cache
def _of_country(country: str) -> dict[str, str]:
    """Return the calendars of one country and what they are called, its own first."""
    known, name = _known(country), _countries()[country]
    found = {country: f"{name} ({country})"}
    for part in known.subdivisions:
        if re.match(CODE, code := f"{country}-{part}"):
            called = [alias for alias, of in known.subdivisions_aliases.items() if of == part]
            found[code] = f"{name}: {_readable(called) or part} ({code})"
    return found


def _known(country: str) -> Any:
    import holidays

    return getattr(holidays, country)


def _spoken(country: Any, language: str) -> str | None:
    """Return the library's word for ``language``, or for the country's own where there are no names in it.

    None only where the library has a single language and does not say which: with None for any other country it would
    take the language of the process's environment.
    """
    own: str | None = country.default_language
    known = [*([own] if own else []), *sorted(country.supported_languages)]
    wanted = language.partition("-")[0]
    return next((name for name in known if name.partition("_")[0] == wanted), own)


def _spaced(name: str) -> str:
    """Return "TrinidadAndTobago" as it is written."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name).split()
    return " ".join(word.lower() if word in SMALL else word for word in words)


def _readable(names: Iterable[str]) -> str:
    """Return the first of ``names`` that is no abbreviation, as far as that can be told."""
    known = list(names)
    return next((name for name in known if len(name) > 3), known[0] if known else "")
