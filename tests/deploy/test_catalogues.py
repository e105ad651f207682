"""The check of the translations: each way in which a catalogue can be behind the code."""

import polib
import pytest

from deploy.local import _catalogues


@pytest.fixture
def catalogue(tmp_path):
    """Return a function that writes and compiles a catalogue of `text: translation` and gives its path."""

    def write(name, texts, *, fuzzy=(), compiled=None):
        path = tmp_path / f"{name}.po"
        for target, content in ((path, texts), (path.with_suffix(".mo"), compiled or texts)):
            made = polib.POFile()
            for text, translation in content.items():
                made.append(polib.POEntry(msgid=text, msgstr=translation, flags=["fuzzy"] if text in fuzzy else []))
            made.save(str(target)) if target.suffix == ".po" else made.save_as_mofile(str(target))
        return path

    return write


@pytest.mark.parametrize(
    ("ours", "complaint"),
    [
        ({"texts": {"Visit": "Bezoek"}}, "missing: 'Place' (make messages adds it)"),
        (
            {"texts": {"Visit": "Bezoek", "Place": "Plaats", "Cell": "Cel"}},
            "no longer used: 'Cell' (make messages removes it)",
        ),
        ({"texts": {"Visit": "Bezoek", "Place": ""}}, "not translated: 'Place'"),
        ({"texts": {"Visit": "Bezoek", "Place": "Plaats"}, "fuzzy": ["Place"]}, "fuzzy: 'Place'"),
        (
            {"texts": {"Visit": "Bezoek", "Place": "Plaats"}, "compiled": {"Visit": "Bezoek", "Place": "Plek"}},
            "its compiled form is out of date (make messages compiles it)",
        ),
    ],
)
def test_catalogue_behind_the_code_is_complained_of(catalogue, ours, complaint):
    used = catalogue("used", {"Visit": "", "Place": ""})

    assert list(_catalogues.compare(catalogue("ours", **ours), used)) == [complaint]


def test_catalogue_that_is_up_to_date_gives_no_complaint(catalogue):
    used = catalogue("used", {"Visit": "", "Place": ""})

    assert list(_catalogues.compare(catalogue("ours", {"Visit": "Bezoek", "Place": "Plaats"}), used)) == []


def test_catalogue_that_is_not_there_is_complained_of(catalogue, tmp_path):
    used = catalogue("used", {"Visit": ""})

    assert list(_catalogues.compare(tmp_path / "nothing.po", used)) == [
        "there is no such catalogue (make messages makes it)"
    ]
