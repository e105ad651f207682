"""A record that was merged into one that was merged on."""

import pytest
from django.urls import reverse

from tests.factories import PlaceFactory
from visits.actions import place_merges as actions


@pytest.fixture
def three(prison):
    """Three records of one prison."""
    more = {"mechanism": prison.mechanism, "setting": prison.setting, "jurisdiction": prison.jurisdiction}
    return prison, PlaceFactory(**more), PlaceFactory(**more)


def test_old_addresses_lead_on_after_a_second_merge_and_after_undoing_it(as_, three, coordinator):
    first, second, third = three
    actions.merge_places(kept=second, duplicate=first, reason="Same gate", by=coordinator)
    merge = actions.merge_places(kept=third, duplicate=second, reason="Same gate", by=coordinator)

    def address(place):
        return reverse("visits:place_detail", kwargs={"npm": place.mechanism.slug, "pk": place.pk})

    assert as_(coordinator).get(address(first)).url == address(third)
    actions.undo_merge(merge=merge, reason="Two gates", by=coordinator)
    assert as_(coordinator).get(address(first)).url == address(second)
    assert as_(coordinator).get(address(second)).status_code == 200
