"""An administrator is made by two (R-12): neither the one who asks nor the one who becomes it is the second."""

import re

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from members.actions import administrators, invitations, people
from members.actions.people_rules import PeopleError, SecondPersonNeeded
from members.models import AdministratorRequest, Invitation, User
from members.models.safekeeping import REQUEST_WAITS
from npmportal.access import MANAGE_PEOPLE, can
from npmportal.models import AuditEvent
from tests.factories import MechanismFactory, person

PEOPLE = "/examplia/desk/people/"
GIVEN = {"email": "new@example.net", "name": "Nora New", "role": "administrator"}


@pytest.fixture
def second(mechanism):
    return person("administrator", mechanism, name="Ada Second")


def asked(mechanism, by, email="new@example.net"):
    return administrators.ask_to_invite(email=email, name="Nora New", mechanism=mechanism, by=by)


def path(request, step):
    return f"{PEOPLE}administrators/{request.pk}/{step}/"


def test_single_administrator_invites_another_and_the_audit_says_so(mechanism, administrator):
    invitations.invite(**GIVEN, scope=mechanism, by=administrator)

    assert AuditEvent.objects.latest("pk").details == {"role": "administrator", "single_administrator": True}


def test_with_another_administrator_nobody_invites_or_promotes_alone(mechanism, administrator, second, coordinator):
    with pytest.raises(SecondPersonNeeded):
        invitations.invite(**GIVEN, scope=mechanism, by=administrator)
    affiliation = coordinator.affiliations.get()
    with pytest.raises(SecondPersonNeeded):
        people.change_role(affiliation=affiliation, role="administrator", by=administrator)
    assert not Invitation.objects.exists()
    assert not can(User.objects.get(pk=coordinator.pk), MANAGE_PEOPLE, mechanism)


@pytest.mark.parametrize("who", ["administrator", "coordinator", "alpha_lead", "other"])
def test_not_everybody_is_a_second_person(who, mechanism, administrator, second, coordinator, alpha_lead):
    other = person("administrator", MechanismFactory(slug="elsewhere"))
    by = {"administrator": administrator, "coordinator": coordinator, "alpha_lead": alpha_lead, "other": other}[who]

    with pytest.raises(SecondPersonNeeded):
        invitations.invite(**GIVEN, scope=mechanism, by=administrator, approved_by=by)
    with pytest.raises(PermissionDenied):
        administrators.agree(request=asked(mechanism, administrator), by=by)
    assert not Invitation.objects.exists()


def test_person_who_becomes_administrator_does_not_agree_to_it(mechanism, administrator, second):
    request = asked(mechanism, administrator, email=second.email.upper())

    for step in (administrators.agree, administrators.refuse):
        with pytest.raises(PermissionDenied):
            step(request=request, by=second)


def test_letter_goes_out_when_another_agrees(
    mechanism, administrator, second, fresh_as_, client, django_capture_on_commit_callbacks
):
    form = {"name": "Nora New", "email": "new@example.net", "where": "mechanism", "role": "administrator"}
    with django_capture_on_commit_callbacks(execute=True):
        response = fresh_as_(administrator).post(f"{PEOPLE}invite/", form, follow=True)
    assert "when another administrator has agreed" in response.content.decode()
    assert not mail.outbox
    request = AdministratorRequest.objects.get()
    assert "Take back" in response.content.decode()
    page = fresh_as_(second).get(PEOPLE).content.decode()
    assert path(request, "agree") in page
    assert fresh_as_(administrator).post(path(request, "agree")).status_code == 403

    with django_capture_on_commit_callbacks(execute=True):
        assert fresh_as_(second).post(path(request, "agree")).url == PEOPLE

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

    assert "Another administrator is asked to agree." in html
    assert not can(User.objects.get(pk=coordinator.pk), MANAGE_PEOPLE, mechanism)
    request = AdministratorRequest.objects.get()
    with pytest.raises(PeopleError, match="asked already"):
        administrators.ask_to_promote(affiliation=request.affiliation, mechanism=mechanism, by=administrator)
    administrators.agree(request=request, by=second)
    assert can(User.objects.get(pk=coordinator.pk), MANAGE_PEOPLE, mechanism)
    assert coordinator.affiliations.filter(ends_on=None).get().role == "administrator"


def test_refused_or_taken_back_gives_nothing(mechanism, administrator, second):
    refused = administrators.refuse(request=asked(mechanism, administrator), by=second)
    withdrawn = administrators.refuse(request=asked(mechanism, administrator), by=administrator)

    assert (refused.state, withdrawn.state) == ("refused", "withdrawn")
    for request in (refused, withdrawn):
        with pytest.raises(PeopleError, match="decided already"):
            administrators.agree(request=request, by=second)
    assert not Invitation.objects.exists()


def test_request_lapses_after_a_week_and_with_the_role_of_who_asked(mechanism, administrator, second):
    old = asked(mechanism, administrator)
    AdministratorRequest.objects.update(asked_at=timezone.now() - REQUEST_WAITS)
    with pytest.raises(PeopleError, match="more than a week"):
        administrators.agree(request=old, by=second)

    new = asked(mechanism, administrator)
    third = person("administrator", mechanism, name="Ann Third")
    people.retire_person(user=administrator, mechanism=mechanism, by=third)
    with pytest.raises(PeopleError, match="no administrator any more"):
        administrators.agree(request=AdministratorRequest.objects.get(pk=new.pk), by=second)
    assert not Invitation.objects.exists()


def test_database_refuses_an_agreement_by_who_asked(mechanism, administrator):
    request = asked(mechanism, administrator)

    with pytest.raises(IntegrityError), transaction.atomic():
        AdministratorRequest.objects.filter(pk=request.pk).update(state="agreed", decided_by=administrator)


def test_steps_are_for_administrators_with_a_fresh_sign_in(
    client, mechanism, administrator, second, alpha_lead, coordinator, stranger, as_, fresh_as_
):
    request = asked(mechanism, administrator)
    for step in ("agree", "refuse"):
        assert client.post(path(request, step)).url.startswith("/account/login/")
        assert fresh_as_(stranger).post(path(request, step)).status_code == 404
        assert fresh_as_(coordinator).post(path(request, step)).status_code == 403
        assert fresh_as_(alpha_lead).post(path(request, step)).status_code == 403
        assert fresh_as_(second).get(path(request, step)).status_code == 405
        assert as_(second).post(path(request, step)).url.startswith("/account/reauthenticate/")
    elsewhere = person("administrator", MechanismFactory(slug="elsewhere"))
    assert fresh_as_(elsewhere).post(path(request, "agree").replace("examplia", "elsewhere")).status_code == 404
    request.refresh_from_db()
    assert request.state == "waiting"
    assert "Concerns you" not in fresh_as_(alpha_lead).get(PEOPLE).content.decode()
