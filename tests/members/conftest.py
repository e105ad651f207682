from datetime import date, timedelta

import pytest
from django.utils import timezone

from members.actions import meetings
from members.actions.reference import load_reference
from members.models import AgendaItem, Attendance, CoverageGap, GroupSeat, Mechanism, Meeting, User, WorkingGroup
from members.reference.registers import read
from tests.factories import BodyFactory, SourceFactory, person


@pytest.fixture
def uk(db) -> Mechanism:
    """The United Kingdom as packaged."""
    load_reference(register=read("uk"))
    return Mechanism.objects.get(slug="uk")


@pytest.fixture
def nl(db) -> Mechanism:
    """The Netherlands as packaged."""
    load_reference(register=read("nl"))
    return Mechanism.objects.get(slug="nl")


@pytest.fixture
def gamma_monitor(mechanism) -> User:
    """A colleague whose body has no seat in the steering group."""
    return person("body_monitor", BodyFactory(mechanism=mechanism, slug="gamma"), name="Gina Monitor")


@pytest.fixture
def steering(mechanism, alpha, beta) -> WorkingGroup:
    """A group in which alpha is a member and beta an invitee."""
    group = WorkingGroup.objects.create(
        mechanism=mechanism, name_en="Steering group", kind="steering", starts_on=date(2020, 1, 1)
    )
    for body, standing in ((alpha, "member"), (beta, "invitee")):
        GroupSeat.objects.create(group=group, body=body, standing=standing, starts_on=date(2020, 1, 1))
    return group


@pytest.fixture
def meeting(steering) -> Meeting:
    """A planned meeting that began an hour ago, with one point for members and one for invitees too."""
    now = timezone.now().replace(second=0, microsecond=0)
    meeting = Meeting.objects.create(
        group=steering, title="Spring meeting", starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=1)
    )
    AgendaItem.objects.create(meeting=meeting, position=0, title="Inner point", paper="inner paper")
    AgendaItem.objects.create(meeting=meeting, position=1, title="Open point", paper="open paper", for_invitees=True)
    return meeting


@pytest.fixture
def held(meeting, alpha, coordinator) -> Meeting:
    """The meeting with its attendance."""
    rows = [Attendance(body=alpha, presence="present")]
    meetings.record_attendance(meeting=meeting, rows=rows, expected_version=meeting.version, by=coordinator)
    return Meeting.objects.get(pk=meeting.pk)


@pytest.fixture
def gap(mechanism) -> CoverageGap:
    """Nobody of the public looks into the prisons of the north."""
    prisons, north = mechanism.settings.get(slug="prisons"), mechanism.jurisdictions.get(slug="north")
    gap = CoverageGap.objects.create(
        setting=prisons, layer="lay", key="gap", starts_on=date(2010, 1, 1), source=SourceFactory(),
        explanation="The law forgot it.", explanation_nl="De wet vergat het.",
    )  # fmt: skip
    gap.jurisdictions.set([north])
    return gap
