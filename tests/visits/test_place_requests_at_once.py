"""Two people ask for, or answer, the same place in the very same second: two connections."""

from functools import partial

import pytest
from django.db import transaction

from npmportal.models import AuditEvent
from tests.factories import PlaceFactory
from tests.visits.asked_place_tools import ask
from tests.visits.test_place_holds import LONG, beside, wait_until_somebody_waits
from visits.actions import place_merges
from visits.actions import place_requests as actions
from visits.models import Place, PlaceRequest

pytestmark = pytest.mark.django_db(transaction=True)


def test_second_of_two_keepers_is_told_and_adds_nothing(
    alpha, alpha_monitor, coordinator, administrator, prison, mechanism
):
    asked = ask(alpha, alpha_monitor)
    place = Place(mechanism=mechanism, setting=asked.setting, jurisdiction=asked.jurisdiction, name=asked.name)

    with transaction.atomic():
        actions.answer_with_known_place(request=asked, place=prison, by=coordinator)
        second = beside(partial(actions.answer_with_new_place, request=asked, place=place, by=administrator))
        wait_until_somebody_waits(second)

    with pytest.raises(actions.RequestDecided):
        second.result(LONG)
    assert Place.objects.get() == prison
    assert PlaceRequest.objects.get().place == prison
    assert AuditEvent.objects.filter(action__in=("place_request.added", "place_request.known")).count() == 1


def test_two_of_a_body_who_ask_at_once_make_one_request(alpha, alpha_monitor, alpha_lead):
    with transaction.atomic():
        first = ask(alpha, alpha_monitor)
        second = beside(partial(ask, alpha, alpha_lead))
        wait_until_somebody_waits(second)

    with pytest.raises(actions.AskedAlready) as told:
        second.result(LONG)
    assert told.value.request == first
    assert PlaceRequest.objects.get() == first


def test_answer_waits_for_a_merge_and_names_the_record_that_is_kept(alpha, alpha_monitor, coordinator, prison):
    asked = ask(alpha, alpha_monitor, own_code="A-17")
    same = {"mechanism": prison.mechanism, "setting": prison.setting, "jurisdiction": prison.jurisdiction}
    twin = PlaceFactory(**same, name="Quozandel Prison")

    with transaction.atomic():
        place_merges.merge_places(kept=prison, duplicate=twin, reason="One gate", by=coordinator)
        answer = beside(partial(actions.answer_with_known_place, request=asked, place=twin, by=coordinator))
        wait_until_somebody_waits(answer)

    assert answer.result(LONG).place == prison
    assert PlaceRequest.objects.get().place == prison
    assert prison.codes.get().code == "A-17"
