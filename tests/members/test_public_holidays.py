"""Calendars of public holidays: what they know, how a jurisdiction gets one, and that nobody loads them unasked."""

import re
import subprocess
import sys
from datetime import date

import pytest
from django.db import IntegrityError, transaction

from members import public_holidays
from members.models import Jurisdiction
from members.public_holidays import CODE, calendars, holidays_between
from tests.seals import seen

DESK = "/examplia/desk/register/"


def on(code, day, language="en-gb"):
    """Return what the calendar says of one day: general days off, other holidays, the language."""
    found = holidays_between(code, day, day, language)
    return [name for names in (found.general, found.optional) for name in names.get(day, [None])] + [found.language]


@pytest.mark.parametrize(
    ("code", "day", "language", "said"),
    [
        ("NL", date(2026, 4, 3), "en-gb", ["Good Friday", None, "en"]),
        ("NL", date(2026, 4, 3), "nl", ["Goede vrijdag", None, "nl"]),
        ("NL", date(2025, 5, 5), "nl", ["Bevrijdingsdag", None, "nl"]),
        ("NL", date(2026, 5, 5), "nl", [None, "Bevrijdingsdag", "nl"]),
        ("GB-SCT", date(2026, 1, 2), "nl", ["New Year Holiday", None, "en"]),
        ("GB-ENG", date(2026, 1, 2), "nl", [None, None, "en"]),
        ("GB-ENG", date(2026, 4, 6), "en-gb", ["Easter Monday", None, "en"]),
        ("GB-SCT", date(2026, 4, 6), "en-gb", [None, None, "en"]),
        ("GB-NIR", date(2026, 7, 13), "en-gb", ["Battle of the Boyne (observed)", None, "en"]),
        ("GB-WLS", date(2026, 12, 28), "en-gb", ["Boxing Day (observed)", None, "en"]),
    ],
)
def test_each_part_has_its_own_holidays_in_the_words_of_the_reader(code, day, language, said):
    assert on(code, day, language) == said


def test_names_are_the_countrys_own_whatever_the_language_of_the_process(monkeypatch):
    monkeypatch.setenv("LANGUAGE", "en_US")
    public_holidays._of_year.cache_clear()

    assert on("TR", date(2026, 10, 29), "nl") == ["Cumhuriyet Bayramı", None, "tr"]
    public_holidays._of_year.cache_clear()


@pytest.mark.parametrize("code", ["", "XX", "NL-Noord", "nl", "NL-"])
def test_nothing_is_known_without_a_calendar(code):
    assert holidays_between(code, date(2026, 1, 1), date(2026, 1, 1), "nl") is None


def test_nothing_is_known_of_years_before_the_calendar_begins():
    assert holidays_between("NL", date(1965, 12, 31), date(1966, 1, 1), "nl") is None
    assert holidays_between("NL", date(1966, 1, 1), date(1966, 1, 1), "nl").general


def test_whole_country_says_that_it_leaves_out_its_parts():
    new_year = date(2026, 1, 1)
    left_out = {
        code: holidays_between(code, new_year, new_year, "nl").leaves_out_parts for code in ("BQ", "BQ-BON", "NL")
    }

    assert left_out == {"BQ": True, "BQ-BON": False, "NL": False}


def test_every_calendar_offered_fits_its_column_and_answers():
    """A newer version of the library may bring other codes, or a country without the categories asked for."""
    assert len(calendars()) > 800
    assert len(set(calendars().values())) == len(calendars())
    for code in calendars():
        assert re.match(CODE, code)
        assert holidays_between(code, date(2024, 12, 25), date(2024, 12, 31), "nl") is not None


def test_process_that_starts_and_checks_itself_does_not_load_the_library():
    code = (
        "import sys, django; django.setup(); from django.core.checks import run_checks; run_checks();"
        "import npmportal.urls; sys.exit('holidays' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603


# -- How a jurisdiction gets one --------------------------------------------------------------------------------------
def test_calendar_is_chosen_with_a_reason_listed_and_logged(as_, administrator, mechanism):
    keeper, south = as_(administrator), mechanism.jurisdictions.get(slug="south")
    path = f"{DESK}lists/jurisdictions/{south.pk}/change/"
    typed = {"name_en": "South", "holiday_calendar": "GB-SCT", "reason": "It keeps these days."}

    wrong = keeper.post(path, typed | {"holiday_calendar": "GB-XXX"} | seen(keeper, path))
    assert "holiday_calendar" in wrong.context["form"].errors
    assert keeper.post(path, typed | seen(keeper, path)).status_code == 302

    south.refresh_from_db()
    assert south.holiday_calendar == "GB-SCT"
    assert "<td>United Kingdom: Scotland (GB-SCT)</td>" in keeper.get(DESK).content.decode()
    assert "<ins>United Kingdom: Scotland (GB-SCT)</ins>" in keeper.get(f"{DESK}log/").content.decode()


def test_calendar_the_library_no_longer_has_stays_when_something_else_is_changed(as_, administrator, mechanism):
    keeper, south = as_(administrator), mechanism.jurisdictions.get(slug="south")
    Jurisdiction.objects.filter(pk=south.pk).update(holiday_calendar="XX-9")
    path = f"{DESK}lists/jurisdictions/{south.pk}/change/"
    typed = {"name_en": "The south", "holiday_calendar": "XX-9", "reason": "Its name."}

    assert keeper.post(path, typed | seen(keeper, path)).status_code == 302

    south.refresh_from_db()
    assert (south.name_en, south.holiday_calendar) == ("The south", "XX-9")


@pytest.mark.parametrize("code", ["no", "False", "NL\n", "GB_ENG"])
def test_database_refuses_what_is_no_code(mechanism, code):
    with pytest.raises(IntegrityError), transaction.atomic():
        mechanism.jurisdictions.filter(slug="south").update(holiday_calendar=code)


def test_packaged_registers_choose_the_calendars_of_their_parts(uk, nl):
    def chosen(mechanism):
        return dict(mechanism.jurisdictions.values_list("slug", "holiday_calendar"))

    assert chosen(uk) == {"england": "GB-ENG", "wales": "GB-WLS", "scotland": "GB-SCT", "northern-ireland": "GB-NIR"}
    assert chosen(nl) == {"european-part": "NL", "caribbean": "BQ"}
