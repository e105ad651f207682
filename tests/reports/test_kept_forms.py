"""What a person typed and has not saved stands on that person's own desk, to be continued, and on no other."""

import uuid

import pytest

from tests.factories import PlaceFactory, VisitFactory
from visits.actions import keep_draft
from visits.models import Visit

URL = "/examplia/desk/"
TITLE = "Typed by you and not saved yet"


@pytest.fixture
def visit(mechanism, alpha):
    return VisitFactory(place=PlaceFactory(mechanism=mechanism, name="Amberfield"), lead_body=alpha)


def keep(by, mechanism, visit=None, part="", **typed):
    key = uuid.uuid4()
    data = {name: [value] for name, value in typed.items()}
    assert keep_draft(by=by, mechanism=mechanism, visit=visit, part=part, form_key=key, data=data)
    return key


def addresses(client):
    groups = [group for work in client.get(URL).context["work_lists"] for group in work.groups if group.kind == "form"]
    return [row.url for group in groups for row in group.rows]


def test_forms_stand_on_the_own_desk_and_lead_back_to_what_was_typed(
    as_, alpha_monitor, alpha_lead, coordinator, mechanism, visit
):
    keep(alpha_monitor, mechanism, place_q="Birchmere")
    keep(alpha_monitor, mechanism, visit, summary="Cold.")
    keep(alpha_monitor, mechanism, visit, "findings", f0_text="Cold cells.")

    client = as_(alpha_monitor)
    found = addresses(client)

    page = client.get(URL).text
    assert page.count(TITLE) == 1
    assert "Birchmere" in page
    assert "Amberfield" in page
    assert [client.get(address).status_code for address in found] == [200, 200, 200]
    texts = [client.get(address).text for address in found]  # the last typed first
    assert "Cold cells." in texts[0]
    assert "Cold.</textarea>" in texts[1]
    assert "Birchmere" in texts[2]
    assert not any(TITLE in as_(other).get(URL).text for other in (alpha_lead, coordinator))


def test_form_that_cannot_be_continued_is_not_offered(as_, alpha_monitor, mechanism, visit):
    keep(alpha_monitor, mechanism, visit, summary="Cold.")
    client = as_(alpha_monitor)
    assert len(addresses(client)) == 1

    Visit.objects.filter(pk=visit.pk).update(state=Visit.State.DISCARDED, approved_at=None)

    assert addresses(client) == []


def test_many_kept_forms_cost_no_more_queries(
    as_, alpha_monitor, mechanism, visit, django_assert_max_num_queries, django_assert_num_queries
):
    client = as_(alpha_monitor)
    keep(alpha_monitor, mechanism, visit, summary="Cold.")
    client.get(URL)
    with django_assert_max_num_queries(20) as first:
        client.get(URL)
    for _number in range(12):
        keep(alpha_monitor, mechanism, visit, summary="Cold.")

    with django_assert_num_queries(len(first)):
        assert len(addresses(client)) == 10
