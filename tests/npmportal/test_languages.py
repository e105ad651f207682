"""The portal in Dutch: the switch, days and numbers, and no English left behind on any page."""

from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import allauth
import polib
import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation

from npmportal import borrowed_texts
from reports.document import book
from tests.factories import PASSWORD, PlaceFactory, VisitFactory
from tests.test_access_table import addresses
from tests.test_access_table import records as _records_of_all_kinds  # noqa: F401 a fixture, asked for by its name

DUTCH, ENGLISH = {"accept-language": "nl"}, {"accept-language": "en-gb"}
# The same in both languages: words of our own, and the invented names that the fixtures give.
SAME = {"English", "Nederlands", "Contact", "Filters", "Status", "Website", "CSV", "PDF", "SVG", "ICS", "Examplia"}
SAME |= {"Register", "Details", "Instrument", "Agenda", "Open", "open", "ombudsman"}
SAME |= {"Codes", "Imports", "JSON", "Postcode", "Team", "Weekend", "XLSX", "document"}
SAME |= {"alpha", "beta", "north", "south", "prisons"}  # short names in addresses
NAMES = (
    *("Alpha Inspectorate", "Beta Inspectorate", "ALPHA", "BETA", "Police custody", "Prisons", "North", "South"),
    *("Cora Coordinator", "Adam Administrator", "Alva Lead", "Alma Monitor", "Alan Reader", "Bert Monitor"),
    *("Anna Colleague", "Nora New", "Invented Prison", "The Invented Gazette", "Cora", "Adam"),
    *("Heat", "Second", "Opening", "We measure.", "It was warm.", "Buy thermometers", "Nobody was named."),
    *("Ministry", "Who looks?", "Keep quiet.", "Zwijg.", "Examplian Prison Service"),
    *("Agreed.", "Sam Second", "Sam", "Alpha tests", "Food", "Nowhere", "Twice", "Rapid", "date", "place"),
    *("Add link", "Change or view list link", "Model name", "Search"),  # Django's own, for which it has no Dutch
)
READ_ALOUD = ("aria-label", "title", "placeholder", "alt")


class _Words(HTMLParser):
    """Collects the texts a page shows or has read aloud, and the language it says it is in."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: set[str] = set()
        self.lang = ""
        self._is_code = False

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self._is_code = tag in ("script", "style")
        if tag == "html":
            self.lang = given.get("lang", "")
        self.texts |= {given[name] for name in READ_ALOUD if given.get(name)}

    def handle_endtag(self, tag):
        self._is_code = False

    def handle_data(self, data):
        if not self._is_code:
            self.texts.add(" ".join(data.split()))


def read(response) -> _Words:
    words = _Words()
    words.feed(response.content.decode())
    return words


@pytest.fixture
def records(request, mechanism):
    """One of everything an address can name."""
    return request.getfixturevalue("_records_of_all_kinds")


# -- The switch -------------------------------------------------------------------------------------------------------
def test_language_of_the_browser_is_used_until_another_is_chosen(client, mechanism):
    assert read(client.get("/examplia/", headers=DUTCH)).lang == "nl"
    assert read(client.get("/examplia/", headers=ENGLISH)).lang == "en-gb"

    client.post(reverse("set_language"), {"language": "nl", "next": "/examplia/"})

    assert read(client.get("/examplia/", headers=ENGLISH)).lang == "nl"


def test_switch_is_a_plain_form_with_a_button_for_each_language(client, mechanism):
    page = client.get("/examplia/coverage/?on=2020-01-01").content.decode()

    assert f'<form method="post" action="{reverse("set_language")}"' in page
    assert '<input type="hidden" name="next" value="/examplia/coverage/?on=2020-01-01">' in page
    for code in ("en-gb", "nl"):
        assert f'<button type="submit" name="language" value="{code}"' in page


def test_choice_outlives_signing_in_and_out(mechanism, coordinator):
    client = Client()
    client.post(reverse("set_language"), {"language": "nl"})

    client.post(reverse("account_login"), {"login": coordinator.email, "password": PASSWORD})
    assert settings.SESSION_COOKIE_NAME in client.cookies
    assert read(client.get(reverse("reports:desk_home", kwargs={"npm": "examplia"}))).lang == "nl"
    client.post(reverse("account_logout"))

    assert read(client.get("/examplia/")).lang == "nl"


def test_language_that_is_not_there_changes_nothing(client, mechanism):
    client.post(reverse("set_language"), {"language": "tlh", "next": "/examplia/"})

    assert read(client.get("/examplia/")).lang == "en-gb"


# -- Days and numbers -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("headers", "words"), [(DUTCH, "14 mei 2024"), (ENGLISH, "14 May 2024")])
def test_days_are_written_in_the_language_of_the_page(as_, alpha, alpha_reader, mechanism, headers, words):
    VisitFactory(place__mechanism=mechanism, lead_body=alpha, starts_on=date(2024, 5, 14))

    page = as_(alpha_reader).get(reverse("visits:visit_list", kwargs={"npm": "examplia"}), headers=headers)

    assert words in read(page).texts


@pytest.mark.parametrize(("headers", "words"), [(DUTCH, "1.234"), (ENGLISH, "1,234")])
def test_numbers_are_written_in_the_language_of_the_page(as_, coordinator, mechanism, headers, words):
    place = PlaceFactory(mechanism=mechanism, capacity=1234)

    page = as_(coordinator).get(
        reverse("visits:place_detail", kwargs={"npm": "examplia", "pk": place.pk}), headers=headers
    )

    assert words in read(page).texts


def test_report_writes_days_months_and_numbers_in_its_language():
    with translation.override("nl"):
        dutch = book.day("2025-03-31"), book.month("2024-05"), book.short_month("2024-05"), book.number(1204)
    with translation.override("en-gb"):
        english = book.day("2025-03-31"), book.month("2024-05"), book.short_month("2024-05"), book.number(1204)

    assert dutch == ("31 maart 2025", "mei 2024", "mei 2024", "1.204")
    assert english == ("31 March 2025", "May 2024", "May 2024", "1,204")


# -- Every page -------------------------------------------------------------------------------------------------------
def test_no_page_in_dutch_has_english_words_left(as_, records, coordinator, alpha_lead, administrator):
    readers = [as_(person) for person in (None, coordinator, alpha_lead, administrator)]
    left, seen = {}, set()

    for label, path in addresses(records):
        for reader in readers:
            if label.startswith(("account_logout", "health")) or label in seen:
                continue
            dutch = reader.get(path, headers=DUTCH)
            if dutch.streaming:
                b"".join(dutch.streaming_content)  # to its end, or the file would stay open
            if dutch.status_code != 200 or not dutch["Content-Type"].startswith("text/html"):
                continue
            seen.add(label)
            page = read(dutch)
            assert page.lang in ("nl", ""), label
            both = page.texts & read(reader.get(path, headers=ENGLISH)).texts
            if words := sorted(text for text in both if is_english(text)):
                left[label] = words

    assert left == {}
    assert {"home", "members:coverage", "visits:visit_create", "visits:place_create", "reports:report_list"} <= seen
    assert len(seen) > 40


def is_english(text: str) -> bool:
    """Return whether ``text``, which stands on the English and on the Dutch page, is a text of our own."""
    for name in NAMES:
        text = text.replace(name, "")
    words = {word.strip("():,.") for word in text.split() if "@" not in word} - SAME
    return any(len(word) > 2 and word.isalpha() for word in words)


def test_borrowed_texts_are_those_of_allauth_to_the_letter():
    catalogues = Path(allauth.__file__).parent.glob("locale/nl/LC_MESSAGES/django.po")
    theirs = {entry.msgid for path in catalogues for entry in polib.pofile(str(path))}

    assert [text for text in borrowed_texts.ALLAUTH if text not in theirs] == []


def test_libraries_speak_to_the_reader_as_the_portal_does(as_, alpha_reader):
    page = as_(alpha_reader).post(
        reverse("account_change_password"),
        {"oldpassword": "wrong", "password1": "a", "password2": "b"},
        headers=DUTCH,
    )

    assert "Typ uw huidige wachtwoord." in read(page).texts
    assert any(text.startswith("Dit wachtwoord is te kort.") for text in read(page).texts)
