"""A role that gives more than the giver holds is given by two (R-12, ADR 0019)."""

import re
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from members.actions import invitations, people, role_requests
from members.actions.people_rules import PeopleError, SecondPersonNeeded
from members.models import Affiliation, Invitation, RoleRequest, User
from members.models.safekeeping import REQUEST_WAITS
from npmportal.access import MANAGE_PEOPLE, can
from npmportal.models import AuditEvent, MailRecord
from tests.factories import MechanismFactory, person

PEOPLE = "/examplia/desk/people/"
GIVEN = {"email": "new@example.net", "name": "Nora New", "role": "administrator"}


@pytest.fixture
def second(mechanism):
    return person("administrator", mechanism, name="Ada Second")


def asked(mechanism, by, email="new@example.net"):
    return role_requests.ask_to_invite(email=email, name="Nora New", role="administrator", scope=mechanism, by=by)


def path(request, step):
    return f"{PEOPLE}requests/{request.pk}/{step}/"


def test_single_administrator_invites_another_and_the_audit_says_so(mechanism, administrator):
    invitations.invite(**GIVEN, scope=mechanism, by=administrator)

    assert AuditEvent.objects.latest("pk").details == {"role": "administrator", "nobody_to_ask": True}


def test_with_another_administrator_nobody_invites_or_promotes_alone(mechanism, administrator, second, coordinator):
    with pytest.raises(SecondPersonNeeded):
        invitations.invite(**GIVEN, scope=mechanism, by=administrator)
    affiliation = coordinator.affiliations.get()
    with pytest.raises(SecondPersonNeeded):
        people.change_role(affiliation=affiliation, role="administrator", by=administrator)
    assert not Invitation.objects.exists()
    assert not can(User.objects.get(pk=coordinator.pk), MANAGE_PEOPLE, mechanism)


@pytest.mark.parametrize("who", ["administrator", "alpha_monitor", "alpha_lead", "other"])
def test_not_everybody_is_a_second_person(who, mechanism, administrator, second, alpha_monitor, alpha_lead):
    other = person("administrator", MechanismFactory(slug="elsewhere"))
    by = {"administrator": administrator, "alpha_monitor": alpha_monitor, "alpha_lead": alpha_lead, "other": other}[who]

    with pytest.raises(SecondPersonNeeded):
        invitations.invite(**GIVEN, scope=mechanism, by=administrator, approved_by=by)
    with pytest.raises(PermissionDenied):
        role_requests.agree(request=asked(mechanism, administrator), by=by)
    assert not Invitation.objects.exists()


def test_person_who_becomes_administrator_does_not_agree_to_it(mechanism, administrator, second):
    request = asked(mechanism, administrator, email=second.email.upper())

    for step in (role_requests.agree, role_requests.refuse):
        with pytest.raises(PermissionDenied):
            step(request=request, by=second)


def test_letter_goes_out_when_another_agrees(
    mechanism, administrator, second, fresh_as_, client, django_capture_on_commit_callbacks
):
    form = {"name": "Nora New", "email": "new@example.net", "where": "mechanism", "role": "administrator"}
    with django_capture_on_commit_callbacks(execute=True):
        response = fresh_as_(administrator).post(f"{PEOPLE}invite/", form, follow=True)
    assert "when a second person has agreed" in response.content.decode()
    assert not mail.outbox
    request = RoleRequest.objects.get()
    assert "Take back" in response.content.decode()
    page = fresh_as_(second).get(PEOPLE).content.decode()
    assert path(request, "agree") in page
    assert fresh_as_(administrator).post(path(request, "agree")).status_code == 403

    with django_capture_on_commit_callbacks(execute=True):
        assert fresh_as_(second).post(path(request, "agree")).url == f"{PEOPLE}requests/{request.pk}/"

    link = re.search(r"http://testserver(/invitation/\S+/)", mail.outbox[0].body)[1]
    assert client.get(link).status_code == 200
    request.refresh_from_db()
    assert (request.state, request.decided_by) == ("agreed", second)
    sent = AuditEvent.objects.get(action="invitation.sent")
    assert (sent.actor, sent.details["approved_by"]) == (administrator, second.pk)
    assert fresh_as_(second).post(path(request, "agree"), follow=True).status_code == 200
    assert Invitation.objects.count() == 1


def test_promotion_waits_for_another(mechanism, administrator, second, coordinator, fresh_as_):
    form = {"affiliation": coordinator.affiliations.get().pk, "role": "administrator"}

    html = fresh_as_(administrator).post(f"{PEOPLE}{coordinator.pk}/role/", form, follow=True).content.decode()

    assert "A second person is asked to agree." in html
    assert not can(User.objects.get(pk=coordinator.pk), MANAGE_PEOPLE, mechanism)
    request = RoleRequest.objects.get()
    with pytest.raises(PeopleError, match="asked already"):
        role_requests.ask_to_move(
            affiliation=request.affiliation, role="administrator", scope=mechanism, by=administrator
        )
    role_requests.agree(request=request, by=second)
    assert can(User.objects.get(pk=coordinator.pk), MANAGE_PEOPLE, mechanism)
    assert coordinator.affiliations.filter(ends_on=None).get().role == "administrator"


def test_refused_or_taken_back_gives_nothing(mechanism, administrator, second):
    refused = role_requests.refuse(request=asked(mechanism, administrator), by=second)
    withdrawn = role_requests.refuse(request=asked(mechanism, administrator), by=administrator)

    assert (refused.state, withdrawn.state) == ("refused", "withdrawn")
    for request in (refused, withdrawn):
        with pytest.raises(PeopleError, match="decided already"):
            role_requests.agree(request=request, by=second)
    assert not Invitation.objects.exists()


def test_request_lapses_after_a_week_and_with_the_role_of_who_asked(mechanism, administrator, second):
    old = asked(mechanism, administrator)
    RoleRequest.objects.update(asked_at=timezone.now() - REQUEST_WAITS)
    with pytest.raises(PeopleError, match="more than a week"):
        role_requests.agree(request=old, by=second)

    new = asked(mechanism, administrator)
    third = person("administrator", mechanism, name="Ann Third")
    people.retire_person(user=administrator, mechanism=mechanism, by=third)
    with pytest.raises(PeopleError, match="manages these people no more"):
        role_requests.agree(request=RoleRequest.objects.get(pk=new.pk), by=second)
    assert not Invitation.objects.exists()


def test_database_refuses_an_agreement_by_who_asked(mechanism, administrator):
    request = asked(mechanism, administrator)

    with pytest.raises(IntegrityError), transaction.atomic():
        RoleRequest.objects.filter(pk=request.pk).update(
            state="agreed", decided_by=administrator, decided_at=timezone.now()
        )


def test_steps_are_for_second_persons_with_a_fresh_sign_in(
    client, mechanism, administrator, second, alpha_lead, alpha_monitor, stranger, as_, fresh_as_
):
    request = asked(mechanism, administrator)
    for step in ("agree", "refuse"):
        assert client.post(path(request, step)).url.startswith("/account/login/")
        assert fresh_as_(stranger).post(path(request, step)).status_code == 404
        assert fresh_as_(alpha_monitor).post(path(request, step)).status_code == 403
        assert fresh_as_(alpha_lead).post(path(request, step)).status_code == 403
        assert fresh_as_(second).get(path(request, step)).status_code == 405
        assert as_(second).post(path(request, step)).url.startswith("/account/reauthenticate/")
    elsewhere = person("administrator", MechanismFactory(slug="elsewhere"))
    assert fresh_as_(elsewhere).post(path(request, "agree").replace("examplia", "elsewhere")).status_code == 404
    request.refresh_from_db()
    assert request.state == "waiting"
    page = f"{PEOPLE}requests/{request.pk}/"
    assert as_(second).get(page).status_code == 200
    assert [as_(user).get(page).status_code for user in (alpha_lead, alpha_monitor, stranger)] == [403, 403, 404]


# -- Roles with visit content: an administrator reads none, and so gives none alone ------------------------------------


@pytest.mark.parametrize("role", ["body_lead", "body_monitor", "body_reader", "coordinator"])
def test_administrator_gives_no_visit_content_alone(role, mechanism, administrator, coordinator, alpha):
    scope = mechanism if role == "coordinator" else alpha
    given = {"email": "second@example.net", "name": "Adam Again", "role": role, "scope": scope, "by": administrator}

    with pytest.raises(SecondPersonNeeded):
        invitations.invite(**given)
    request = role_requests.ask_to_invite(**given)
    role_requests.agree(request=request, by=coordinator)

    assert Invitation.objects.get().scope == scope
    assert AuditEvent.objects.get(action="invitation.sent").details["approved_by"] == coordinator.pk


def test_administrator_moves_nobody_to_what_the_person_does_not_see_alone(
    administrator, coordinator, alpha, beta, alpha_monitor
):
    role = alpha_monitor.affiliations.get()
    for given in ({"role": "body_reader", "scope": beta}, {"role": "body_lead", "scope": alpha}):
        with pytest.raises(SecondPersonNeeded):
            people.move_person(affiliation=role, by=administrator, **given)

    assert people.change_role(affiliation=role, role="body_reader", by=administrator).role == "body_reader"


def test_lead_gives_alone_what_a_lead_holds(alpha, alpha_lead, coordinator, administrator):
    invitations.invite(email="new@example.net", name="Nora", role="body_lead", scope=alpha, by=alpha_lead)

    assert AuditEvent.objects.get(action="invitation.sent").details == {"role": "body_lead"}


def test_lead_agrees_to_the_own_body_alone(mechanism, administrator, alpha, beta, alpha_lead, as_, fresh_as_):
    given = {"email": "new@example.net", "name": "Nora New", "role": "body_reader", "by": administrator}
    own = role_requests.ask_to_invite(scope=alpha, **given)
    foreign = role_requests.ask_to_invite(scope=beta, **given)

    with pytest.raises(PermissionDenied):
        role_requests.agree(request=foreign, by=alpha_lead)
    desk = as_(alpha_lead).get("/examplia/desk/").content.decode()
    assert f"{PEOPLE}requests/{own.pk}/" in desk
    assert str(foreign.pk) not in desk
    answer = fresh_as_(alpha_lead).post(path(own, "agree"), follow=True).content.decode()
    assert "you are the second person who agreed" in answer
    assert Invitation.objects.get().body == alpha


def test_coordinator_finds_the_request_on_the_desk(mechanism, administrator, coordinator, alpha, as_, fresh_as_):
    form = {"name": "Nora New", "email": "new@example.net", "where": str(alpha.pk), "role": "body_lead"}
    fresh_as_(administrator).post(f"{PEOPLE}invite/", form)
    request = RoleRequest.objects.get()

    assert "Nora New" in as_(coordinator).get("/examplia/desk/").content.decode()
    page = as_(coordinator).get(f"{PEOPLE}requests/{request.pk}/").content.decode()
    assert path(request, "agree") in page
    assert f'href="{PEOPLE}"' not in page  # a page that coordinator staff cannot open
    assert fresh_as_(coordinator).post(path(request, "refuse"), follow=True).status_code == 200
    assert not Invitation.objects.exists()


# -- Nobody retires the others and then gives alone -------------------------------------------------------------------


@pytest.mark.parametrize("role", ["administrator", "coordinator"])
def test_who_retires_the_last_other_gives_nothing_alone_for_a_month(role, mechanism, administrator):
    other = person(role, mechanism, name="Ota Other")
    people.retire_person(user=other, mechanism=mechanism, by=administrator)

    with pytest.raises(SecondPersonNeeded):
        invitations.invite(**GIVEN, scope=mechanism, by=administrator)
    Affiliation.objects.filter(user=other).update(ends_on=date.today() - timedelta(days=29))
    with pytest.raises(SecondPersonNeeded):
        invitations.invite(**GIVEN, scope=mechanism, by=administrator)
    Affiliation.objects.filter(user=other).update(ends_on=date.today() - timedelta(days=30))
    assert invitations.invite(**GIVEN, scope=mechanism, by=administrator)


def test_operator_agrees_where_nobody_is_left(mechanism, administrator):
    people.retire_person(user=person("administrator", mechanism), mechanism=mechanism, by=administrator)
    request = asked(mechanism, administrator)
    said = StringIO()

    call_command("agree_to_role", str(request.pk), stdout=said)

    assert "Agreed" in said.getvalue()
    request.refresh_from_db()
    assert (request.state, request.decided_by) == ("agreed", None)
    assert AuditEvent.objects.get(action="invitation.sent").details["approved_by"] == "operator"
    assert AuditEvent.objects.get(action="role.agreed").actor is None
    for wrong in (str(request.pk), "nonsense", "11111111-1111-4111-8111-111111111111"):
        with pytest.raises(CommandError):
            call_command("agree_to_role", wrong)


def test_lost_letter_to_a_role_for_two_is_asked_for_again(mechanism, administrator, coordinator, alpha, fresh_as_):
    given = {"email": "new@example.net", "name": "Nora New", "role": "body_lead", "scope": alpha, "by": administrator}
    invitation, _secret = invitations.invite(**given, approved_by=coordinator)
    letter = MailRecord.objects.create(
        template="invitation",
        object_type="members.invitation",
        object_id=str(invitation.pk),
        state="failed",
        settled_at=timezone.now(),
    )

    answer = fresh_as_(administrator).post(f"/examplia/desk/letters/{letter.pk}/again/", follow=True)

    assert "when a second person has agreed" in answer.content.decode()
    assert RoleRequest.objects.get().email == "new@example.net"


def test_lost_letter_to_a_delicate_role_asks_to_sign_in_anew(mechanism, administrator, as_):
    invitation, _secret = invitations.invite(**GIVEN, scope=mechanism, by=administrator)
    failed = {"state": "failed", "settled_at": timezone.now(), "object_id": str(invitation.pk)}
    letter = MailRecord.objects.create(template="invitation", object_type="members.invitation", **failed)

    answer = as_(administrator).post(f"/examplia/desk/letters/{letter.pk}/again/")

    assert answer.url.startswith("/account/reauthenticate/")
    assert Invitation.objects.count() == 1
