"""The pages on which team, situation and needs are recorded, and what the page of the visit says of them."""

import html
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import VisitFactory
from visits.models import NeedExamined, TeamMember, Visit, VisitChange, VisitFigure

PARTS = ("team", "situation", "needs", "findings")
TYPED = {
    "team": {"p0_name": "Ann Invented", "p0_role": "lead"},
    "situation": {"held": "12"},
    "needs": {"women": "examined"},
    "findings": {"f0_kind": "concern", "f0_text": "The bells do not ring."},
}


def url_of(visit, part):
    return reverse(f"visits:visit_{part}", kwargs={"npm": visit.mechanism.slug, "pk": visit.pk})


def filled(client, visit, part, **typed):
    """Return what the form of the part holds, with ``typed`` in it."""
    form = client.get(url_of(visit, part)).context["form"]
    held = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in held.items() if value not in (None, False)} | typed


def send(client, visit, part, **typed):
    return client.post(url_of(visit, part), filled(client, visit, part, **typed))


def main_of(response):
    page = html.unescape(response.content.decode())
    return re.sub(r"\s+", " ", page[page.index("<main") : page.index("</main>")])


def errors_of(response):
    return " ".join(error for errors in response.context["form"].errors.values() for error in errors)


# -- Who may ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("alpha_lead", 200),
        ("alpha_monitor", 200),
        ("alpha_reader", 403),
        ("beta_monitor", 403),
        ("outsider", 404),
        ("coordinator", 403),
        ("administrator", 403),
        ("stranger", 404),
    ],
)
def test_record_is_open_to_those_who_log_for_the_lead_body(request, as_, joint, part, who, status):
    client = as_(request.getfixturevalue(who))

    assert client.get(url_of(joint, part)).status_code == status
    sent = client.post(url_of(joint, part), TYPED[part]).status_code
    assert sent == (409 if status == 200 else status)  # no version was sent


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("who", [None, "retired"])
def test_anonymous_and_retired_to_login(request, as_, draft, part, who):
    client = as_(request.getfixturevalue(who) if who else None)

    assert client.get(url_of(draft, part)).url.startswith(reverse("account_login"))


@pytest.mark.parametrize("part", [*PARTS, "ratings", "answers", "change"])
def test_forms_are_opened_and_sent_and_nothing_else(as_, alpha_monitor, draft, part):
    assert as_(alpha_monitor).put(url_of(draft, part)).status_code == 405


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("state", ["submitted", "withdrawn", "discarded"])
def test_closed_visit_leads_back_to_its_page(as_, alpha_monitor, draft, part, state):
    Visit.objects.filter(pk=draft.pk).update(state=state)

    response = as_(alpha_monitor).get(url_of(draft, part), follow=True)

    assert "cannot be changed" in main_of(response)


# -- Saving -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("part", PARTS)
def test_part_is_saved_and_the_page_of_the_visit_tells_it(as_, alpha_monitor, draft, part):
    client = as_(alpha_monitor)

    response = send(client, draft, part, **TYPED[part])

    assert response.status_code == 302
    words = {
        "team": "Ann Invented (lead of the team)",
        "situation": "People held in all",
        "needs": "Needs of women",
    } | {"findings": "The bells do not ring."}
    assert words[part] in main_of(client.get(response.url))
    assert VisitChange.objects.get().by == alpha_monitor


def test_team_of_an_account_a_name_and_a_role_alone(as_, alpha_monitor, joint, alpha, beta):
    client = as_(alpha_monitor)
    people = {
        "p0_user": alpha_monitor.pk,
        "p0_role": "lead",
        "p0_languages": "Polish, Arabic; Polish",
        "p0_sex": "female",
    }
    people |= {"p1_name": "Ann Invented", "p1_role": "expert", "p1_body": beta.pk, "p1_conflict": "yes"}
    people |= {"p2_role": "trainee", "p2_standing": "lay", "count": 5}

    send(client, joint, "team", **people)

    first, second, third = joint.team.order_by("pk")
    assert (first.user, first.body, first.languages, first.has_conflict_of_interest) == (
        alpha_monitor,
        alpha,
        ["Polish", "Arabic"],
        None,
    )
    assert (second.name, second.user, second.body, second.has_conflict_of_interest) == (
        "Ann Invented",
        None,
        beta,
        True,
    )
    assert (third.role, third.name, third.standing) == ("trainee", "", "lay")


def test_person_is_taken_off_the_team_whatever_else_is_wrong(as_, alpha_monitor, draft, alpha):
    TeamMember.objects.create(visit=draft, body=alpha, name="Ann", role="lead")
    TeamMember.objects.create(visit=draft, body=alpha, name="Bea", role="expert")

    send(as_(alpha_monitor), draft, "team", p0_gone="on", p0_role="", p0_name="x" * 200)

    assert [person.name for person in draft.team.all()] == ["Bea"]


def test_more_rows_keep_what_was_typed_and_store_nothing(as_, alpha_monitor, draft):
    client = as_(alpha_monitor)

    response = client.post(url_of(draft, "team"), filled(client, draft, "team", p1_name="Ann", p0_role="x", more="1"))

    form = response.context["form"]
    assert (form["p1_name"].value(), form.number, form.errors) == ("Ann", 5, {})
    assert "There is a problem" not in main_of(response)
    assert not TeamMember.objects.exists()


@pytest.mark.parametrize("count", ["9999", "-3", "x", "\x00", "9" * 50])
def test_number_of_rows_has_a_limit(as_, alpha_monitor, draft, count):
    response = as_(alpha_monitor).post(url_of(draft, "team"), {"count": count, "more": "1"})

    assert response.status_code == 200
    assert 1 <= response.context["form"].number <= 40


def test_situation_tells_nought_from_not_recorded(as_, alpha_monitor, draft):
    send(as_(alpha_monitor), draft, "situation", deaths="0", held_why="refused", rest="not_asked", self_harm="2")

    stored = {row.measure: row.stated for row in draft.figures.all()}
    assert (stored["deaths"], stored["self_harm"], stored["held"], stored["restraints"]) == (
        0,
        2,
        "refused",
        "not asked",
    )
    assert len(stored) == len(VisitFigure.Measure)


def test_numbers_that_do_not_add_up_are_saved_and_explained(as_, alpha_monitor, draft):
    response = send(as_(alpha_monitor), draft, "situation", held="30", held_men="20", held_women="11")

    page = main_of(as_(alpha_monitor).get(response.url))
    assert "30 people held in all, but people held by sex gives 31: too many." in page
    assert "They are kept as recorded." in page
    assert draft.figures.count() == 3


# -- What is refused, and what is kept --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("part", "typed", "said"),
    [
        ("team", {"p0_name": "Ann"}, "Choose the role of person 1."),
        ("team", {"p1_role": "king"}, "valid choice"),
        ("team", {"p0_role": "lead", "p0_user": "999999"}, "valid choice"),
        ("team", {"p0_role": "lead", "p0_name": "a\x00b"}, "Null characters"),
        ("team", {"p0_role": "lead", "p0_name": "x" * 121}, "at most 120"),
        ("team", {"p0_role": "lead", "p0_languages": "x" * 41}, "at most 40 characters"),
        ("situation", {"held": "many"}, "“People held in all”: write a whole number"),
        ("situation", {"held": "-1"}, "“People held in all”: write a whole number"),
        ("situation", {"held": "9" * 20}, "too large"),
        ("situation", {"held": "3", "held_why": "refused"}, "not both"),
        ("situation", {"held_why": "lost"}, "valid choice"),
        ("situation", {"rest": "recorded"}, "valid choice"),
        ("needs", {"women_note": "Looked."}, "Say whether they were examined"),
        ("needs", {"women": "perhaps"}, "valid choice"),
        ("needs", {"women": "examined", "women_note": "x" * 10_001}, "10,000"),
        ("findings", {"f0_text": "Nobody said what it is."}, "Choose the kind of finding 1"),
        ("findings", {"f1_kind": "concern"}, "Write what finding 2 says"),
        ("findings", {"f0_kind": "rumour", "f0_text": "Said."}, "valid choice"),
        ("findings", {"f0_kind": "concern", "f0_text": "x" * 10_001}, "10,000"),
        ("findings", {"f0_kind": "concern", "f0_text": "Late.", "f0_answer_due_on": "2001-01-01"}, "before the visit"),
        ("findings", {"f0_kind": "concern", "f0_text": "Odd.", "f0_theme": "999999"}, "valid choice"),
        ("findings", {"f0_kind": "concern", "f0_text": "Odd.", "f0_basis": ["hearsay"]}, "valid choice"),
    ],
)
def test_wrong_value_is_explained_and_everything_typed_stays(as_, alpha_monitor, draft, part, typed, said):
    response = send(as_(alpha_monitor), draft, part, **typed)

    assert response.status_code == 200
    assert said in errors_of(response)
    assert "There is a problem" in main_of(response)
    form = response.context["form"]
    assert {name: form[name].value() for name in typed} == typed
    assert not VisitChange.objects.exists()


def test_account_and_name_and_account_twice_are_explained(as_, alpha_monitor, draft):
    same = {"p0_user": alpha_monitor.pk, "p0_role": "lead", "p0_name": "Ann", "p1_user": alpha_monitor.pk}

    response = send(as_(alpha_monitor), draft, "team", **same, p1_role="member")

    assert "not both" in errors_of(response)
    assert "Person 2 is person 1 already." in errors_of(response)


def test_only_accounts_of_ones_own_bodies_are_offered(as_, alpha_monitor, alpha_reader, beta_monitor, joint, retired):
    form = as_(alpha_monitor).get(url_of(joint, "team")).context["form"]

    offered = {key for key, _label in form.fields["p0_user"].choices}
    assert {alpha_monitor.pk, alpha_reader.pk} <= offered
    assert not {beta_monitor.pk, retired.pk} & offered


def test_account_of_one_body_is_not_put_under_another(as_, alpha_monitor, joint, beta):
    typed = {"p0_user": alpha_monitor.pk, "p0_role": "lead", "p0_body": beta.pk}

    assert "does not work for this body" in errors_of(send(as_(alpha_monitor), joint, "team", **typed))


# -- Two people -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("part", PARTS)
def test_same_part_changed_by_two_shows_both(as_, alpha_monitor, alpha_lead, draft, part):
    first, second = as_(alpha_monitor), as_(alpha_lead)
    mine = filled(first, draft, part, **TYPED[part])
    others = {"team": {"p0_name": "Bea Other", "p0_role": "expert"}, "situation": {"held": "77"}}
    others["findings"] = {"f0_kind": "good_practice", "f0_text": "A garden."}
    send(second, draft, part, **others.get(part, {"women": "not_applicable"}))

    conflict = first.post(url_of(draft, part), mine)

    assert conflict.status_code == 409
    both = {"team": ("Bea Other", "Ann Invented"), "situation": ("77", "12"), "needs": ("not applicable", "examined")}
    both["findings"] = ("Good practice: A garden.", "Concern: The bells do not ring.")
    shown = [(each.stored, each.typed) for each in conflict.context["differences"]]
    stands, typed = both[part]
    assert any(stands in stored and typed in sent for stored, sent in shown)
    form = conflict.context["form"]
    again = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    assert first.post(url_of(draft, part), again).status_code == 302
    assert VisitChange.objects.count() == 2


def test_other_parts_changed_meanwhile_are_no_conflict(as_, alpha_monitor, alpha_lead, draft):
    first = as_(alpha_monitor)
    mine = filled(first, draft, "situation", held="12")
    send(as_(alpha_lead), draft, "needs", women="examined")

    assert first.post(url_of(draft, "situation"), mine).status_code == 302

    assert (draft.figures.get().value, draft.needs.get().group) == (12, "women")


def test_visit_handed_in_meanwhile_keeps_what_was_typed_on_the_page(as_, alpha_monitor, draft):
    client = as_(alpha_monitor)
    mine = filled(client, draft, "situation", held="12")
    Visit.objects.filter(pk=draft.pk).update(state="submitted", version=9)

    response = client.post(url_of(draft, "situation"), mine)

    assert response.status_code == 409
    assert response.context["form"]["held"].value() == "12"
    assert "cannot be changed" in main_of(response)
    assert not VisitFigure.objects.exists()


# -- Approved visits --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("part", PARTS)
def test_approved_visit_asks_for_the_reason_and_goes_back_into_review(as_, alpha_monitor, prison, alpha, part):
    visit = VisitFactory(place=prison, lead_body=alpha, approved=True, access="full")
    client = as_(alpha_monitor)

    refused = send(client, visit, part, **TYPED[part])
    saved = client.post(url_of(visit, part), filled(client, visit, part, **TYPED[part], amend_reason="Counted anew."))

    assert "Give a reason." in errors_of(refused)
    assert saved.status_code == 302
    visit.refresh_from_db()
    assert visit.state == "submitted"
    assert "in review again" in main_of(client.get(saved.url))


# -- Who reads it -----------------------------------------------------------------------------------------------------
@pytest.fixture
def recorded(joint, alpha, alpha_monitor):
    """Alpha's and beta's visit with a team, numbers and needs."""
    known = {"visit": joint, "body": alpha, "standing": "lay", "sex": "female", "has_conflict_of_interest": True}
    TeamMember.objects.create(user=alpha_monitor, profession="psychiatry", languages=["Quozish"], **known)
    TeamMember.objects.create(visit=joint, body=alpha, name="Ann Invented", role="expert")
    VisitFigure.objects.create(visit=joint, measure="held", value=1118)
    VisitFigure.objects.create(visit=joint, measure="capacity_official", value=1000)
    VisitFigure.objects.create(visit=joint, measure="deaths", availability="refused")
    NeedExamined.objects.create(visit=joint, group="minors", answer="examined", note="Asked <b>alone</b>.")
    return joint


@pytest.mark.parametrize(
    ("who", "reads_names"), [("alpha_reader", True), ("beta_monitor", True), ("coordinator", False)]
)
def test_names_are_read_by_the_bodies_involved_alone(request, as_, recorded, who, reads_names, alpha_monitor):
    Visit.objects.filter(pk=recorded.pk).update(state="submitted")
    client = as_(request.getfixturevalue(who))

    page = main_of(client.get(url_of(recorded, "detail")))

    assert ("Ann Invented (expert)" in page) == reads_names
    assert (alpha_monitor.name in page) == reads_names
    assert ("conflict of interest declared" in page) == reads_names
    for words in ("2 people", "1 member, 1 expert", "1 psychiatry", "1 woman", "Quozish", "112 %", "1,118", "Refused"):
        assert words in page
    assert "Asked <b>alone</b>." in page  # unescaped for the comparison: it is printed, not run


def test_names_that_changed_are_not_in_the_feed_of_the_coordinator(as_, alpha_monitor, coordinator, draft):
    Visit.objects.filter(pk=draft.pk).update(state="approved")
    typed = {"p0_name": "Ann Invented", "p0_role": "lead", "p0_sex": "male", "amend_reason": "Forgotten."}
    send(as_(alpha_monitor), draft, "team", **typed)

    theirs, own = (main_of(as_(who).get(url_of(draft, "detail"))) for who in (coordinator, alpha_monitor))

    assert "1 person; 1 lead of the team; 1 man" in theirs
    assert "Ann Invented" not in theirs
    assert "Ann Invented" in own


def test_page_of_the_visit_links_to_what_is_missing(as_, alpha_monitor, beta_monitor, recorded):
    page, partners = (main_of(as_(who).get(url_of(recorded, "detail"))) for who in (alpha_monitor, beta_monitor))

    assert "2 of 9 parts complete" not in page
    assert "1 of 9 parts complete for the annual return" in page
    assert page.count("in progress") == partners.count("in progress") == 3
    for part in PARTS:
        assert f'href="{url_of(recorded, part)}"' in page
        assert f'href="{url_of(recorded, part)}"' not in partners
    assert (
        f"{reverse('visits:visit_change', kwargs={'npm': recorded.mechanism.slug, 'pk': recorded.pk})}#id_time_in"
        in page
    )


def test_queries_are_constant(
    as_, alpha_monitor, recorded, alpha, django_assert_num_queries, django_assert_max_num_queries
):
    client = as_(alpha_monitor)
    client.get(url_of(recorded, "detail"))  # the first page of a session remembers more
    with CaptureQueriesContext(connection) as few:
        client.get(url_of(recorded, "detail"))
    TeamMember.objects.bulk_create(TeamMember(visit=recorded, body=alpha, name=f"Invented {n}") for n in range(12))
    measures = [measure for measure in VisitFigure.Measure if measure not in ("held", "capacity_official", "deaths")]
    VisitFigure.objects.bulk_create(VisitFigure(visit=recorded, measure=measure, value=1) for measure in measures)

    with django_assert_num_queries(len(few)):
        client.get(url_of(recorded, "detail"))
    for part in PARTS:
        with django_assert_max_num_queries(16):
            client.get(url_of(recorded, part))
