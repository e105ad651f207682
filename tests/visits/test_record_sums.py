"""What follows from a record, what does not add up in it, and what it lacks."""

from datetime import date, time, timedelta

import pytest

from visits.models import NeedExamined, TeamMember, Visit, VisitFigure
from visits.models.completeness import parts_of
from visits.models.derived import days_of, is_at_night, occupancy_of, stay_of, weekend_days_of
from visits.models.sums import questions_about_figures, questions_about_numbers

EVERYTHING = frozenset({f.name for f in Visit._meta.concrete_fields} | {"figures", "needs", "team"})
TUESDAY, FRIDAY = date(2024, 5, 14), date(2024, 5, 17)


def visit_of(**fields):
    return Visit(**{"starts_on": TUESDAY, "ends_on": fields.get("starts_on", TUESDAY)} | fields)


def figures(**values):
    return [
        VisitFigure(measure=measure, value=value)
        if isinstance(value, int)
        else VisitFigure(measure=measure, availability=value)
        for measure, value in values.items()
    ]


# -- The funnel of the conversations ----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ((10, 2, 3, 5), []),
        ((10, 0, 0, 9), ["Of 1 nothing is said"]),
        ((10, 4, 3, 5), ["but 12 were offered"]),
        ((10, None, 3, 5), []),
        ((10, None, 6, 5), ["but 11 were offered"]),
        ((None, 1, 2, 3), []),
        ((0, 0, 0, 0), []),
    ],
)
def test_those_in_custody_are_offered_not_offered_or_not_available(numbers, said):
    names = ("people_in_custody", "people_not_available", "people_not_offered", "people_offered")

    found = questions_about_numbers(visit_of(**dict(zip(names, numbers, strict=True))))

    assert len(found) == len(said)
    assert all(words in sentence for words, sentence in zip(said, found, strict=True))


@pytest.mark.parametrize(
    ("offered", "seen", "declined", "count"),
    [(5, 3, 2, 0), (5, 3, 1, 1), (5, 6, None, 1), (5, 3, None, 0), (None, 3, 2, 0)],
)
def test_those_offered_accept_or_decline(offered, seen, declined, count):
    visit = visit_of(people_offered=offered, people_seen=seen, people_declined=declined)

    assert len(questions_about_numbers(visit)) == count


def test_nobody_is_seen_where_entry_was_refused():
    assert questions_about_numbers(visit_of(validity="refused", people_seen=0)) == []
    assert "4 people were seen" in questions_about_numbers(visit_of(validity="refused", people_seen=4))[0]


# -- The situation ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"held": 30, "held_men": 20, "held_women": 10, "held_sex_unknown": 0}, None),
        ({"held": 30, "held_men": 20, "held_women": 9, "held_sex_unknown": 0}, "gives 29: some are missing"),
        ({"held": 30, "held_men": 20, "held_women": 9}, None),
        ({"held": 30, "held_men": 20, "held_women": 9, "held_sex_unknown": "refused"}, None),
        ({"held": 30, "held_men": 20, "held_women": 11}, "gives 31: too many"),
        ({"held": "refused", "held_men": 20}, None),
        ({"held": 30}, None),
        ({"held": 3, "held_foreign": 4}, "More foreign nationals (4) than people held in all (3)"),
        ({"isolations": 1, "isolations_prolonged": 2}, "more than 15 days (2)"),
    ],
)
def test_groups_add_up_to_their_total_or_it_is_said(values, said):
    found = questions_about_figures(visit_of(), figures(**values))

    assert len(found) == (said is not None)
    assert said is None or said in found[0]


def test_complete_groups_without_a_total_are_compared_with_each_other():
    by_sex = {"held_men": 20, "held_women": 10, "held_sex_unknown": 0}
    ages = ("adults", "young_adults", "older_children", "younger_children", "age_unknown")
    by_age = {f"held_{age}": 5 for age in ages}

    found = questions_about_figures(visit_of(), figures(**by_sex, **by_age))

    assert found == ["People held by sex gives 30 people, people held by age gives 25."]


def test_situation_and_conversations_count_the_same_people():
    assert questions_about_figures(visit_of(people_in_custody=30), figures(held=30)) == []
    assert len(questions_about_figures(visit_of(people_in_custody=30), figures(held=31))) == 1


@pytest.mark.parametrize(
    ("numbers", "values", "said"),
    [
        ({"people_seen": 5}, {"seen_men": 3, "seen_women": 2}, None),
        ({"people_seen": 5}, {"seen_men": 3, "seen_women": 3}, "is 5, but “People seen, by sex” gives 6: too many"),
        ({"people_seen": 5}, {"seen_men": 3, "seen_women": 1, "seen_sex_unknown": 0}, "gives 4: some are missing"),
        ({"people_seen": 5}, {"seen_adults": 6}, "“People seen, by age” gives 6: too many"),
        ({"people_seen": 5}, {"talks_private": 4, "talks_in_group": 2}, "“People seen, by privacy” gives 6: too many"),
        ({"people_seen": 5}, {"talks_interpreted": 2, "talks_not_interpreted": 0}, None),  # the others needed none
        ({"people_seen": 5}, {"talks_interpreted": 6}, "“Interpreters” gives 6: too many"),
        ({"people_not_available": 3}, {"absent_asleep": 2, "absent_questioned": 1}, None),
        ({"people_not_available": 3}, {"absent_asleep": 4}, "“not available” is 3, but"),
        ({"people_seen": 5}, {"absent_asleep": 4}, None),
    ],
)
def test_parts_of_the_funnel_add_up_to_its_numbers_or_it_is_said(numbers, values, said):
    found = questions_about_figures(visit_of(**numbers), figures(**values))

    assert len(found) == (said is not None)
    assert said is None or said in found[0]
    assert questions_about_figures(visit_of(), figures(**values)) == []


def test_every_measure_stands_in_one_group():
    grouped = [measure for _title, _total, measures in VisitFigure.GROUPS for measure in measures]

    assert sorted(grouped) == sorted(VisitFigure.Measure)


# -- What follows -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("came", "left", "days", "stay"),
    [
        (time(9), time(11, 15), 0, timedelta(hours=2, minutes=15)),
        (time(23, 30), time(0, 40), 1, timedelta(hours=1, minutes=10)),
        (time(23, 30), time(0, 40), 0, timedelta(hours=1, minutes=10)),
        (time(9), time(17), 3, None),
        (time(9), None, 0, None),
        (time(9), time(9), 0, timedelta()),
    ],
)
def test_stay_is_known_for_a_day_or_a_night(came, left, days, stay):
    visit = visit_of(time_in=came, time_out=left, ends_on=TUESDAY + timedelta(days=days))

    assert stay_of(visit) == stay
    assert days_of(visit) == days + 1


@pytest.mark.parametrize(
    ("came", "left", "at_night"),
    [
        (None, time(23), None),
        (time(2), None, True),
        (time(5, 59), time(8), True),
        (time(6), time(8), False),
        (time(21), time(22), False),
        (time(21), time(22, 1), True),
        (time(22), time(23), True),
        (time(20), time(1), True),
        (time(14), None, False),
    ],
)
def test_night_is_from_22_to_6(came, left, at_night):
    assert is_at_night(visit_of(time_in=came, time_out=left)) is at_night


@pytest.mark.parametrize(("days", "weekend"), [(1, 0), (2, 1), (3, 2), (4, 2), (7, 2), (9, 3), (10, 4), (28, 8)])
def test_weekend_days_are_counted(days, weekend):
    visit = visit_of(starts_on=FRIDAY, ends_on=FRIDAY + timedelta(days=days - 1))

    assert weekend_days_of(visit) == weekend
    assert weekend == sum((FRIDAY + timedelta(days=n)).weekday() > 4 for n in range(days))


@pytest.mark.parametrize(
    ("values", "rate"),
    [
        ({"held": 118, "capacity_operational": 120, "capacity_official": 100}, 98),
        ({"held": 125, "capacity_official": 100}, 125),
        ({"held": 0, "capacity_official": 100}, 0),
        ({"held": 125, "capacity_operational": "refused", "capacity_official": 100}, 125),
        ({"held": 125}, None),
        ({"capacity_official": 100}, None),
        ({"held": "not_asked", "capacity_official": 100}, None),
        ({"held": 1, "capacity_official": 0}, None),
    ],
)
def test_occupancy_is_known_where_both_numbers_are(values, rate):
    found = occupancy_of(figures(**values))

    assert (found and found.percentage) == rate


# -- What is missing --------------------------------------------------------------------------------------------------
def status_of(visit, name, sees=EVERYTHING):
    return next(part for part in parts_of(visit, sees) if part.name == name)


def test_part_nobody_looked_at_is_not_started(draft):
    assert {part.status for part in parts_of(draft, EVERYTHING) if part.name != "access"} == {"not_started"}
    assert status_of(draft, "access").status == "completed"


def test_part_with_something_missing_is_in_progress_and_says_what(draft):
    draft.people_seen = 0
    VisitFigure.objects.create(visit=draft, measure="capacity_official", value=1)
    NeedExamined.objects.create(visit=draft, group="women", answer="not_applicable")
    TeamMember.objects.create(visit=draft, body=draft.lead_body)

    numbers, situation = status_of(draft, "numbers"), status_of(draft, "figures")
    assert (numbers.status, numbers.first_missing) == ("in_progress", "people_in_custody")
    assert "accepted (seen)" not in numbers.missing
    assert situation.missing[:2] == ["people held in all", "people held by sex"]
    assert "capacity" not in situation.missing
    assert status_of(draft, "needs").missing == ["minors", "LGBTQI+ people", "people with a disability"]
    assert status_of(draft, "team").missing == ["who is lay, who professional"]


def test_reason_why_there_is_no_number_completes_a_part(draft):
    measures = ("capacity_official", "held", "held_men", "held_adults", "held_remand", "restraints", "isolations")
    for measure in (*measures, "isolations_prolonged", "deaths", "self_harm"):
        VisitFigure.objects.create(visit=draft, measure=measure, availability="refused")

    assert status_of(draft, "figures").status == "completed"


def test_nothing_is_told_of_parts_the_reader_does_not_see(draft):
    names = {part.name for part in parts_of(draft, frozenset({"summary", "validity"}))}

    assert names == {"summary"}


def test_refused_visit_is_not_asked_for_what_nobody_could_see(draft):
    draft.validity = "refused"

    assert {part.name for part in parts_of(draft, EVERYTHING)} == {"times", "team", "access", "summary"}
