"""The filters of the list that came with saved views: joint, trigger, place, reference, open questions, discarded."""

import pytest
from django.urls import reverse

from tests.factories import PlaceFactory, VisitFactory
from visits.models import Visit, VisitNote, VisitPartner


@pytest.fixture
def url(mechanism):
    return reverse("visits:visit_list", kwargs={"npm": mechanism.slug})


@pytest.fixture
def several(mechanism, alpha, beta, alpha_lead):
    place = PlaceFactory(mechanism=mechanism, name="Marlowe House", town="Quayside")
    common = {"place": place, "lead_body": alpha, "state": "approved"}
    found = {
        "joint": VisitFactory(**common),
        "incident": VisitFactory(**common, trigger="incident"),
        "elsewhere": VisitFactory(**common | {"place": PlaceFactory(mechanism=mechanism, name="Dovecote")}),
        "numbered": VisitFactory(**common, reference="AB/12"),
        "asked": VisitFactory(**common),
        "answered": VisitFactory(**common),
        "discarded": VisitFactory(**common | {"state": "discarded"}),
        "withdrawn": VisitFactory(**common | {"state": "withdrawn"}),
    }
    VisitPartner.objects.create(visit=found["joint"], body=beta)
    for name in ("asked", "answered"):
        note = {"visit": found[name], "side": "coordinator", "is_shared": True, "by": alpha_lead, "text": "?"}
        question = VisitNote.objects.create(**note, kind="question")
    VisitNote.objects.create(**note, kind="answer", answers_to=question)
    return found


EVERY = {"joint", "incident", "elsewhere", "numbered", "asked", "answered", "withdrawn"}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, EVERY),
        ({"state": "discarded"}, {"discarded"}),
        ({"state": "withdrawn"}, {"withdrawn"}),
        ({"joint": "joint"}, {"joint"}),
        ({"joint": "alone"}, EVERY - {"joint"}),
        ({"trigger": "incident"}, {"incident"}),
        ({"trigger": "request"}, set()),
        ({"place_name": "dovecote"}, {"elsewhere"}),
        ({"place_name": "quayside marlowe"}, EVERY - {"elsewhere"}),
        ({"place_name": "nowhere"}, set()),
        ({"reference": "ab/12"}, {"numbered"}),
        ({"reference": "AB"}, set()),
        ({"question": "open"}, {"asked"}),
    ],
)
def test_filter(as_, alpha_lead, url, several, query, names):
    response = as_(alpha_lead).get(url, query)

    shown = set(Visit.objects.filter(pk__in=[row.pk for row in response.context["rows"]]))
    assert shown == {several[name] for name in names}
    assert len(response.context["active"]) == len(query)


@pytest.mark.parametrize("query", [{"joint": "x"}, {"question": "\x00"}, {"trigger": "1"}, {"reference": "x" * 99}])
def test_filter_that_cannot_be_read_is_explained(as_, alpha_lead, url, several, query):
    response = as_(alpha_lead).get(url, query)

    assert response.status_code == 200
    assert b"There is a problem" in response.content
    assert response.context["rows"]


def test_a_name_of_very_many_places_is_refused(as_, alpha_lead, url, several, monkeypatch):
    monkeypatch.setattr("visits.forms.filters.MOST_PLACES", 1)

    response = as_(alpha_lead).get(url, {"place_name": "o"})

    assert "Write more of the name" in response.content.decode()
    assert len(response.context["rows"]) == len(EVERY)


@pytest.mark.parametrize("size", ["10", "20", "50", "100"])
def test_sizes_of_pages_keep_the_filters(as_, alpha_lead, alpha, url, several, size):
    VisitFactory.create_batch(11, place=several["joint"].place, lead_body=alpha, trigger="incident")

    response = as_(alpha_lead).get(url, {"size": size, "trigger": "incident"})

    assert len(response.context["rows"]) == min(int(size), 12)
    assert all("trigger=incident" in choice.url for choice in response.context["page"].sizes)
