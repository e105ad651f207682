"""What tests of visits share: a remit for alpha, so that its visits to prisons in the north raise no question."""

import pytest

from npmportal import jobs
from tests.factories import BodyFactory, PlaceFactory, RemitFactory, VisitFactory, person
from visits.models import Visit, VisitPartner


@pytest.fixture
def prison(mechanism, alpha):
    """A prison in the north, where alpha inspects."""
    north, prisons = mechanism.jurisdictions.get(slug="north"), mechanism.settings.get(slug="prisons")
    RemitFactory(setting=prisons, bodies=[alpha], spanning=[north])
    return PlaceFactory(mechanism=mechanism, setting=prisons, jurisdiction=north, name="Quozandel Prison (invented)")


@pytest.fixture
def draft(prison, alpha):
    """A draft of alpha that could be submitted."""
    return VisitFactory(place=prison, lead_body=alpha, access=Visit.Access.FULL)


@pytest.fixture
def joint(prison, alpha, beta):
    """A draft that alpha leads and beta joined."""
    visit = VisitFactory(place=prison, lead_body=alpha, access=Visit.Access.FULL)
    VisitPartner.objects.create(visit=visit, body=beta)
    visit.refresh_from_db()
    return visit


@pytest.fixture
def outsider(mechanism):
    """A monitor of a third body of the network, which takes part in nothing."""
    return person("body_monitor", BodyFactory(mechanism=mechanism, slug="gamma"), name="Gus Gamma")


@pytest.fixture
def entered(prison, alpha):
    """What the shortest sensible visit form holds."""
    return {
        "place": str(prison.pk),
        "starts_on": "2024-05-14",
        "lead_body": str(alpha.pk),
        "kind": "routine",
        "notice": "unannounced",
        "mode": "on_site",
        "trigger": "programme",
        "validity": "valid",
        "confidentiality": "network",
    }


@pytest.fixture
def no_broker(monkeypatch):
    """Jobs are written down and sent to no worker."""
    monkeypatch.setattr(jobs.app, "send_task", lambda name, args: None)


@pytest.fixture
def nobody_scans(settings):
    """A demonstration without a malware scanner."""
    settings.SCANNER_URL = "none"


@pytest.fixture
def commits(django_capture_on_commit_callbacks):
    return django_capture_on_commit_callbacks
