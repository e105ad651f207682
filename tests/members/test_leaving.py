"""Retiring works on the next request: sessions, open forms, queued work, downloads, invitations, reset links (R-09)."""

import re
from datetime import date, timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.urls import reverse

from members.actions import invitations, people
from members.actions import people_rules as rules
from members.models import Affiliation, User, WorkingGroup
from members.models.affiliation_groups import strays
from members.tasks import keep_people, sync_affiliations
from npmportal import csv_files, downloads, jobs
from npmportal.access import MAKE_REPORTS, VIEW_VISITS, can, grants_of
from npmportal.models import AuditEvent, Job
from reports.actions import reports as report_actions
from tests.factories import PASSWORD, ReportingYearFactory, VisitFactory
from tests.seals import seen
from visits.models import Visit

NEW = "another long password"
DESK = "/examplia/desk/members/"
END = "/examplia/desk/people/bodies/alpha/end/"


pytestmark = pytest.mark.usefixtures("no_limits")


def signed_in(user) -> Client:
    client = Client()
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    return client


def retire(user, mechanism, by):
    return people.retire_person(user=User.objects.get(pk=user.pk), mechanism=mechanism, by=by)


def come_back(user, scope, by, role="body_reader"):
    _invitation, secret = invitations.invite(email=user.email, name=user.name, role=role, scope=scope, by=by)
    return invitations.accept_invitation(secret=secret, name=user.name, password=NEW)


def test_both_sessions_are_dead(mechanism, administrator, alpha_lead):
    first, second = signed_in(alpha_lead), signed_in(alpha_lead)
    assert [first.get(DESK).status_code, second.get(DESK).status_code] == [200, 200]

    retire(alpha_lead, mechanism, administrator)

    assert [first.get(DESK).status_code, second.get(DESK).status_code] == [302, 302]
    assert not UserSession.objects.filter(user=alpha_lead).exists()
    assert Session.objects.count() == 0


def test_open_form_writes_nothing(mechanism, administrator, alpha, alpha_lead):
    visit = VisitFactory(lead_body=alpha, place__mechanism=mechanism, state="draft")
    client = signed_in(alpha_lead)
    path = reverse("visits:visit_transition", kwargs={"npm": "examplia", "pk": visit.pk, "transition": "submit"})
    page = client.get(reverse("visits:visit_detail", kwargs={"npm": "examplia", "pk": visit.pk}))
    assert page.status_code == 200

    retire(alpha_lead, mechanism, administrator)

    assert client.post(path).status_code in (302, 401)
    assert client.post("/examplia/desk/visits/new/", {"summary": "typed before"}).status_code in (302, 401)
    assert list(Visit.objects.values_list("state", flat=True)) == ["draft"]


@pytest.fixture
def queued(mechanism, coordinator):
    """A report the coordinator asked for, whose job waits."""
    year = ReportingYearFactory(mechanism=mechanism)
    return report_actions.request_report(year=year, language="en-gb", by=coordinator)


def test_queued_work_is_refused_by_the_worker(mechanism, administrator, coordinator, queued):
    retire(coordinator, mechanism, administrator)

    jobs.run(str(queued.job_id))

    job = Job.objects.get(pk=queued.job_id)
    assert job.state == Job.State.FAILED
    assert "has no right to it any more" in job.error
    queued.refresh_from_db()
    assert not queued.file
    assert queued.snapshot is None


def test_work_asked_for_in_a_role_that_is_no_more_is_refused(mechanism, alpha, administrator, coordinator, queued):
    Affiliation.objects.create(user=coordinator, body=alpha, role="body_reader")
    person = coordinator.affiliations.get(role="coordinator")
    people.move_person(affiliation=person, role="body_reader", scope=alpha, by=administrator)

    jobs.run(str(queued.job_id))

    assert Job.objects.get(pk=queued.job_id).state == Job.State.FAILED


def test_work_that_runs_while_its_asker_is_retired_is_not_stored(mechanism, administrator, coordinator, monkeypatch):
    stored = []

    def work(run):
        retire(coordinator, mechanism, administrator)
        run.finish(lambda: stored.append(1))

    monkeypatch.setitem(jobs.HANDLERS, "test", work)
    job = jobs.enqueue(kind="test", key="one", by=coordinator, mechanism=mechanism)

    jobs.run(str(job.pk))

    assert not stored
    assert Job.objects.get(pk=job.pk).state == Job.State.FAILED


def test_download_that_runs_breaks_off(mechanism, administrator, alpha, alpha_lead, monkeypatch):
    monkeypatch.setattr(downloads, "BYTES", 1)
    monkeypatch.setattr(csv_files, "AT_ONCE", 1)
    VisitFactory.create_batch(6, lead_body=alpha, place__mechanism=mechanism, state="approved")
    response = signed_in(alpha_lead).get(reverse("visits:visits_csv", kwargs={"npm": "examplia"}))
    lines = iter(response.streaming_content)
    next(lines)
    next(lines)

    retire(alpha_lead, mechanism, administrator)

    with pytest.raises(downloads.DownloadStopped):
        list(lines)


def test_download_of_somebody_who_stays_is_whole(mechanism, alpha, alpha_lead, monkeypatch):
    monkeypatch.setattr(downloads, "BYTES", 1)
    monkeypatch.setattr(csv_files, "AT_ONCE", 1)
    VisitFactory.create_batch(6, lead_body=alpha, place__mechanism=mechanism, state="approved")

    response = signed_in(alpha_lead).get(reverse("visits:visits_csv", kwargs={"npm": "examplia"}))

    assert len(b"".join(response.streaming_content).decode().strip().splitlines()) == 7


def test_invitation_the_person_sent_opens_nothing(client, mechanism, administrator, alpha, alpha_lead):
    _invitation, secret = invitations.invite(
        email="n@example.net", name="N", role="body_lead", scope=alpha, by=alpha_lead
    )

    retire(alpha_lead, mechanism, administrator)

    path = reverse("members:invitation_accept", kwargs={"secret": secret})
    assert client.get(path).status_code == 404
    assert client.post(path, {"name": "N", "password1": NEW, "password2": NEW}).status_code == 404
    assert not User.objects.filter(email="n@example.net").exists()


def test_invitation_to_the_person_opens_nothing(client, mechanism, beta, administrator, alpha_lead):
    _invitation, secret = invitations.invite(
        email=alpha_lead.email, name="A", role="body_reader", scope=beta, by=administrator
    )

    retire(alpha_lead, mechanism, administrator)

    assert client.get(reverse("members:invitation_accept", kwargs={"secret": secret})).status_code == 404


def test_reset_link_opens_nothing(client, mechanism, administrator, alpha_lead):
    client.post(reverse("account_reset_password"), {"email": alpha_lead.email})
    link = re.search(r"http://testserver(/\S+)", mail.outbox[0].body)[1]
    assert "password1" in client.get(link, follow=True).content.decode()

    retire(alpha_lead, mechanism, administrator)

    fresh = Client()
    assert "password1" not in fresh.get(link, follow=True).content.decode()
    # Nor does the page that was open already.
    client.post(link.replace(link.split("-", 1)[1], "set-password/"), {"password1": NEW, "password2": NEW})
    assert not User.objects.get(pk=alpha_lead.pk).check_password(NEW)


def test_coming_back_revives_nothing(mechanism, alpha, beta, administrator, alpha_lead):
    auth.TOTP.activate(alpha_lead, auth.generate_totp_secret())
    old = Client()
    old.force_login(alpha_lead, backend="allauth.account.auth_backends.AuthenticationBackend")
    _invitation, sent = invitations.invite(
        email="n@example.net", name="N", role="body_lead", scope=alpha, by=alpha_lead
    )

    retire(alpha_lead, mechanism, administrator)
    user = come_back(alpha_lead, beta, administrator)

    assert user == alpha_lead
    assert grants_of(User.objects.get(pk=user.pk)).held == {VIEW_VISITS: frozenset({beta.pk})}
    assert not user.check_password(PASSWORD)
    assert not Authenticator.objects.filter(user=user).exists()
    assert old.get(DESK).status_code == 302
    assert invitations.open_invitation(sent) is None
    assert strays() == []


@pytest.mark.parametrize("for_a_body", [True, False])
def test_coming_back_revives_no_seat_in_a_group(mechanism, alpha, administrator, alpha_lead, for_a_body):
    group = WorkingGroup.objects.create(mechanism=mechanism, kind="theme", name_en="Group", starts_on=date(2020, 1, 1))
    body = alpha if for_a_body else None
    seat = group.seats.create(person=alpha_lead, body=body, standing="member", starts_on=date(2020, 1, 1))
    assert WorkingGroup.objects.known_inside_to(User.objects.get(pk=alpha_lead.pk)).exists()

    retire(alpha_lead, mechanism, administrator)
    user = come_back(alpha_lead, alpha, administrator)

    seat.refresh_from_db()
    assert seat.ends_on == date.today()
    assert not WorkingGroup.objects.visible_to(User.objects.get(pk=user.pk)).exists()
    assert AuditEvent.objects.filter(action="seat.ended", object_id=str(seat.pk)).exists()


def test_moving_ends_the_seats_for_the_body_left_and_no_others(mechanism, alpha, beta, administrator, alpha_lead):
    group = WorkingGroup.objects.create(mechanism=mechanism, kind="theme", name_en="Group", starts_on=date(2020, 1, 1))
    since = {"person": alpha_lead, "starts_on": date(2020, 1, 1)}
    left, kept = (
        group.seats.create(body=alpha, standing="member", **since),
        group.seats.create(standing="secretary", **since),
    )

    affiliation = alpha_lead.affiliations.get()
    people.move_person(affiliation=affiliation, role="body_lead", scope=beta, by=administrator)

    left.refresh_from_db()
    kept.refresh_from_db()
    assert (left.ends_on, kept.ends_on) == (date.today(), None)


# -- The clock looks for what went past the actions ------------------------------------------------------------------


def test_groups_that_are_not_those_of_the_roles_are_found(mechanism, alpha, coordinator, beta_monitor, stranger):
    assert strays() == []
    beta_monitor.groups.add(*coordinator.groups.all())
    Affiliation.objects.filter(user=stranger).delete()

    assert {user.pk for user in strays()} == {beta_monitor.pk, stranger.pk}


def test_clock_writes_down_what_it_mends(mechanism, coordinator, stranger, beta_monitor):
    beta_monitor.groups.add(*coordinator.groups.all())
    Affiliation.objects.filter(user=stranger).delete()

    sync_affiliations()

    assert strays() == []
    assert not can(User.objects.get(pk=beta_monitor.pk), MAKE_REPORTS, mechanism)
    mended = AuditEvent.objects.filter(action="access.mended").values_list("object_id", flat=True)
    assert set(mended) == {str(beta_monitor.pk), str(stranger.pk)}
    sync_affiliations()
    assert AuditEvent.objects.filter(action="access.mended").count() == 2


def test_role_that_ends_by_its_day_is_followed_without_alarm(mechanism, alpha, alpha_lead):
    Affiliation.objects.filter(user=alpha_lead).update(ends_on=date.today())

    sync_affiliations()

    assert not can(User.objects.get(pk=alpha_lead.pk), VIEW_VISITS, alpha)
    assert not AuditEvent.objects.filter(action="access.mended").exists()


def test_body_that_leaves_takes_its_people_s_access_along(mechanism, alpha, alpha_lead, as_, administrator):
    alpha.designations.update(ends_on=date.today())
    assert {user.pk for user in strays()} == {alpha_lead.pk}

    sync_affiliations()

    assert not can(User.objects.get(pk=alpha_lead.pk), VIEW_VISITS, alpha)
    assert alpha_lead.affiliations.not_ended().exists()
    assert not AuditEvent.objects.filter(action="access.mended").exists()
    html = as_(administrator).get("/examplia/desk/people/").content.decode()
    assert "the body has left: no access" in html
    offered = as_(administrator).get("/examplia/desk/people/invite/").context["form"].fields["where"].choices
    assert str(alpha.pk) not in dict(offered)


def test_body_that_leaves_later_or_was_never_designated_keeps_people(mechanism, alpha, beta, alpha_lead, beta_monitor):
    alpha.designations.update(ends_on=date.today() + timedelta(days=1))
    beta.designations.all().delete()

    assert strays() == []
    sync_affiliations()
    assert can(User.objects.get(pk=alpha_lead.pk), VIEW_VISITS, alpha)
    assert can(User.objects.get(pk=beta_monitor.pk), VIEW_VISITS, beta)


def test_night_forgets_sessions_that_are_over(alpha_lead, beta_monitor):
    signed_in(alpha_lead)
    kept = signed_in(beta_monitor)
    Session.objects.exclude(session_key=kept.session.session_key).update(expire_date="2020-01-01 00:00+00:00")

    keep_people()

    assert [row.user for row in UserSession.objects.all()] == [beta_monitor]
    assert Session.objects.count() == 1


# -- A body has left ---------------------------------------------------------------------------------------------------


@pytest.fixture
def gone(alpha, alpha_lead, alpha_monitor):
    alpha.designations.update(ends_on=date.today())
    return alpha


def test_designation_that_ends_takes_access_along_at_once(as_, coordinator, alpha, alpha_lead):
    path = f"/examplia/desk/register/facts/designations/{alpha.designations.get().pk}"
    as_(coordinator).post(f"{path}/end/", {"ends_on": date.today().isoformat()})
    assert not can(User.objects.get(pk=alpha_lead.pk), VIEW_VISITS, alpha)

    stays = {"status": "designated", "starts_on": "2009-04-01", "takes_part": "true", "is_used": "on", "reason": "No."}
    stays |= {"source": alpha.designations.get().source_id} | seen(as_(coordinator), f"{path}/correct/")
    assert as_(coordinator).post(f"{path}/correct/", stays).status_code == 302
    assert can(User.objects.get(pk=alpha_lead.pk), VIEW_VISITS, alpha)
    assert not AuditEvent.objects.filter(action="access.mended").exists()


def test_all_of_a_body_that_has_left_ends_at_once(
    mechanism, gone, beta, steering, alpha_lead, alpha_monitor, administrator, as_, fresh_as_
):
    Affiliation.objects.create(user=alpha_monitor, role="body_reader", body=beta)
    sync_affiliations()
    invitation, _secret = invitations.invite(
        email="new@example.org", name="N", role="body_reader", scope=gone, by=administrator, approved_by=rules.OPERATOR
    )
    page = as_(administrator).get("/examplia/desk/people/").content.decode()
    assert END in page
    shown = fresh_as_(administrator).get(END).content.decode()
    assert "Alva Lead" in shown
    assert "Steering group" in shown

    answer = fresh_as_(administrator).post(END, follow=True).content.decode()

    assert "the roles of 2 people" in answer
    assert END not in answer
    assert not gone.affiliations.not_ended().exists()
    alpha_lead.refresh_from_db()
    alpha_monitor.refresh_from_db()
    assert (alpha_lead.is_active, alpha_monitor.is_active) == (False, True)
    assert can(User.objects.get(pk=alpha_monitor.pk), VIEW_VISITS, beta)
    invitation.refresh_from_db()
    assert invitation.withdrawn_at
    assert steering.seats.get(body=gone).ends_on == date.today()
    assert steering.seats.get(body=beta).ends_on is None
    ended = AuditEvent.objects.get(action="body.ended")
    assert (ended.details, ended.body_ids) == ({"people": 2, "seats": 1}, [gone.pk])
    assert AuditEvent.objects.filter(action="person.retired").count() == 2
    assert strays() == []


def test_all_of_a_member_does_not_end(alpha, alpha_lead, administrator, fresh_as_):
    alpha.designations.update(ends_on=date.today() + timedelta(days=1))

    assert "is a member, today or later" in fresh_as_(administrator).get(END).content.decode()
    assert "End its designation first." in fresh_as_(administrator).post(END, follow=True).content.decode()

    assert alpha.affiliations.not_ended().count() == 1


def test_end_of_a_body_is_for_administrators_with_a_fresh_sign_in(
    client, gone, beta_monitor, coordinator, administrator, stranger, as_, fresh_as_
):
    for method in ("get", "post"):
        assert getattr(client, method)(END).status_code in (302, 401)
        assert getattr(as_(administrator), method)(END).url.startswith("/account/reauthenticate/")
        assert getattr(fresh_as_(stranger), method)(END).status_code == 404
        for colleague in (coordinator, beta_monitor):
            assert getattr(fresh_as_(colleague), method)(END).status_code == 403
        assert getattr(fresh_as_(administrator), method)(END.replace("alpha", "nobody")).status_code == 404
    assert gone.affiliations.not_ended().count() == 2
