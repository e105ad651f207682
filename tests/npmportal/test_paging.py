"""Keyset paging, walked forwards and backwards over days that hold several visits."""

from datetime import date, timedelta

import pytest
from django.test import RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from npmportal.paging import BY_NAME, NEWEST_FIRST, capped_count, cheap_count, paginate
from tests.factories import BodyFactory, PlaceFactory, VisitFactory
from visits.models import Place, Visit


@pytest.fixture
def visits(mechanism):
    """Forty-five visits, three on each of fifteen days."""
    place, body = PlaceFactory(mechanism=mechanism), BodyFactory(mechanism=mechanism)
    for number in range(45):
        VisitFactory(place=place, lead_body=body, starts_on=date(2024, 5, 1) + timedelta(days=number // 3))
    return list(Visit.objects.newest_first())


def page_at(address):
    return paginate(RequestFactory().get(f"/{address}"), Visit.objects.all(), NEWEST_FIRST)


def test_walking_forwards_shows_every_row_once(visits):
    seen, address = [], "?size=10"
    while address:
        page = page_at(address)
        seen += page.rows
        address = page.next_url

    assert seen == visits


def test_walking_backwards_from_the_last_page_shows_every_row_once(visits):
    seen, address = [], "?size=10&page=last"
    while address:
        page = page_at(address)
        seen = page.rows + seen
        address = page.previous_url

    # The first page is filled up, and so shows some rows of the second once more.
    assert list(dict.fromkeys(seen)) == visits


@settings(max_examples=30, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(days=st.lists(st.integers(0, 4), max_size=41))
def test_any_number_of_rows_with_any_ties_is_walked_without_loss(mechanism, days):
    Visit.objects.all().delete()
    place, body = PlaceFactory(mechanism=mechanism), BodyFactory(mechanism=mechanism)
    Visit.objects.bulk_create(
        VisitFactory.build(
            place=place, setting=place.setting, jurisdiction=place.jurisdiction, lead_body=body, starts_on=starts_on
        )
        for starts_on in (date(2024, 5, 1) + timedelta(days=day) for day in days)
    )

    forwards, backwards = [], []
    page = page_at("?size=10")
    while page:
        forwards += page.rows
        page = page_at(page.next_url) if page.next_url else None
    page = page_at("?size=10&page=last")
    while page:
        backwards = page.rows + backwards
        page = page_at(page.previous_url) if page.previous_url else None

    assert forwards == list(Visit.objects.newest_first())
    assert list(dict.fromkeys(backwards)) == forwards


def test_first_and_last_page_know_where_they_are(visits):
    first, last = page_at("?size=20"), page_at("?size=20&page=last")

    assert (first.first_url, first.previous_url) == (None, None)
    assert (last.next_url, last.last_url) == (None, None)
    assert first.next_url
    assert last.previous_url
    assert last.rows == visits[-20:]


def test_going_back_to_the_beginning_shows_a_full_first_page(visits):
    page = page_at(f"?size=10&before={NEWEST_FIRST.key_of(visits[3])}")

    assert page.rows == visits[:10]
    assert page.previous_url is None


def test_filters_and_size_stay_in_the_addresses(visits):
    page = page_at("?size=10&state=draft&state=approved")

    assert "state=draft&state=approved" in page.next_url
    assert "size=10" in page.next_url


@pytest.mark.parametrize(
    "bad", ["x", "2024-13-01_1", "2024-05-01_", "_", "2024-05-01", "2024-05-01_not-a-uuid", "%00_%00", "999999-01-01_x"]
)
def test_bad_key_shows_the_first_page_with_a_message(visits, bad):
    page = page_at(f"?after={bad}&size=10")

    assert page.rows == visits[:10]
    assert page.problem


def test_key_beyond_the_end_shows_the_last_page(visits):
    page = page_at("?after=1999-01-01_00000000-0000-4000-8000-000000000000&size=10")

    assert page.rows == visits[-10:]


@pytest.mark.parametrize("size", ["0", "-1", "7", "1000000", "x", ""])
def test_sizes_other_than_the_allowed_ones_are_twenty(visits, size):
    assert len(page_at(f"?size={size}").rows) == 20


def test_no_rows_make_one_empty_page(db):
    page = page_at("?page=last")

    assert page.rows == []
    assert page.is_only


def test_names_with_underlines_and_umlauts_page_by_name(mechanism):
    for name in ("a_b", "Ärztehaus", "z_1_", "B & C", "100 % sure"):
        PlaceFactory(mechanism=mechanism, name=name)
    seen = []
    expected = list(Place.objects.order_by("name", "id"))
    for place in expected:
        request = RequestFactory().get("/", {"after": BY_NAME.key_of(place)})
        after = paginate(request, Place.objects.all(), BY_NAME).rows
        seen.append((place, after[0] if place != expected[-1] else None))

    assert [following for _place, following in seen[:-1]] == expected[1:]


@pytest.mark.parametrize(("cap", "expected"), [(10, (10, True)), (45, (45, False)), (44, (44, True))])
def test_counting_stops_at_the_cap(visits, cap, expected):
    assert capped_count(Visit.objects.all(), cap) == expected
    assert cheap_count(Visit.objects.all(), cap) == expected


def test_nothing_is_counted_as_nothing(db):
    assert cheap_count(Visit.objects.none()) == (0, False)
