"""Two records of one place: found, merged with what belongs to them, brought apart again."""

from datetime import date

import pytest
from django.urls import reverse

from npmportal.models import AuditEvent
from tests.factories import JurisdictionFactory, PlaceFactory, VisitFactory
from visits import actions as place_actions
from visits.actions import place_merges as actions
from visits.duplicates import normalised, possible_duplicates
from visits.models import Place, PlaceCode, PlaceMerge, Visit, VisitInterval


def url_of(name, mechanism, **more):
    return reverse(f"visits:{name}", kwargs={"npm": mechanism.slug} | more)


@pytest.fixture
def twin(prison):
    """The same prison, entered again with a slip, a unit, a code, a town and a visit of alpha."""
    more = {"mechanism": prison.mechanism, "setting": prison.setting, "jurisdiction": prison.jurisdiction}
    twin = PlaceFactory(**more, name="Quozandell Prison (invented)", town="Quozandel", capacity=80)
    PlaceFactory(**more, name="Wing A (invented)", parent=twin)
    PlaceCode.objects.create(mechanism=prison.mechanism, place=twin, code="Q-2")
    return twin


@pytest.fixture
def merged(prison, twin, alpha, coordinator):
    VisitFactory(place=twin, lead_body=alpha, approved=True)
    VisitFactory(place=twin, lead_body=alpha)
    return actions.merge_places(kept=prison, duplicate=twin, reason="Same gate", by=coordinator)


def test_alike_names_in_one_jurisdiction_are_found(mechanism, prison, twin, coordinator):
    PlaceFactory(mechanism=mechanism, name=twin.name, jurisdiction=mechanism.jurisdictions.get(slug="south"))
    PlaceFactory(mechanism=mechanism, name="Zamb House", jurisdiction=prison.jurisdiction)

    pairs = possible_duplicates(mechanism, coordinator)

    assert [{pair.first, pair.second} for pair in pairs] == [{prison, twin}]
    assert 88 <= pairs[0].likeness < 100


def test_numbers_tell_names_apart_and_order_of_words_does_not(mechanism, coordinator):
    for name in ("HMP Ulv, Wing 1", "Ulv HMP Wing 2", "Wing 1 – Ülv"):
        PlaceFactory(mechanism=mechanism, name=name)

    assert normalised("HMP Ulv, Wing 1") == normalised("Wing 1 – Ülv")
    assert len(possible_duplicates(mechanism, coordinator)) == 1


def test_everything_moves_and_the_record_leaves_the_register(merged, prison, twin, coordinator):
    prison.refresh_from_db()
    assert Visit.objects.filter(place=prison).count() == 2
    assert not Visit.objects.filter(place=twin).exists()
    assert prison.units.get().name == "Wing A (invented)"
    assert prison.codes.get().code == "Q-2"
    assert (prison.town, prison.capacity) == ("Quozandel", 80)
    assert prison.name == "Quozandel Prison (invented)"
    assert prison.names.in_use().count() == 1
    assert not Place.objects.visible_to(coordinator).filter(pk=twin.pk).exists()
    assert Place.objects.visible_to(coordinator).named("Quozandell").get() == prison
    event = AuditEvent.objects.get(action="place.merged")
    assert "visits" not in event.details


def test_closed_record_does_not_close_the_open_place_it_is_merged_into(prison, twin, coordinator):
    Place.objects.filter(pk=twin.pk).update(opened_on=date(1990, 1, 1), closed_on=date(2015, 1, 1))
    twin.refresh_from_db()

    actions.merge_places(kept=prison, duplicate=twin, reason="Same gate", by=coordinator)

    prison.refresh_from_db()
    assert (prison.opened_on, prison.closed_on) == (date(1990, 1, 1), None)


def test_undoing_brings_back_exactly_what_there_was(merged, prison, twin, alpha, coordinator):
    later = VisitFactory(place=prison, lead_body=alpha)

    actions.undo_merge(merge=merged, reason="Two gates after all", by=coordinator)

    prison.refresh_from_db()
    twin.refresh_from_db()
    assert Visit.objects.filter(place=twin).count() == 2
    assert Visit.objects.get(pk=later.pk).place == prison
    assert (prison.town, prison.capacity, twin.town, twin.capacity) == ("", None, "Quozandel", 80)
    assert (twin.merged_into, twin.name) == (None, "Quozandell Prison (invented)")
    assert twin.names.in_use().count() == 1
    assert twin.units.count() == 1
    with pytest.raises(actions.MergeRefused, match="already"):
        actions.undo_merge(merge=merged, reason="Again", by=coordinator)
    again = actions.merge_places(kept=twin, duplicate=prison, reason="The other way", by=coordinator)
    assert again.kept == twin


def test_merge_is_not_undone_once_the_place_was_changed(merged, prison, coordinator):
    place_actions.rename_place(place=prison, name="Zamb", starts_on=date(2024, 1, 1), by=coordinator)

    with pytest.raises(actions.MergeRefused, match="changed since"):
        actions.undo_merge(merge=merged, reason="Too late", by=coordinator)


def test_what_is_not_one_place_is_refused(mechanism, prison, twin, coordinator):
    unit = twin.units.get()
    south = PlaceFactory(mechanism=mechanism, jurisdiction=JurisdictionFactory(mechanism=mechanism, slug="south"))
    pairs = [(twin, unit), (unit, twin), (prison, prison), (prison, south)]

    for kept, duplicate in pairs:
        with pytest.raises(actions.MergeRefused):
            actions.merge_places(kept=kept, duplicate=duplicate, reason="No", by=coordinator)
    assert not PlaceMerge.objects.exists()


def test_units_of_the_same_name_stand_in_the_way_and_nothing_moves(prison, twin, coordinator):
    unit = twin.units.get()
    PlaceFactory(
        mechanism=prison.mechanism, setting=unit.setting, jurisdiction=unit.jurisdiction, name=unit.name, parent=prison
    )

    with pytest.raises(actions.MergeRefused, match="unit of the same name"):
        actions.merge_places(kept=prison, duplicate=twin, reason="No", by=coordinator)

    twin.refresh_from_db()
    assert twin.merged_into is None
    assert twin.codes.exists()


def test_rule_that_the_kept_place_has_already_stays_behind(mechanism, prison, twin, coordinator):
    for place in (prison, twin):
        given = {"months": 6, "criterion": "law", "reason": "R", "starts_on": date(2024, 1, 1)}
        VisitInterval.objects.create(mechanism=mechanism, place=place, **given)

    actions.merge_places(kept=prison, duplicate=twin, reason="Same", by=coordinator)

    assert VisitInterval.objects.filter(place=prison).count() == 1


def test_preview_counts_the_visits_the_reader_may_know_of(
    as_, coordinator, administrator, mechanism, prison, twin, alpha
):
    VisitFactory(place=twin, lead_body=alpha, approved=True)
    VisitFactory(place=twin, lead_body=alpha)  # a draft is the body's own
    url = url_of("place_merge", mechanism, pk=prison.pk, other=twin.pk)

    response = as_(coordinator).get(url)

    page = response.content.decode()
    assert response.context["preview"].visits == 1
    assert "Wing A (invented)" in page
    assert "Q-2" in page
    assert "how many there are is not shown" in as_(administrator).get(url).content.decode()


def test_merge_and_undo_on_their_pages(as_, coordinator, mechanism, prison, twin):
    url = url_of("place_merge", mechanism, pk=prison.pk, other=twin.pk)
    assert as_(coordinator).post(url, {"reason": ""}).context["form"].errors["reason"]
    assert as_(coordinator).post(url, {"reason": "Same gate"}).url == url_of("place_detail", mechanism, pk=prison.pk)
    merge = PlaceMerge.objects.get()

    old_address = as_(coordinator).get(url_of("place_detail", mechanism, pk=twin.pk))
    page = as_(coordinator).get(url_of("place_duplicates", mechanism)).content.decode()
    undo = url_of("place_merge_undo", mechanism, pk=merge.pk)

    assert old_address.url == url_of("place_detail", mechanism, pk=prison.pk)
    assert undo in page
    assert undo in as_(coordinator).get(url_of("place_history", mechanism, pk=prison.pk)).content.decode()
    assert as_(coordinator).get(undo).status_code == 200
    assert as_(coordinator).post(undo, {"reason": "No"}).url == url_of("place_detail", mechanism, pk=twin.pk)
    assert as_(coordinator).post(undo, {"reason": "No"}).context["form"].non_field_errors()


def test_two_places_are_not_suggested_again(as_, coordinator, mechanism, prison, twin):
    url = url_of("place_distinct", mechanism, pk=twin.pk, other=prison.pk)

    assert as_(coordinator).post(url, {"reason": "Across the road"}).status_code == 302

    assert possible_duplicates(mechanism, coordinator) == []
    assert as_(coordinator).post(url, {"reason": "Again"}).status_code == 302


@pytest.mark.parametrize("name", ["place_duplicates", "place_merge", "place_distinct", "place_merge_undo"])
def test_who_may_not(as_, stranger, alpha_lead, mechanism, prison, twin, coordinator, name):
    third = PlaceFactory(mechanism=mechanism, setting=prison.setting, jurisdiction=prison.jurisdiction)
    merge = actions.merge_places(kept=prison, duplicate=twin, reason="Same", by=coordinator)
    more = {
        "place_duplicates": {},
        "place_merge": {"pk": prison.pk, "other": third.pk},
        "place_distinct": {"pk": prison.pk, "other": third.pk},
        "place_merge_undo": {"pk": merge.pk},
    }[name]
    url = url_of(name, mechanism, **more)

    assert as_(stranger).get(url).status_code == 404
    assert as_(alpha_lead).get(url).status_code == 403
    assert as_(None).get(url).url.startswith(reverse("account_login"))


def test_list_of_pairs_needs_as_many_queries_for_many(as_, coordinator, mechanism, django_assert_max_num_queries):
    for letter in "abcdefgh":
        PlaceFactory(mechanism=mechanism, name=f"Quozandel Prison {letter}")
    client = as_(coordinator)

    with django_assert_max_num_queries(11):
        assert client.get(url_of("place_duplicates", mechanism)).context["pairs"]


def test_map_shows_points_with_the_numbers_of_the_list(as_, alpha_reader, stranger, mechanism):
    for number, name in enumerate(["<b>Axe</b>", "Bow", "Cup"]):
        PlaceFactory(mechanism=mechanism, name=name, latitude=50 + number, longitude=-3 - number)
    PlaceFactory(mechanism=mechanism, name="Nowhere")
    url = url_of("place_map", mechanism)

    response = as_(alpha_reader).get(url, {"size": "10"})

    page, picture = response.content.decode(), response.context["picture"]
    assert sorted(point.number for point in picture.points) == [1, 2, 3]
    assert all(0 <= point.x <= picture.width and 0 <= point.y <= picture.height for point in picture.points)
    axe, cup = (next(point for point in picture.points if name in point.name) for name in ("Axe", "Cup"))
    assert axe.x > cup.x  # west is left
    assert axe.y > cup.y  # north is up
    assert "&lt;b&gt;Axe" in page
    assert "one more place" in page
    assert as_(stranger).get(url).status_code == 404
    assert as_(None).get(url).url.startswith(reverse("account_login"))


def test_a_day_of_opening_after_the_kept_place_closed_is_not_taken_over(prison, twin, coordinator):
    Place.objects.filter(pk=prison.pk).update(closed_on=date(1980, 1, 1))
    Place.objects.filter(pk=twin.pk).update(opened_on=date(1990, 1, 1))
    prison.refresh_from_db()
    twin.refresh_from_db()

    actions.merge_places(kept=prison, duplicate=twin, reason="Same gate", by=coordinator)

    prison.refresh_from_db()
    assert (prison.opened_on, prison.closed_on, prison.town) == (None, date(1980, 1, 1), "Quozandel")
