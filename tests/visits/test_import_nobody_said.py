"""What a file does not say: not recorded where that can be, and else told before anything is stored."""

import pytest
from django.core.management import call_command
from django.urls import reverse

from tests.visits.import_files import HEADER, checked, csv_bytes, received, stored
from visits.importing.columns import TERM, columns_of
from visits.importing.previews import unsaid_in
from visits.models import Visit

ROW = ["Quozandel Prison (invented)", "2024-05-14", "routine", "Unannounced", "Quiet."]
NEVER_EMPTY = {
    "Mode": "face to face",
    "Outcome": "took place",
    "Confidentiality": "other members may know of the visit",
}


def rows(*cells):
    return [[f"A-{number}", *ROW, *more] for number, more in enumerate(cells, start=1)]


def url(name, batch):
    return reverse(f"visits:{name}", kwargs={"npm": batch.mechanism.slug, "pk": batch.pk})


@pytest.fixture
def bare(prison, alpha, alpha_lead):
    """A file of two visits with no column beyond those that are needed."""
    return received(csv_bytes(rows([], [])), alpha, alpha_lead)


def test_trigger_is_not_recorded_where_the_file_has_no_column_for_it(bare, alpha_lead):
    stored(checked(bare, alpha_lead), alpha_lead)

    assert set(Visit.objects.values_list("trigger", flat=True)) == {""}


@pytest.mark.parametrize("cell", ["", "not recorded", "Not recorded", "niet vastgelegd", "onbekend"])
def test_trigger_is_not_recorded_where_the_cell_says_so(prison, alpha, alpha_lead, cell):
    content = csv_bytes(rows([cell], ["request"]), [*HEADER, "Trigger"])

    stored(checked(received(content, alpha, alpha_lead), alpha_lead), alpha_lead)

    assert list(Visit.objects.order_by("reference").values_list("trigger", flat=True)) == ["", "request"]


def test_one_trigger_may_be_said_of_all_rows(bare, alpha_lead):
    stored(checked(bare, alpha_lead, fixed={"trigger": "programme"}), alpha_lead)

    assert set(Visit.objects.values_list("trigger", flat=True)) == {"programme"}


def test_what_is_never_empty_follows_from_the_model():
    columns = [column for column in columns_of("visits").values() if column.usual]

    assert {column.label: column.usual_words for column in columns} == NEVER_EMPTY
    for column in columns_of("visits").values():
        if column.reads == TERM and not column.table:
            field = Visit._meta.get_field(column.name)
            assert bool(column.usual) == (not field.blank and not column.is_required), column.name


def test_check_tells_what_new_visits_get_that_the_file_does_not_say(bare, alpha_lead, as_):
    batch = checked(bare, alpha_lead)

    assert unsaid_in(batch) == [(label, words, 2) for label, words in NEVER_EMPTY.items()]
    page = as_(alpha_lead).get(url("import_check", batch)).text
    assert "What the file does not say" in page
    for label, words in NEVER_EMPTY.items():
        assert f"{label}: <strong>{words}</strong> (2 rows)" in page
    assert not Visit.objects.exists()


def test_only_what_the_rows_leave_open_is_told(prison, alpha, alpha_lead, as_):
    content = csv_bytes(rows(["by telephone"], [""], ["remote"]), [*HEADER, "Mode"])

    batch = checked(received(content, alpha, alpha_lead), alpha_lead, fixed={"confidentiality": "restricted"})

    assert unsaid_in(batch) == [("Mode", "face to face", 1), ("Outcome", "took place", 3)]
    page = as_(alpha_lead).get(url("import_check", batch)).text
    assert "Mode: <strong>face to face</strong> (1 row)" in page
    stored(batch, alpha_lead)
    assert list(Visit.objects.order_by("reference").values_list("mode", "confidentiality")) == [
        ("telephone", "restricted"),
        ("on_site", "restricted"),
        ("remote", "restricted"),
    ]


def test_nothing_is_told_of_visits_that_are_there(bare, alpha, alpha_lead, as_):
    stored(checked(bare, alpha_lead), alpha_lead)
    Visit.objects.update(mode="remote")

    batch = checked(received(csv_bytes(rows([], [])), alpha, alpha_lead), alpha_lead)

    assert unsaid_in(batch) == []
    assert "What the file does not say" not in as_(alpha_lead).get(url("import_check", batch)).text


def test_columns_say_it_and_offer_another_value_for_all_rows(bare, alpha_lead, as_):
    page = as_(alpha_lead).get(url("import_columns", bare)).text

    for label, words in NEVER_EMPTY.items():
        assert f"<li>{label}: <strong>{words}</strong></li>" in page
        assert f"As the rows say, or else “{words}”" in page
    assert page.count("Not the same for all</option>") > 3


def test_word_that_says_nothing_is_not_called_not_recorded_where_something_is_stored(prison, alpha, alpha_lead, as_):
    content = csv_bytes(rows(["zoom?", "perhaps"]), [*HEADER, "Mode", "Trigger"])
    batch = received(content, alpha, alpha_lead)

    page = as_(alpha_lead).get(url("import_values", batch)).text

    assert '<option value="!empty">Not said: “face to face”</option>' in page
    assert '<option value="!empty">Not recorded</option>' in page


def test_command_tells_it_too(tmp_path, prison, alpha_lead, capsys):
    path = tmp_path / "visits.csv"
    path.write_bytes(csv_bytes(rows([])))

    call_command("import_visits", str(path), "--npm", "examplia", "--as", alpha_lead.email, "--dry-run")

    assert "Mode: “face to face” in 1 new rows, of which the file does not say it" in capsys.readouterr().out
    assert not Visit.objects.exists()
