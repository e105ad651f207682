"""What nobody learns by the way: of the other side's notes, of what was taken back, of drafts at a place."""

import re
from datetime import date

import pytest
from django.urls import reverse

from members.actions import people
from members.models import Affiliation, User
from members.models.affiliation_groups import sync_groups
from npmportal import jobs
from npmportal.models import AuditEvent
from tests.factories import BodyFactory, PlaceFactory, SettingFactory, VisitFactory, person
from tests.visits.import_files import csv_bytes, stored
from tests.visits.plan_tools import address, make_plan
from tests.visits.test_import_places import HEAD, LIST, imported
from tests.visits.test_review import change, text_of, url
from visits import actions
from visits.actions import imports
from visits.actions.downloads import request_download
from visits.models import Download, Place, Plan, Visit


def events_of(user, *names):
    return set(AuditEvent.objects.visible_to(user).filter(action__in=names).values_list("actor__name", flat=True))


# -- Notes ------------------------------------------------------------------------------------------------------------
def test_neither_side_learns_that_the_other_keeps_a_note(draft, alpha_lead, alpha_monitor, coordinator):
    Visit.objects.filter(pk=draft.pk).update(state="approved")
    draft.refresh_from_db()
    actions.write_note(visit=draft, text="for the office", is_shared=False, by=coordinator)
    actions.write_note(visit=draft, text="for the body", is_shared=False, by=alpha_monitor)

    assert events_of(alpha_lead, "visit.noted", "visit.remarked") == {alpha_monitor.name}
    assert events_of(coordinator, "visit.noted", "visit.remarked") == {coordinator.name}


def test_a_shared_note_beside_a_draft_tells_the_coordinator_nothing_yet(draft, alpha_lead, alpha_monitor, coordinator):
    draft.refresh_from_db()
    actions.write_note(visit=draft, text="for later", is_shared=True, by=alpha_monitor)

    assert not AuditEvent.objects.visible_to(coordinator).filter(object_id=str(draft.pk)).exists()
    assert events_of(alpha_lead, "visit.noted", "visit.remarked") == {alpha_monitor.name}


# -- The feed ---------------------------------------------------------------------------------------------------------
def test_what_was_taken_back_before_anybody_looked_is_not_in_the_coordinators_feed(
    as_, draft, alpha_lead, alpha_monitor, coordinator
):
    visit = change(draft, alpha_monitor, summary="taken back unread")
    visit = actions.take_transition(visit=visit, name="submit", by=alpha_monitor)
    visit = actions.take_transition(visit=visit, name="recall", by=alpha_monitor, reason="A slip.")
    visit = change(visit, alpha_monitor, summary="What was read.")
    visit = actions.take_transition(visit=visit, name="submit", by=alpha_monitor)
    visit = actions.take_transition(visit=visit, name="return", by=alpha_lead, reason="Say more.")
    visit = change(visit, alpha_monitor, summary="The final words.")
    actions.take_transition(visit=visit, name="submit", by=alpha_monitor)

    of_body, of_office = (text_of(as_(user).get(url(visit))) for user in (alpha_monitor, coordinator))

    assert "taken back unread" in of_body
    assert "taken back unread" not in of_office
    assert "<del>What was read.</del>" in of_office
    assert "<ins>The final words.</ins>" in of_office
    # Nor why it was taken back, nor that it was: the first submission is none.
    for said, times in (("A slip.", 1), ("Taken back, a draft again", 1), (">Submitted<", 3)):
        assert (of_body.count(said), of_office.count(said)) == (times, 2 if said == ">Submitted<" else 0)


def test_a_change_after_approval_that_was_taken_back_is_told_as_what_came_of_it(
    as_, draft, alpha_lead, alpha_monitor, coordinator
):
    visit = actions.take_transition(visit=draft, name="submit", by=alpha_monitor)
    visit = actions.take_transition(visit=visit, name="approve", by=alpha_lead)
    visit = change(visit, alpha_monitor, reason="More.", summary="taken back unread")
    visit = actions.take_transition(visit=visit, name="recall", by=alpha_monitor, reason="A slip.")
    visit = change(visit, alpha_monitor, summary="The final words.")
    actions.take_transition(visit=visit, name="submit", by=alpha_monitor)

    of_office = text_of(as_(coordinator).get(url(visit)))

    assert "taken back unread" not in of_office
    assert "<ins>The final words.</ins>" in of_office


def test_that_a_draft_was_thrown_away_and_brought_back_stays_with_the_bodies(as_, draft, alpha_monitor, coordinator):
    actions.take_transition(visit=draft, name="discard", by=alpha_monitor, reason="nobody's business")
    actions.take_transition(visit=draft, name="restore", by=alpha_monitor)
    visit = actions.take_transition(visit=draft, name="submit", by=alpha_monitor)

    of_body, of_office = (text_of(as_(user).get(url(visit))) for user in (alpha_monitor, coordinator))

    assert "nobody&#x27;s business" in of_body
    assert "nobody&#x27;s business" not in of_office
    assert "Discarded" not in of_office


# -- Plans ------------------------------------------------------------------------------------------------------------
def test_partner_of_a_plan_learns_no_reference_of_a_visit_it_took_no_part_in(
    as_, prison, alpha, beta, alpha_monitor, beta_monitor
):
    plan = make_plan(prison, alpha, by=alpha_monitor, partners=[beta], secrecy="open")
    visit = VisitFactory(place=prison, lead_body=alpha, reference="CANARY-7")
    Plan.objects.filter(pk=plan.pk).update(visit=visit, state="done")

    of_alpha, of_beta = (as_(user).get(address(plan)) for user in (alpha_monitor, beta_monitor))

    assert "CANARY-7" in text_of(of_alpha)
    assert of_beta.status_code == 200
    assert "CANARY-7" not in text_of(of_beta)
    assert str(visit.pk) not in text_of(of_beta)


# -- Imports of places ------------------------------------------------------------------------------------------------
def test_page_of_an_import_of_places_does_not_tell_of_a_returned_visit_there(
    as_, mechanism, alpha, administrator, coordinator
):
    batch = stored(imported(csv_bytes(LIST, HEAD), administrator, mechanism), administrator)
    names = ("import_detail", "import_undo")
    addresses = [reverse(f"visits:{name}", kwargs={"npm": mechanism.slug, "pk": batch.pk}) for name in names]
    VisitFactory(place=Place.objects.get(name="Vrimble"), lead_body=alpha, state="returned")

    for user in (administrator, coordinator):
        assert ["since" in text_of(as_(user).get(each)) for each in addresses] == [False, False]
    with pytest.raises(imports.ImportRefused) as refusal:
        imports.undo_import(batch=batch, reason="Wrong list.", by=administrator)
    assert not any(letter.isdigit() for letter in str(refusal.value))
    assert Place.objects.filter(name="Vrimble").exists()


@pytest.mark.parametrize("secrecy", ["sealed", "week_only"])
def test_who_left_and_comes_back_is_in_no_team_of_a_secret_plan(
    prison, alpha, mechanism, alpha_lead, alpha_monitor, secrecy
):
    plan = make_plan(prison, alpha, by=alpha_lead, team=[alpha_monitor], secrecy=secrecy)
    other = make_plan(prison, alpha, by=alpha_lead, team=[alpha_monitor], secrecy="open")
    assert Plan.objects.day_known_to(alpha_monitor).filter(pk=plan.pk).exists()

    people.retire_person(user=alpha_monitor, mechanism=mechanism, by=alpha_lead)
    again = User.objects.get(pk=alpha_monitor.pk)
    User.objects.filter(pk=again.pk).update(is_active=True)
    Affiliation.objects.create(user=again, role="body_monitor", body=alpha, starts_on=date.today())
    sync_groups(again)

    again = User.objects.get(pk=again.pk)
    assert not Plan.objects.day_known_to(again).filter(pk=plan.pk).exists()
    assert list(other.team.all()) == [again]


def test_who_is_moved_leaves_the_teams_of_sealed_plans(prison, alpha, beta, alpha_lead, alpha_monitor, administrator):
    plan = make_plan(prison, alpha, by=alpha_lead, team=[alpha_monitor])
    role = Affiliation.objects.get(user=alpha_monitor)

    people.move_person(affiliation=role, role="body_monitor", scope=beta, by=administrator)

    assert not plan.team.exists()


# -- What the register refuses ----------------------------------------------------------------------------------------
def refusals(client, prison):
    """What the register answers to whoever would remove a body, a setting or a jurisdiction that is in use."""
    lists = (f"lists/settings/{prison.setting_id}", f"lists/jurisdictions/{prison.jurisdiction_id}")
    pages = [client.post(f"/examplia/desk/register/{path}/remove/", {"reason": "x"}) for path in (*IN_USE, *lists)]
    return [sorted(set(re.findall("It is in use and stays[^<]*", page.text))) for page in pages]


IN_USE = ("bodies/alpha", "bodies/gamma")


@pytest.mark.parametrize("hidden", ["plan", "partner", "draft"])
def test_a_refusal_of_the_register_tells_of_no_plan_and_no_draft(
    as_, hidden, prison, alpha, outsider, alpha_lead, coordinator, administrator
):
    gamma, delta = outsider.affiliations.get().body, BodyFactory(mechanism=prison.mechanism, slug="delta")
    people = (coordinator, administrator)
    before = [refusals(as_(user), prison) for user in people]
    assert before[0] == [
        ["It is in use and stays: remit bodies."],
        ["It is in use and stays: there are records that refer to it."],
        ["It is in use and stays: places, remits."],
        ["It is in use and stays: places, remits."],
    ]

    for body in (gamma, delta):
        if hidden == "draft":
            VisitFactory(place=prison, lead_body=body)
        else:
            by = person("body_lead", body)
            made, partner = (body, alpha) if hidden == "plan" else (alpha, body)
            make_plan(prison, made, by=by if hidden == "plan" else alpha_lead, partners=[partner])

    assert [refusals(as_(user), prison) for user in people] == before
    answer = as_(coordinator).post("/examplia/desk/register/bodies/delta/remove/", {"reason": "x"})
    assert "It is in use and stays: there are records that refer to it." in answer.text


def test_a_refusal_of_the_register_counts_no_place_struck_off(as_, mechanism, alpha, coordinator):
    """A place that left the register stays for whoever has a draft there; nobody else is told so by a refusal."""
    setting = SettingFactory(mechanism=mechanism, slug="huts", name_en="Huts")
    place = PlaceFactory(mechanism=mechanism, setting=setting)
    VisitFactory(place=place, lead_body=alpha)
    Place.objects.filter(pk=place.pk).update(is_struck_off=True)

    answer = as_(coordinator).post(f"/examplia/desk/register/lists/settings/{setting.pk}/remove/", {"reason": "x"})

    assert "It is in use and stays: there are records that refer to it." in answer.text


# -- Files made before ------------------------------------------------------------------------------------------------
def test_whoever_is_taken_off_a_visit_fetches_no_file_made_before(
    as_, joint, alpha, beta, alpha_monitor, beta_monitor, outsider, no_broker, commits
):
    Visit.objects.filter(pk=joint.pk).update(summary="SECRETSUM")
    same = {"mechanism": joint.mechanism, "format": "json", "query": "", "language": "en-gb"}
    theirs, others = (request_download(by=user, **same) for user in (beta_monitor, outsider))
    for download in (theirs, others):
        jobs.run(str(download.job_id))
    path = f"/examplia/desk/visits/downloads/{theirs.pk}/file/"
    assert b"SECRETSUM" in b"".join(as_(beta_monitor).get(path).streaming_content)

    joint.refresh_from_db()
    with commits(execute=True):
        actions.change_visit(visit=joint, partners=[], expected_version=joint.version, by=alpha_monitor)

    assert as_(beta_monitor).get(path).status_code == 404
    assert Download.objects.visible_to(outsider).exists()
