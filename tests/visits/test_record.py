"""Changing the team, the situation and the needs of a visit: who may, what is kept, what an approved visit does."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from npmportal.models import AuditEvent
from tests.factories import VisitFactory
from visits import actions
from visits.actions.record import content_of
from visits.models import NeedExamined, TeamMember, Visit, VisitChange, VisitEvent, VisitFigure

Availability = VisitFigure.Availability


def held(number):
    return VisitFigure(measure="held", value=number)


def refused(measure):
    return VisitFigure(measure=measure, availability=Availability.REFUSED)


def member(body, **fields):
    return TeamMember(body=body, **({"role": "member"} | fields))


def change(visit, part, rows, by, **more):
    visit.refresh_from_db()
    return actions.change_record(
        **{"visit": visit, "part": part, "rows": rows, "by": by, "expected_version": visit.version} | more
    )


# -- What a change does -----------------------------------------------------------------------------------------------
def test_rows_are_the_whole_of_the_part(draft, alpha_monitor):
    change(draft, "situation", [held(120), refused("deaths")], alpha_monitor)
    change(draft, "situation", [held(121)], alpha_monitor)

    assert [(row.measure, row.value) for row in draft.figures.all()] == [("held", 121)]


def test_change_is_kept_field_by_field_and_written_down(draft, alpha_monitor, alpha):
    change(draft, "situation", [held(120)], alpha_monitor)

    saved = change(draft, "situation", [held(0), refused("deaths")], alpha_monitor)

    assert saved.version == 3
    last = VisitChange.objects.first()
    assert (last.by, last.state) == (alpha_monitor, "draft")
    assert last.fields == {"figures": [{"held": 120}, {"held": 0, "deaths": "refused"}]}
    event = AuditEvent.objects.filter(action="visit.changed").latest("pk")
    assert (event.actor, event.body_ids, event.details["fields"]) == (alpha_monitor, [alpha.pk], ["figures"])


def test_same_again_changes_nothing(draft, alpha_monitor, alpha):
    rows = {"situation": [held(12)], "needs": [NeedExamined(group="women", answer="examined")], "team": [member(alpha)]}
    for part, same in rows.items():
        change(draft, part, same, alpha_monitor)
    before = (Visit.objects.get(pk=draft.pk).version, VisitChange.objects.count(), AuditEvent.objects.count())

    for part, same in rows.items():
        change(draft, part, same, alpha_monitor)

    assert (Visit.objects.get(pk=draft.pk).version, VisitChange.objects.count(), AuditEvent.objects.count()) == before


def test_conflict_of_interest_alone_is_a_change(draft, alpha_monitor, alpha):
    change(draft, "team", [member(alpha, name="Ann", has_conflict_of_interest=False)], alpha_monitor)

    change(draft, "team", [member(alpha, name="Ann", has_conflict_of_interest=True)], alpha_monitor)

    assert list(VisitChange.objects.first().fields) == ["team_names"]
    assert draft.team.get().has_conflict_of_interest is True


def test_team_keeps_names_apart_from_what_others_may_read(draft, alpha_monitor, alpha):
    change(draft, "team", [member(alpha, user=alpha_monitor, sex="female", languages=["Polish"])], alpha_monitor)

    told = content_of(draft, "team")

    assert told["team"] == {"1": {"body_id": alpha.pk, "role": "member", "sex": "female", "languages": ["Polish"]}}
    assert told["team_names"] == {"1": [alpha_monitor.name, None]}


def test_failing_change_leaves_everything_as_it_was(draft, alpha_monitor):
    change(draft, "situation", [held(12)], alpha_monitor)

    with pytest.raises(IntegrityError), transaction.atomic():
        change(draft, "situation", [held(13), held(14)], alpha_monitor)

    assert draft.figures.get().value == 12
    assert Visit.objects.get(pk=draft.pk).version == 2


# -- Who may ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["alpha_reader", "beta_monitor", "coordinator", "administrator", "stranger", "retired"])
@pytest.mark.parametrize("part", ["team", "situation", "needs"])
def test_only_the_people_of_the_lead_body_change_the_record(request, joint, who, part):
    with pytest.raises(PermissionDenied):
        change(joint, part, [], request.getfixturevalue(who))


@pytest.mark.parametrize("state", ["submitted", "withdrawn", "discarded"])
def test_record_of_a_visit_that_is_closed_is_not_changed(draft, alpha_monitor, state):
    Visit.objects.filter(pk=draft.pk).update(state=state)

    with pytest.raises(PermissionDenied):
        change(draft, "situation", [held(1)], alpha_monitor)

    assert not VisitFigure.objects.exists()


def test_line_of_the_field_table_decides(draft, alpha_monitor, alpha, monkeypatch):
    from tests.visits.field_table_tools import with_word
    from visits import field_table

    monkeypatch.setattr(field_table, "TABLE", with_word("team_names", "lead_body_changes", "never"))

    with pytest.raises(PermissionDenied):
        change(draft, "team", [member(alpha)], alpha_monitor)
    change(draft, "situation", [held(1)], alpha_monitor)


# -- Lost updates and approved visits ---------------------------------------------------------------------------------
def test_version_that_is_not_the_stored_one_stores_nothing(draft, alpha_monitor):
    Visit.objects.filter(pk=draft.pk).update(version=7)

    with pytest.raises(actions.VisitChangedMeanwhile) as conflict:
        change(draft, "situation", [held(1)], alpha_monitor, expected_version=6)

    assert conflict.value.visit.version == 7
    assert not VisitFigure.objects.exists()


def test_change_after_approval_asks_for_a_reason(prison, alpha, alpha_monitor):
    visit = VisitFactory(place=prison, lead_body=alpha, approved=True, access="full")

    with pytest.raises(actions.ReasonMissing), transaction.atomic():
        change(visit, "needs", [NeedExamined(group="women", answer="examined")], alpha_monitor, reason=" ")

    visit.refresh_from_db()
    assert (visit.state, visit.needs.count()) == ("approved", 0)


def test_change_after_approval_puts_the_visit_back_into_review(prison, alpha, alpha_monitor):
    visit = VisitFactory(place=prison, lead_body=alpha, approved=True, access="full")

    saved = change(visit, "situation", [held(3)], alpha_monitor, reason="Counted again.")

    visit.refresh_from_db()
    assert saved.state == visit.state == "submitted"
    assert visit.approved_at is None
    event = VisitEvent.objects.get()
    assert (event.transition, event.reason, event.by) == ("amend", "Counted again.", alpha_monitor)
    assert VisitChange.objects.get().state == "approved"


def test_same_again_leaves_an_approved_visit_approved(prison, alpha, alpha_monitor):
    visit = VisitFactory(place=prison, lead_body=alpha, approved=True, access="full")

    change(visit, "situation", [], alpha_monitor)

    assert Visit.objects.get(pk=visit.pk).state == "approved"


# -- What the database keeps ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "wrong",
    [
        {"availability": "recorded", "value": None},
        {"availability": "refused", "value": 0},
        {"availability": "not_asked", "value": 3},
        {"availability": "recorded", "value": -1},
    ],
)
def test_number_or_why_there_is_none_but_never_both(draft, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        VisitFigure.objects.create(visit=draft, measure="deaths", **wrong)


def test_account_is_in_a_team_once(draft, alpha, alpha_monitor):
    TeamMember.objects.create(visit=draft, body=alpha, user=alpha_monitor)

    with pytest.raises(IntegrityError), transaction.atomic():
        TeamMember.objects.create(visit=draft, body=alpha, user=alpha_monitor)
