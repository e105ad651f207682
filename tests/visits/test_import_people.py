"""Numbers of people held come in for visits that are there: a number, or why there is none, never nought."""

import pytest

from tests.factories import VisitFactory
from tests.visits.import_files import checked, csv_bytes, problems_of, received, stored
from visits.actions import imports
from visits.models import Import, VisitFigure

HEAD = ["Visit", "People held in all", "Women and girls", "On remand", "Deaths"]


@pytest.fixture
def visits(prison, alpha):
    return [VisitFactory(place=prison, lead_body=alpha, reference=f"A-{n}") for n in (1, 2)]


def imported(rows, alpha, person):
    return checked(received(csv_bytes(rows, HEAD), alpha, person, kind="people"), person)


def test_numbers_and_why_there_are_none_are_stored(visits, alpha, alpha_lead):
    batch = stored(imported([["A-1", "120", "not asked", "refused", ""]], alpha, alpha_lead), alpha_lead)

    assert batch.state == Import.State.DONE, batch.job.error
    found = VisitFigure.objects.values_list("measure", "availability", "value")
    assert set(found) == {
        ("held", "recorded", 120),
        ("held_women", "not_asked", None),
        ("held_remand", "refused", None),
    }
    visits[0].refresh_from_db()
    assert visits[0].version == 2
    change = visits[0].changes.get()
    assert change.fields["figures"] == [{}, {"held": 120, "held_women": "not_asked", "held_remand": "refused"}]


def test_a_second_run_changes_what_changed_and_can_be_undone(visits, alpha, alpha_lead):
    stored(imported([["A-1", "120", "not asked", "", ""]], alpha, alpha_lead), alpha_lead)
    assert imported([["A-1", "120", "", "", ""]], alpha, alpha_lead).counts["unchanged"] == 1

    second = stored(imported([["A-1", "121", "3", "", "0"]], alpha, alpha_lead), alpha_lead)
    assert dict(VisitFigure.objects.values_list("measure", "value")) == {"held": 121, "held_women": 3, "deaths": 0}
    imports.undo_import(batch=second, reason="The wrong day.", by=alpha_lead)

    found = VisitFigure.objects.values_list("measure", "availability", "value")
    assert set(found) == {("held", "recorded", 120), ("held_women", "not_asked", None)}


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (["A-9", "1", "", "", ""], "Visit", "no visit with this reference"),
        (["", "1", "", "", ""], "Visit", "must be given"),
        (["A-1", "many", "", "", ""], "People held in all", "no whole number"),
        (["A-1", "-1", "", "", ""], "People held in all", "no whole number"),
        (["A-1", "=1+1", "", "", ""], "People held in all", "formula"),
    ],
)
def test_what_is_wrong_is_said(row, column, reason, visits, alpha, alpha_lead):
    batch = imported([row], alpha, alpha_lead)

    assert problems_of(batch)[0][1] == column
    assert reason in problems_of(batch)[0][2]
    assert not VisitFigure.objects.exists()


def test_another_bodys_visit_is_no_visit(visits, prison, beta, alpha, beta_monitor):
    batch = imported([["A-1", "1", "", "", ""]], beta, beta_monitor)

    assert "BETA has no visit with this reference" in problems_of(batch)[0][2]


def test_numbers_of_a_visit_that_is_handed_in_stay(visits, alpha, alpha_lead):
    type(visits[0]).objects.filter(pk=visits[0].pk).update(state="submitted")

    batch = imported([["A-1", "1", "", "", ""], ["A-2", "2", "", "", ""]], alpha, alpha_lead)

    assert (batch.counts["skipped"], batch.counts["updated"]) == (1, 1)
