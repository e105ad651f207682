"""A small year of an invented network, with every case that the figures must tell apart."""

from datetime import UTC, date, datetime

import pytest

from members.models import BodyName
from npmportal.pdf import Data, write_pdf
from reports.document import STYLESHEET, Composed, Imprint, compose
from reports.models.snapshot import fingerprint
from reports.snapshot import read
from tests.factories import (
    BodyFactory,
    JurisdictionFactory,
    PlaceFactory,
    RemitFactory,
    ReportingYearFactory,
    SettingFactory,
    SourceFactory,
    VisitFactory,
)
from visits.models import Visit, VisitPartner

SCRIPT = "<script>alert(1)</script> Prison"
IMAGE = "<img src=file:///etc/passwd> Cells"
ATTACHMENT = "<a rel=attachment href=file:///etc/passwd>Łódź & Ŵ</a>"
HOSTILE_BODY = '</table><link rel="attachment" href="file:///etc/passwd">Gamma'
PDFS = {}


@pytest.fixture
def gamma(mechanism):
    """A body whose name was typed by somebody with bad intentions."""
    body = BodyFactory(mechanism=mechanism, slug="gamma")
    BodyName.objects.filter(body=body).update(name_en=HOSTILE_BODY)
    return body


@pytest.fixture
def year(mechanism):
    return ReportingYearFactory(mechanism=mechanism)


@pytest.fixture
def visits(mechanism, year, alpha, beta, gamma):
    """Five visits that took place (one joint, one restricted), two attempts, and four that do not count."""
    north, south = (JurisdictionFactory(mechanism=mechanism, slug=slug) for slug in ("north", "south"))
    prisons, police = (SettingFactory(mechanism=mechanism, slug=slug) for slug in ("prisons", "police-custody"))
    RemitFactory(setting=prisons, bodies=[alpha, beta], spanning=[north, south], source=SourceFactory())
    prison = PlaceFactory(mechanism=mechanism, name=SCRIPT, setting=prisons, jurisdiction=north)
    cells = PlaceFactory(mechanism=mechanism, name=IMAGE, setting=police, jurisdiction=south)
    unit = PlaceFactory(mechanism=mechanism, name=ATTACHMENT, setting=police, jurisdiction=north, parent=prison)
    hidden = PlaceFactory(mechanism=mechanism, name="Hidden House", setting=prisons, jurisdiction=south)
    approved = {"state": Visit.State.APPROVED}
    joint = VisitFactory(
        place=prison, lead_body=alpha, people_in_custody=10, people_not_available=1, people_not_offered=2,
        people_offered=6, people_seen=6, people_declined=0, access="full", **approved,
    )  # fmt: skip
    VisitPartner.objects.create(visit=joint, body=beta)
    return {
        "joint": joint,
        "announced": VisitFactory(
            place=prison, lead_body=alpha, notice=Visit.Notice.ANNOUNCED, starts_on=date(2025, 3, 31), access="delayed",
            access_delay_minutes=40, access_reason="too_busy", people_in_custody=0, people_offered=0, **approved,
        ),
        "cells": VisitFactory(place=cells, lead_body=beta, access="delayed", **approved),
        "unit": VisitFactory(place=unit, lead_body=gamma, kind=Visit.Kind.FOLLOW_UP, **approved),
        "restricted": VisitFactory(place=hidden, lead_body=alpha, confidentiality="restricted", **approved),
        "abandoned": VisitFactory(place=cells, lead_body=beta, validity="abandoned", **approved),
        "refused": VisitFactory(place=cells, lead_body=beta, validity="refused", access="refused", **approved),
        "submitted": VisitFactory(place=cells, lead_body=beta, state=Visit.State.SUBMITTED),
        "draft": VisitFactory(place=cells, lead_body=beta),
        "returned": VisitFactory(place=cells, lead_body=beta, state=Visit.State.RETURNED),
        "next_year": VisitFactory(place=cells, lead_body=beta, starts_on=date(2025, 4, 1), **approved),
    }  # fmt: skip


@pytest.fixture
def content(year, visits):
    return read(year)


def composed(content, language="en-gb", edition=1):
    """Return the report of ``content`` as the job would compose it."""
    imprint = Imprint(edition, language, datetime(2025, 6, 2, 9, 30, tzinfo=UTC), fingerprint(content))
    return next(item for item in compose(content, imprint) if isinstance(item, Composed))


@pytest.fixture
def annual_pdf(content, tmp_path_factory):
    """The finished PDF of that year, written once for all tests of the session."""
    if "path" not in PDFS:
        path = tmp_path_factory.mktemp("pdf") / "report.pdf"
        report = composed(content)
        data = tuple(Data(f"{table.key}.csv", table.caption, table.as_csv()) for table in report.tables)
        created = datetime(2025, 6, 2, 9, 30, tzinfo=UTC)
        write_pdf(report.html, path, stylesheet=STYLESHEET, identifier="one", created=created, data=data)
        PDFS["path"] = path
    return PDFS["path"]
