"""The outlines under the map of places lie where the coasts lie."""

import math
import re

import pytest
from django.urls import reverse

from npmportal import assets, checks
from tests.factories import PlaceFactory
from visits.outlines import Window, outline

DEGREE = 100  # units of the picture


def points_of(path):
    return [(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+) (-?[\d.]+)", path)]


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [(50.066, -5.716), (55.306, -5.803), (-41.727, 174.275), (12.214, -68.337)],
    ids=["Land's End", "Mull of Kintyre", "Cape Campbell", "Bonaire"],
)
def test_headland_is_where_it_is(latitude, longitude):
    """Published positions of headlands, to six kilometres: the lines are made for 1 : 10 million, and thinned."""
    window = Window(longitude - 1, latitude + 1, DEGREE, DEGREE, 2 * DEGREE, 2 * DEGREE)

    nearest = min(math.dist((DEGREE, DEGREE), point) for point in points_of(outline(window)))

    assert nearest / DEGREE * 111 < 6


def test_nothing_is_drawn_beyond_the_picture_and_nothing_on_the_open_sea():
    channel = Window(0.5, 51.5, DEGREE, DEGREE, 1.5 * DEGREE, 1 * DEGREE)

    path = outline(channel)

    beyond = [(x, y) for x, y in points_of(path) if not (-10 <= x <= 160 and -10 <= y <= 110)]
    assert path.count("M") >= 2  # both coasts
    assert len(beyond) <= 2 * path.count("M")  # where a line leaves the picture
    assert outline(Window(-40, 40, DEGREE, DEGREE, DEGREE, DEGREE)) == ""


def test_map_shows_coasts_and_says_whose_they_are(as_, coordinator, mechanism):
    place = PlaceFactory(mechanism=mechanism, latitude="51.0", longitude="1.2")
    url = reverse("visits:place_map", kwargs={"npm": mechanism.slug})

    on_land = as_(coordinator).get(url).content.decode()
    type(place).objects.update(latitude="40", longitude="-40")
    at_sea = as_(coordinator).get(url).content.decode()

    assert re.search(r'class="place-map-outline" d="M[\d.-]', on_land)
    assert "Natural Earth" in on_land
    assert 'class="place-map-outline" d=""' in at_sea
    assert "Natural Earth" not in at_sea


def test_installation_without_the_outlines_is_told_before_it_serves_anybody(monkeypatch, tmp_path):
    assert checks.outlines_are_there(None) == []

    monkeypatch.setattr(assets, "OUTLINES", tmp_path / "countries-10m.json")

    assert [error.id for error in checks.outlines_are_there(None)] == ["npmportal.E002"]
