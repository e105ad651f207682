"""Somebody who tries a thousand plans learns in which fortnights others are due, and nothing else.

The attacker's observations (messages, addresses, pages) are taken in worlds in which the other's plan lies on other
days, or is something else; apart from ids and tokens they must be the same.
"""

import difflib
import itertools
import re
from datetime import date, timedelta

import pytest
from django.contrib.messages import get_messages
from django.contrib.messages.storage.base import BaseStorage
from django.db import transaction
from django.test import RequestFactory
from django.urls import resolve

from tests.factories import PlaceFactory
from tests.visits.import_files import csv_bytes, stored
from tests.visits.plan_tools import address, make_plan, next_monday, typed
from tests.visits.test_import_places import imported
from visits.actions import imports
from visits.actions import plans as actions
from visits.models import Place, PlaceMerge, Plan, PlanSaving
from visits.plan_meetings import fortnights_met, often_asked
from visits.plan_steps import STEPS

TRIES = 1000
FEW = 60  # where one look is enough


class Heard(BaseStorage):
    """Messages of one request."""

    def _get(self, *args, **kwargs):
        return [], True

    def _store(self, messages, *args, **kwargs):
        return []


def masked(text):
    """The text without what differs from one request to the next: ids, tokens, times."""
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "ID", text)
    text = re.sub(r"\b[A-Za-z0-9]{64}\b", "TOKEN", text)
    text = re.sub(r'data-seconds="\d+"|(after|before)=[^"&]*', "TIME", text)  # of the own session, the own events
    return re.sub(r"\b[0-9a-f]{12}\b", "ID", re.sub(r"\d\d:\d\d(:\d\d)?(\.\d+)?", "TIME", text))


def ask(path, user, data):
    """Post ``data`` as ``user`` and return the answer with everything that was said."""
    request = RequestFactory().post(path, data)
    request.user, request._messages = user, Heard(None)
    request._dont_enforce_csrf_checks, request.LANGUAGE_CODE = True, "en-gb"
    view, args, kwargs = resolve(path)
    response = view(request, *args, **kwargs)
    said = [str(message) for message in get_messages(request)]
    errors = dict(response.context_data["form"].errors) if hasattr(response, "context_data") else {}
    return response.status_code, masked(response.headers.get("Location", "")), said, masked(str(errors))


def spans():
    """Yield first and last days: each day of four fortnights alone, and stretches over their borders."""
    start = next_monday() - timedelta(days=14)
    for first in range(56):
        yield start + timedelta(days=first), start + timedelta(days=first)
    for first, days in itertools.product(range(42), (2, 5, 9, 15, 28)):
        yield start + timedelta(days=first), start + timedelta(days=first + days)


def attack(attacker, body, places, client, tries):
    """Make ``tries`` tries in every way there is; return everything the attacker sees."""
    seen, new = [], "/examplia/desk/plans/new/"
    sweeping = tries * 3 // 4
    # A step that has nothing in common with the number of spans goes through all of them, and all places, in any order.
    every = list(itertools.product(spans(), places))
    for (first, last), place in (every[n * 7 % len(every)] for n in range(sweeping)):
        days = {"starts_on": first.isoformat(), "ends_on": last.isoformat()}
        seen.append(ask(new, attacker, typed(place, body) | days))
    # What is not saved tells nothing: searching, and a form with a mistake.
    for wrong in ({"find": "1"}, {"kind": ""}, {"ends_on": "2000-01-01"}):
        seen.append(ask(new, attacker, typed(places[0], body) | wrong))
    own = list(Plan.objects.filter(body=body).order_by("created_at")[:tries])
    for number, plan in enumerate(own[: (tries - sweeping) // 4 + 1]):
        day = next_monday() + timedelta(days=number % 28 - 7)
        moved = typed(places[number % len(places)], body, version=plan.version)
        moved |= {"starts_on": day.isoformat(), "ends_on": "", "team": [attacker.pk]}
        seen.append(ask(address(plan, "plan_change"), attacker, moved))
        for step in ("cancel", "resume", "postpone"):
            seen.append(ask(address(plan, "plan_step", step=step), attacker, {"reason": "Trying"}))
    pages = [address(plan) for plan in own[::40]] + ["/examplia/desk/activity/"]
    pages += ["/examplia/desk/", "/examplia/desk/places/", f"/examplia/desk/places/{places[0].pk}/"]
    for path in [*pages, "/examplia/desk/plans/programme/"]:
        response = client.get(path)
        seen.append((response.status_code, masked(response.content.decode())))
    if tries > FEW:
        return seen  # a calendar file holds so many plans and no more: which of a thousand depends on their ids
    unfolded = client.get("/examplia/desk/plans/mine.ics").content.decode().replace("\r\n ", "")
    calendar = re.sub(r"\d{8}T\d{6}Z", "TIME", masked(unfolded))
    return [*seen, ("calendar", "\n".join(sorted(calendar.split())))]  # plans of one day stand in any order


def differing(one, other):
    """What differs between two lists of observations, line by line."""
    found = []
    for mine, theirs in zip(one, other, strict=True):
        if mine != theirs:
            found += difflib.unified_diff(str(mine[-1]).split("\n"), str(theirs[-1]).split("\n"), lineterm="", n=0)
            found += [] if mine[:-1] == theirs[:-1] else [mine[:-1], theirs[:-1]]
    return found


@pytest.fixture
def places(prison):
    """A prison, its wing, and another place."""
    wing = PlaceFactory(mechanism=prison.mechanism, parent=prison, name="A wing")
    return [prison, wing, PlaceFactory(mechanism=prison.mechanism, name="Elsewhere")]


def test_a_thousand_tries_tell_no_more_than_the_fortnight(
    as_, places, alpha, beta, alpha_monitor, beta_monitor, coordinator
):
    def world(day, tries=FEW, **changes):
        """What the attacker and the coordinator see where alpha's plan lies on ``day``; undone afterwards."""
        with transaction.atomic():
            if day is not None:
                make_plan(places[0], alpha, by=alpha_monitor, starts_on=day, **changes.pop("made", {}))
                Plan.objects.update(**changes)
            attacked = attack(beta_monitor, beta, places, as_(beta_monitor), tries)
            met = as_(coordinator).get("/examplia/desk/plans/fortnights/").content.decode()
            transaction.set_rollback(True)
        return attacked, masked(met)

    first_day = next_monday()
    warned = "Another member is due"
    full = world(first_day, TRIES)
    assert len(full[0]) > TRIES
    assert sum(warned in str(said) for said in full[0]) > 100

    last = world(first_day + timedelta(days=13), TRIES)
    assert differing(last[0], full[0]) == []
    assert last[1] == full[1]

    monday = world(first_day)
    for day, changes in (
        (first_day + timedelta(days=8), {"made": {"secrecy": "week_only", "kind": "thematic", "note": "Secret"}}),
        (first_day + timedelta(days=2), {"made": {"secrecy": "open", "notice": "announced"}, "state": "done"}),
    ):
        same = world(day, **changes)
        assert differing(same[0], monday[0]) == []
        assert same[1] == monday[1]
    # Otherwise it could not fail: of another fortnight, or of no plan, other things are seen.
    assert world(first_day + timedelta(days=14))[0] != monday[0]
    nothing = world(None)
    assert not any(warned in str(said) for said in nothing[0])
    assert nothing[1] != monday[1]


def test_only_the_last_saving_of_a_real_plan_asks(prison, alpha, beta, alpha_monitor, beta_monitor):
    make_plan(prison, alpha, by=alpha_monitor)
    mine = make_plan(prison, beta, by=beta_monitor)
    assert mine.met_in == [mine.fortnight_first]

    mine.note = "A word changed"
    actions.change_plan(plan=mine, partners=[], team=[beta_monitor], expected_version=1, by=beta_monitor)

    assert PlanSaving.objects.filter(by=beta_monitor).count() == 1


def test_own_plans_other_places_and_given_up_plans_warn_nobody(prison, alpha, beta, alpha_monitor, beta_monitor):
    other = make_plan(prison, alpha, by=alpha_monitor)
    assert make_plan(prison, alpha, by=alpha_monitor).met_in == []
    assert make_plan(PlaceFactory(mechanism=prison.mechanism), beta, by=beta_monitor).met_in == []
    Plan.objects.exclude(pk=other.pk).update(state="cancelled")
    mine = make_plan(prison, beta, by=beta_monitor)
    assert mine.met_in
    for step in ("postpone", "cancel"):
        actions.take_plan_step(plan=other, step=STEPS[step], reason="No", by=alpha_monitor)
        assert fortnights_met(mine) == []


def test_units_and_their_place_are_one_place(places, alpha, beta, alpha_monitor, beta_monitor):
    other_wing = PlaceFactory(mechanism=places[0].mechanism, parent=places[0], name="B wing")
    make_plan(places[1], alpha, by=alpha_monitor)

    assert all(make_plan(place, beta, by=beta_monitor).met_in for place in (places[0], places[1], other_wing))


def test_the_coordinator_reads_which_bodies_meet_and_nothing_else(
    client, as_, places, alpha, beta, alpha_monitor, beta_monitor, coordinator, administrator, stranger
):
    day = next_monday() + timedelta(days=9)
    make_plan(places[1], alpha, by=alpha_monitor, starts_on=day, note="canary")
    make_plan(places[1], beta, by=beta_monitor, starts_on=day + timedelta(days=1), kind="thematic")
    make_plan(places[2], beta, by=beta_monitor)
    path = "/examplia/desk/plans/fortnights/"

    text = as_(coordinator).get(path).content.decode()

    assert "Alpha Inspectorate; Beta Inspectorate" in text
    assert places[0].name in text
    for hidden in ("A wing", "Elsewhere", "canary", "sealed</", "thematic", f">{day.day} {day:%B}", day.isoformat()):
        assert hidden not in text
    assert not re.search("|".join(str(plan.pk) for plan in Plan.objects.all()), text)
    for user in (alpha_monitor, administrator):
        assert as_(user).get(path).status_code == 403
    assert as_(stranger).get(path).status_code == 404
    assert client.get(path).status_code == 302
    for junk in ("x", "-1", "99999", "²"):
        assert as_(coordinator).get(path, {"from": junk}).status_code == 200


def test_who_asks_often_is_told_in_steps(as_, prison, alpha, beta, beta_monitor, coordinator):
    row = {"mechanism": prison.mechanism, "by": beta_monitor, "body": beta}
    PlanSaving.objects.bulk_create(PlanSaving(**row) for _n in range(19))
    assert often_asked(prison.mechanism, date.today()) == []
    PlanSaving.objects.bulk_create(PlanSaving(**row) for _n in range(60))

    (found,) = often_asked(prison.mechanism, date.today())

    assert (found.name, found.body_id, found.times) == ("Bert Monitor", beta.pk, 20)
    page = as_(coordinator).get("/examplia/desk/plans/fortnights/").content.decode()
    assert "20 times or more" in page
    assert "79" not in re.sub(r"value=\"\w+\"", "", page.split("Who asks often")[1].split("</main>")[0])
    assert often_asked(prison.mechanism, date.today() + timedelta(days=28)) == []


FORTNIGHTS = "/examplia/desk/plans/fortnights/"


@pytest.fixture
def apart(prison, alpha, beta, alpha_monitor, beta_monitor):
    """A sealed plan of alpha at one place and one of beta at another, in the same fortnight."""
    same = {"mechanism": prison.mechanism, "setting": prison.setting, "jurisdiction": prison.jurisdiction}
    other = PlaceFactory(name="Ypsilon Station", **same)
    PlaceFactory(name="Dummy", **same)
    return (
        make_plan(prison, alpha, by=alpha_monitor),
        make_plan(other, beta, by=beta_monitor, starts_on=next_monday() + timedelta(days=5)),
    )


def test_merging_two_places_tells_nothing_of_plans_made_before(as_, apart, coordinator, alpha_monitor, beta_monitor):
    client = as_(coordinator)
    before = masked(client.get(FORTNIGHTS).content.decode())
    kept, duplicate = apart[0].place, apart[1].place

    client.post(f"/examplia/desk/places/{kept.pk}/merge/{duplicate.pk}/", {"reason": "Twice"}, follow=True)

    assert {plan.place for plan in Plan.objects.all()} == {kept}
    assert masked(client.get(FORTNIGHTS).content.decode()) == before
    assert make_plan(kept, apart[0].body, by=alpha_monitor).met_in == []
    # From when its own people save it again, the plan counts where it now is.
    mine = Plan.objects.get(pk=apart[1].pk)
    actions.change_plan(plan=mine, partners=[], team=[beta_monitor], expected_version=mine.version, by=beta_monitor)
    assert mine.met_in == [mine.fortnight_first]
    assert "Alpha Inspectorate; Beta Inspectorate" in client.get(FORTNIGHTS).content.decode()


def test_undoing_a_merge_leaves_the_plans_as_they_were(as_, apart, coordinator):
    client, (kept, duplicate) = as_(coordinator), [plan.place for plan in apart]
    client.post(f"/examplia/desk/places/{kept.pk}/merge/{duplicate.pk}/", {"reason": "Twice"})
    client.post(f"/examplia/desk/places/merges/{PlaceMerge.objects.get().pk}/undo/", {"reason": "No"})

    assert [Plan.objects.get(pk=plan.pk).place_id for plan in apart] == [kept.pk, duplicate.pk]
    assert [Plan.objects.get(pk=plan.pk).premises for plan in apart] == [kept.pk, duplicate.pk]


def test_places_made_units_of_another_tell_nothing_of_plans_made_before(as_, apart, mechanism, coordinator, outsider):
    client = as_(coordinator)
    before = masked(client.get(FORTNIGHTS).content.decode())
    rows = csv_bytes([[plan.place.name, "Dummy"] for plan in apart], ["name", "parent"])

    batch = stored(imported(rows, coordinator, mechanism), coordinator)

    dummy = Place.objects.get(name="Dummy")
    assert dummy.units.count() == 2
    assert masked(client.get(FORTNIGHTS).content.decode()) == before
    body = outsider.affiliations.get().body
    assert make_plan(dummy, body, by=outsider).met_in == []
    imports.undo_import(batch=batch, reason="Wrong", by=coordinator)
    assert dummy.units.count() == 0
    assert masked(client.get(FORTNIGHTS).content.decode()) == before


def test_a_place_that_leaves_the_register_tells_nothing_of_the_unit(places, apart, alpha, beta, beta_monitor):
    """Else whoever adds a unit and removes it again would learn which of the plans that meet was for it."""
    wing = places[1]
    mine = make_plan(wing, beta, by=beta_monitor)
    assert mine.met_in

    wing.delete()

    mine.refresh_from_db()
    assert mine.place is None
    assert fortnights_met(apart[0]) == mine.met_in


def test_a_plan_taken_up_again_counts_where_it_now_is(apart, alpha_monitor, beta_monitor):
    first, second = apart
    actions.take_plan_step(plan=second, step=STEPS["cancel"], reason="No", by=beta_monitor)
    Place.objects.filter(pk=second.place_id).update(parent=first.place)

    taken_up = actions.take_plan_step(plan=second, step=STEPS["resume"], reason="Yes", by=beta_monitor)

    assert taken_up.met_in == [first.fortnight_first]
    assert fortnights_met(first) == taken_up.met_in
