"""A lost second factor is taken away by another person, after a check of who asks, and nowhere else (R-23, B8)."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import get_resolver, reverse

from members.actions import factors
from members.actions.people_rules import PeopleError
from members.models import Affiliation, FactorReset
from members.models.affiliation_groups import sync_groups
from npmportal.models import AuditEvent
from tests.factories import PASSWORD, person

CHECKED = {"identity_check": "in_person", "note": "passport, seen at the office"}


pytestmark = pytest.mark.usefixtures("no_limits")


@pytest.fixture
def monitor(alpha_monitor):
    """Alma, with an authenticator app, recovery codes and a security key."""
    auth.TOTP.activate(alpha_monitor, auth.generate_totp_secret())
    RecoveryCodes.activate(alpha_monitor)
    Authenticator.objects.create(user=alpha_monitor, type=Authenticator.Type.WEBAUTHN, data={"name": "Key"})
    return alpha_monitor


def path(person):
    return f"/examplia/desk/people/{person.pk}/second-factor/"


def test_reset_takes_every_factor_and_session_and_tells_the_person(
    monitor, mechanism, administrator, as_, fresh_as_, settings, django_capture_on_commit_callbacks
):
    signed_in = as_(monitor)
    with django_capture_on_commit_callbacks(execute=True):
        response = fresh_as_(administrator).post(path(monitor), CHECKED, follow=True)

    assert "is removed; a new one is set up" in response.content.decode()
    assert not Authenticator.objects.filter(user=monitor).exists()
    assert signed_in.get("/examplia/desk/members/").status_code == 302
    reset = FactorReset.objects.get()
    assert (reset.user, reset.by, reset.identity_check, reset.note) == (monitor, administrator, *CHECKED.values())
    (letter,) = mail.outbox
    assert letter.to == [monitor.email]
    for private in ("passport", administrator.name, "Alpha"):
        assert private not in letter.body + letter.subject
    event = AuditEvent.objects.get(action="person.factor_reset")
    assert (event.actor, event.details["check"], event.details["sessions_ended"]) == (administrator, "in_person", 1)
    assert "passport" not in str(event.details)
    settings.SECOND_FACTOR_REQUIRED = True
    again = Client()
    again.post(reverse("account_login"), {"login": monitor.email, "password": PASSWORD})
    assert again.get(reverse("members:start")).url == reverse("mfa_index")


@pytest.mark.parametrize("who", ["administrator", "alpha_lead"])
def test_who_may_reset(who, request, monitor, mechanism):
    by = request.getfixturevalue(who)

    assert factors.reset_factor(person=monitor, mechanism=mechanism, by=by, **CHECKED)


@pytest.mark.parametrize("who", ["alpha_monitor", "alpha_reader", "beta_monitor", "coordinator", "stranger", "retired"])
def test_who_may_not_reset(who, request, monitor, mechanism):
    with pytest.raises(PermissionDenied):
        factors.reset_factor(person=monitor, mechanism=mechanism, by=request.getfixturevalue(who), **CHECKED)
    assert Authenticator.objects.filter(user=monitor).count() == 3


def test_lead_resets_neither_leads_nor_people_who_work_elsewhere_too(
    mechanism, alpha, beta, administrator, alpha_lead, monitor, coordinator
):
    other_lead = person("body_lead", alpha, name="Otto Lead")
    Affiliation.objects.create(user=monitor, body=beta, role="body_reader")
    promoted = person("body_reader", alpha, name="Paula Both")
    Affiliation.objects.create(user=promoted, mechanism=mechanism, role="coordinator")
    everybody = [administrator, alpha_lead, monitor, coordinator, other_lead, promoted]

    assert factors.resettable(alpha_lead, mechanism, [user.pk for user in everybody]) == set()
    assert factors.resettable(administrator, mechanism, [user.pk for user in everybody]) == {
        user.pk for user in everybody if user != administrator
    }


def test_administrator_resets_no_one_who_carries_weight_in_another_mechanism(
    mechanism, administrator, stranger, monitor
):
    """Stella coordinates elsewhere: who administers Examplia, where she only reads, does not touch what guards that."""
    alpha = monitor.affiliations.get().body
    Affiliation.objects.create(user=stranger, body=alpha, role="body_reader")
    auth.TOTP.activate(stranger, auth.generate_totp_secret())

    with pytest.raises(PermissionDenied):
        factors.reset_factor(person=stranger, mechanism=mechanism, by=administrator, **CHECKED)

    there = stranger.affiliations.get(role="coordinator").mechanism
    keeper = person("administrator", there, name="Erna Elsewhere")
    factors.reset_factor(person=stranger, mechanism=there, by=keeper, **CHECKED)
    assert not Authenticator.objects.filter(user=stranger).exists()


def test_reset_is_written_down_in_every_mechanism_of_the_person(mechanism, administrator, stranger, monitor):
    there = stranger.affiliations.get().mechanism
    Affiliation.objects.create(user=monitor, mechanism=there, role="coordinator")
    sync_groups(monitor)
    Affiliation.objects.create(user=administrator, mechanism=there, role="administrator")
    sync_groups(administrator)

    factors.reset_factor(person=monitor, mechanism=mechanism, by=administrator, **CHECKED)

    events = AuditEvent.objects.filter(action="person.factor_reset")
    assert {event.mechanism for event in events} == {mechanism, there}


def test_nobody_resets_their_own_and_the_database_agrees(mechanism, administrator):
    auth.TOTP.activate(administrator, auth.generate_totp_secret())

    with pytest.raises(PermissionDenied):
        factors.reset_factor(person=administrator, mechanism=mechanism, by=administrator, **CHECKED)
    with pytest.raises(IntegrityError), transaction.atomic():
        FactorReset.objects.create(user=administrator, by=administrator, **CHECKED)


def test_person_without_a_factor(fresh_as_, mechanism, administrator, alpha_monitor):
    with pytest.raises(PeopleError):
        factors.reset_factor(person=alpha_monitor, mechanism=mechanism, by=administrator, **CHECKED)

    assert "no second factor now" in fresh_as_(administrator).get(path(alpha_monitor)).content.decode()
    assert not FactorReset.objects.exists()


@pytest.mark.parametrize("missing", ["identity_check", "note"])
def test_without_a_check_nothing_is_taken_away(fresh_as_, administrator, monitor, missing):
    response = fresh_as_(administrator).post(path(monitor), CHECKED | {missing: ""})

    assert response.status_code == 200
    assert "This field is required." in response.content.decode()
    assert Authenticator.objects.filter(user=monitor).count() == 3


def test_reset_page_is_for_those_who_manage_the_person(
    client, as_, fresh_as_, administrator, alpha_lead, alpha_reader, coordinator, beta, monitor, stranger
):
    assert fresh_as_(administrator).get(path(monitor)).status_code == 200
    assert fresh_as_(alpha_lead).get(path(monitor)).status_code == 200
    assert fresh_as_(stranger).get(path(monitor)).status_code == 404
    beta_lead = person("body_lead", beta, name="Bea Lead")
    assert fresh_as_(beta_lead).get(path(monitor)).status_code == 404
    for colleague in (coordinator, alpha_reader, monitor):
        assert fresh_as_(colleague).get(path(monitor)).status_code == 403
        assert fresh_as_(colleague).post(path(monitor), CHECKED).status_code == 403
    assert fresh_as_(alpha_lead).get(path(alpha_lead)).status_code == 403
    assert client.get(path(monitor)).url.startswith(reverse("account_login"))
    assert as_(administrator).post(path(monitor), CHECKED).url.startswith(reverse("account_reauthenticate"))
    assert fresh_as_(administrator).put(path(monitor)).status_code == 405
    assert Authenticator.objects.filter(user=monitor).count() == 3


def addresses_of_factors(pk):
    """Yield each address of allauth's second factors and whether it names the factor (a 2 stands in "2fa" too)."""
    prefix = "account/2fa/"
    for name in {key for key in get_resolver().reverse_dict if isinstance(key, str) and key.startswith("mfa_")}:
        [(candidate, arguments)] = get_resolver().reverse_dict.getlist(name)[0][0]
        assert prefix in candidate
        yield reverse(name, kwargs=dict.fromkeys(arguments, pk)), bool(arguments)


@pytest.mark.parametrize("method", ["get", "post"])
def test_no_address_touches_somebody_else_s_factor(fresh_as_, administrator, monitor, method):
    """Every address of second factors, with the ids of Alma's, by an administrator who has just signed in."""
    auth.TOTP.activate(administrator, auth.generate_totp_secret())
    before = list(Authenticator.objects.filter(user=monitor).order_by("pk").values())
    tried = 0

    for factor in before:
        for address, names_the_factor in addresses_of_factors(factor["id"]):
            client = fresh_as_(administrator)
            given = {
                "user": monitor.pk,
                "user_id": monitor.pk,
                "authenticator": factor["id"],
                "code": "1",
                "name": "mine",
            }
            response = getattr(client, method)(address, given)
            assert response.status_code < 500
            if names_the_factor:
                assert response.status_code == 404
            tried += 1

    assert tried > 30
    assert list(Authenticator.objects.filter(user=monitor).order_by("pk").values()) == before
