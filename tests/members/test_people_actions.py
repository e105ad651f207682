"""Coming in, changing roles, leaving: rights before and after, what is written down, what is refused."""

import threading
from datetime import date, timedelta

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from members.actions import invitations, people
from members.actions.people_rules import PeopleError
from members.models import Affiliation, Invitation, User
from npmportal.access import LOG_VISITS, MANAGE_PEOPLE, NO_GRANTS, VIEW_VISITS, can, grants_of
from npmportal.models import AuditEvent
from tests.factories import BodyFactory, MechanismFactory, person

PASSWORD = "a long enough password"


def invite(by, scope, role="body_monitor", email="new@example.org"):
    return invitations.invite(email=email, name="Nora New", role=role, scope=scope, by=by)


def accept(secret, by=None):
    return invitations.accept_invitation(secret=secret, name="Nora New", password=PASSWORD, by=by)


def last_event():
    return AuditEvent.objects.order_by("-pk").first()


# -- Inviting ---------------------------------------------------------------------------------------------------------


def test_invite_keeps_only_a_hash_of_the_secret(alpha, alpha_lead):
    invitation, secret = invite(alpha_lead, alpha)

    assert secret not in str(Invitation.objects.filter(pk=invitation.pk).values().get())
    assert timedelta(hours=23) < invitation.expires_at - timezone.now() <= timedelta(hours=24)
    event = last_event()
    assert (event.action, event.actor, event.details) == ("invitation.sent", alpha_lead, {"role": "body_monitor"})


def test_invite_again_makes_the_first_letter_worthless(alpha, alpha_lead):
    _first, old = invite(alpha_lead, alpha)
    _second, new = invite(alpha_lead, alpha, email="NEW@example.org")

    assert invitations.open_invitation(old) is None
    assert invitations.open_invitation(new) is not None


@pytest.mark.parametrize("who", ["alpha_monitor", "alpha_reader", "beta_monitor", "coordinator", "stranger", "retired"])
def test_invite_is_for_those_who_manage_people(who, request, alpha):
    with pytest.raises(PermissionDenied):
        invite(request.getfixturevalue(who), alpha)


def test_lead_invites_into_the_own_body_only(mechanism, beta, alpha_lead):
    for scope, role in ((beta, "body_monitor"), (mechanism, "coordinator")):
        with pytest.raises(PermissionDenied):
            invite(alpha_lead, scope, role)


def test_administrator_invites_into_every_body_and_the_mechanism(mechanism, alpha, beta, administrator):
    for scope, role in ((alpha, "body_lead"), (beta, "body_reader"), (mechanism, "coordinator")):
        invite(administrator, scope, role)

    assert Invitation.objects.count() == 3


def test_administrator_of_another_mechanism_is_refused(alpha):
    other = person("administrator", MechanismFactory(slug="elsewhere"))

    with pytest.raises(PermissionDenied):
        invite(other, alpha)


def test_nobody_invites_themselves(mechanism, administrator):
    with pytest.raises(PeopleError):
        invite(administrator, mechanism, "coordinator", administrator.email.upper())


def test_role_must_fit_its_scope(mechanism, alpha, administrator):
    with pytest.raises(PeopleError):
        invite(administrator, alpha, "administrator")
    with pytest.raises(PeopleError):
        invite(administrator, mechanism, "body_lead")


# -- Accepting --------------------------------------------------------------------------------------------------------


def test_accept_opens_an_account_with_exactly_the_role(alpha, beta, alpha_lead):
    _invitation, secret = invite(alpha_lead, alpha)

    user = accept(secret)

    assert user.check_password(PASSWORD)
    assert can(user, LOG_VISITS, alpha)
    assert not can(user, VIEW_VISITS, beta)
    assert last_event().action == "invitation.accepted"
    assert last_event().actor == user


def test_accept_works_once(alpha, alpha_lead):
    _invitation, secret = invite(alpha_lead, alpha)
    accept(secret)

    with pytest.raises(PeopleError):
        accept(secret)
    assert User.objects.filter(email="new@example.org").count() == 1


@pytest.mark.parametrize(
    "change", [{"expires_at": timezone.now() - timedelta(seconds=1)}, {"withdrawn_at": timezone.now()}]
)
def test_accept_refuses_what_is_out_of_date_or_withdrawn(alpha, alpha_lead, change):
    invitation, secret = invite(alpha_lead, alpha)
    Invitation.objects.filter(pk=invitation.pk).update(**change)

    with pytest.raises(PeopleError):
        accept(secret)
    assert not User.objects.filter(email="new@example.org").exists()


def test_accept_with_an_account_needs_its_owner(alpha, alpha_lead, beta_monitor, stranger):
    _invitation, secret = invite(alpha_lead, alpha, email=beta_monitor.email)

    for somebody_else in (None, stranger):
        with pytest.raises(PeopleError):
            accept(secret, by=somebody_else)
    accept(secret, by=beta_monitor)

    beta_monitor.refresh_from_db()
    assert not beta_monitor.check_password(PASSWORD)
    assert can(beta_monitor, LOG_VISITS, alpha)


def test_accept_brings_a_retired_person_back_without_the_old_rights(
    mechanism, alpha, beta, administrator, beta_monitor
):
    people.retire_person(user=beta_monitor, mechanism=mechanism, by=administrator)
    _invitation, secret = invite(administrator, alpha, "body_reader", beta_monitor.email)

    user = accept(secret)

    assert user == beta_monitor
    assert user.is_active
    assert user.retired_at is None
    assert grants_of(user).held == {VIEW_VISITS: frozenset({alpha.pk})}


def test_letter_of_somebody_who_lost_the_right_to_invite_is_worthless(alpha, alpha_lead, administrator):
    _invitation, secret = invite(alpha_lead, alpha, role="body_lead")
    people.change_role(affiliation=alpha_lead.affiliations.get(), role="body_reader", by=administrator)

    with pytest.raises(PeopleError, match="no longer works"):
        accept(secret)
    assert not User.objects.filter(email="new@example.org").exists()


def test_withdraw_makes_the_letter_worthless_and_is_written_down(alpha, alpha_lead):
    invitation, secret = invite(alpha_lead, alpha)

    invitations.withdraw_invitation(invitation=invitation, by=alpha_lead)

    assert invitations.open_invitation(secret) is None
    assert last_event().action == "invitation.withdrawn"
    with pytest.raises(PeopleError):
        invitations.withdraw_invitation(invitation=invitation, by=alpha_lead)


# -- Changing a role --------------------------------------------------------------------------------------------------


def test_change_role_ends_one_and_starts_one_today(alpha, alpha_lead, alpha_monitor):
    old = alpha_monitor.affiliations.get()

    new = people.change_role(affiliation=old, role="body_reader", by=alpha_lead)

    old.refresh_from_db()
    assert (old.ends_on, new.starts_on, new.ends_on) == (date.today(), date.today(), None)
    assert grants_of(User.objects.get(pk=alpha_monitor.pk)).held == {VIEW_VISITS: frozenset({alpha.pk})}
    assert last_event().details == {"old": "body_monitor", "new": "body_reader"}


def test_nobody_changes_their_own_role(mechanism, administrator, alpha_lead):
    with pytest.raises(PeopleError):
        people.change_role(affiliation=administrator.affiliations.get(), role="coordinator", by=administrator)
    with pytest.raises(PeopleError):
        people.change_role(affiliation=alpha_lead.affiliations.get(), role="body_reader", by=alpha_lead)


def test_change_role_of_another_body_is_refused(alpha_lead, beta_monitor):
    with pytest.raises(PermissionDenied):
        people.change_role(affiliation=beta_monitor.affiliations.get(), role="body_lead", by=alpha_lead)


@pytest.mark.parametrize("role", ["coordinator", "body_monitor"])
def test_change_role_refuses_a_role_of_elsewhere_and_the_same_role(alpha_lead, alpha_monitor, role):
    with pytest.raises(PeopleError):
        people.change_role(affiliation=alpha_monitor.affiliations.get(), role=role, by=alpha_lead)


# -- Retiring ---------------------------------------------------------------------------------------------------------


def test_retire_ends_everything_at_once(mechanism, alpha, administrator, alpha_lead, as_):
    alpha_lead.save()
    client = as_(alpha_lead)
    assert client.get("/examplia/desk/members/").status_code == 200
    _invitation, secret = invite(alpha_lead, alpha)
    token = default_token_generator.make_token(alpha_lead)

    is_closed = people.retire_person(user=alpha_lead, mechanism=mechanism, by=administrator)

    fresh = User.objects.get(pk=alpha_lead.pk)
    assert is_closed
    assert not fresh.is_active
    assert fresh.retired_at is not None
    assert not fresh.groups.exists()
    assert grants_of(fresh) == NO_GRANTS
    assert not fresh.affiliations.filter(ends_on=None).exists()
    assert invitations.open_invitation(secret) is None
    assert not default_token_generator.check_token(fresh, token)
    assert client.get("/examplia/desk/members/").status_code == 302
    assert last_event().action == "person.retired"
    assert last_event().details == {"roles": ["body_lead"], "account_closed": True}


def test_session_of_a_retired_person_stays_dead_when_the_person_comes_back(
    mechanism, alpha, administrator, beta_monitor, as_
):
    client = as_(beta_monitor)
    people.retire_person(user=beta_monitor, mechanism=mechanism, by=administrator)
    _invitation, secret = invite(administrator, alpha, "body_reader", beta_monitor.email)
    accept(secret)

    assert client.get("/examplia/desk/members/").status_code == 302


def test_retire_by_a_lead_ends_the_roles_in_that_body_only(mechanism, alpha, beta, alpha_lead, alpha_monitor):
    Affiliation.objects.create(user=alpha_monitor, body=beta, role="body_reader", starts_on=date(2020, 1, 1))

    is_closed = people.retire_person(user=alpha_monitor, mechanism=mechanism, by=alpha_lead)

    fresh = User.objects.get(pk=alpha_monitor.pk)
    assert not is_closed
    assert fresh.is_active
    assert grants_of(fresh).held == {VIEW_VISITS: frozenset({beta.pk})}


def test_retire_of_somebody_else_s_person_is_refused(mechanism, alpha_lead, beta_monitor):
    with pytest.raises(PermissionDenied):
        people.retire_person(user=beta_monitor, mechanism=mechanism, by=alpha_lead)


def test_last_administrator_cannot_be_retired_or_changed(mechanism, administrator):
    with pytest.raises(PeopleError, match="last administrator"):
        people.retire_person(user=administrator, mechanism=mechanism, by=administrator)
    second = person("administrator", mechanism, name="Ada Second")
    people.retire_person(user=administrator, mechanism=mechanism, by=second)

    with pytest.raises(PeopleError, match="last administrator"):
        people.retire_person(user=second, mechanism=mechanism, by=second)
    assert can(User.objects.get(pk=second.pk), MANAGE_PEOPLE, mechanism)


def test_retired_administrator_does_not_count_as_another_one(mechanism, administrator):
    second = person("administrator", mechanism, name="Ada Second")
    User.objects.filter(pk=second.pk).update(is_active=False)

    with pytest.raises(PeopleError, match="last administrator"):
        people.retire_person(user=administrator, mechanism=mechanism, by=administrator)


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_retire_each_other_leave_one(mechanism, administrator):
    second = person("administrator", mechanism, name="Ada Second")
    answers, start = [], threading.Barrier(2)

    def retire(user, by):
        start.wait()
        try:
            answers.append(people.retire_person(user=user, mechanism=mechanism, by=User.objects.get(pk=by.pk)))
        except (PeopleError, PermissionDenied) as error:
            answers.append(type(error))
        finally:
            connection.close()

    pair = [(administrator, second), (second, administrator)]
    threads = [threading.Thread(target=retire, args=given) for given in pair]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers.count(True) == 1
    assert User.objects.filter(is_active=True).count() == 1


def test_retire_on_the_day_of_arrival(mechanism, alpha, administrator, alpha_lead):
    _invitation, secret = invite(alpha_lead, alpha)
    user = accept(secret)

    people.retire_person(user=user, mechanism=mechanism, by=administrator)

    assert grants_of(User.objects.get(pk=user.pk)) == NO_GRANTS


def test_retire_ends_a_role_that_was_to_end_later_and_nothing_brings_it_back(
    mechanism, alpha, beta, administrator, alpha_lead
):
    Affiliation.objects.filter(user=alpha_lead).update(ends_on=date.today() + timedelta(days=90))

    assert people.retire_person(user=alpha_lead, mechanism=mechanism, by=administrator) is True
    _invitation, secret = invite(administrator, beta, email=alpha_lead.email)
    accept(secret)

    assert grants_of(User.objects.get(pk=alpha_lead.pk)).on(VIEW_VISITS) == {beta.pk}


def test_a_failing_step_undoes_the_whole(mechanism, administrator, alpha_lead, monkeypatch):
    monkeypatch.setattr(invitations, "withdraw_those_of", lambda user, by: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        people.retire_person(user=alpha_lead, mechanism=mechanism, by=administrator)

    fresh = User.objects.get(pk=alpha_lead.pk)
    assert fresh.is_active
    assert fresh.affiliations.filter(ends_on=None).exists()


def test_rights_on_one_body_say_nothing_about_a_new_one(mechanism, alpha_lead):
    gamma = BodyFactory(mechanism=mechanism, slug="gamma")

    with pytest.raises(PermissionDenied):
        invite(alpha_lead, gamma)
