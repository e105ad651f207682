"""What happens to accounts is written down, without addresses."""

from datetime import date

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed, authenticator_removed
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse

from members.models import Affiliation
from members.models.affiliation_groups import sync_groups
from npmportal.models import AuditEvent
from tests.factories import PASSWORD, BodyFactory, MechanismFactory, person

LOGIN = reverse("account_login")
NEW = "another long password of mine"


@pytest.fixture(autouse=True)
def _one_factor_will_do(settings):
    settings.SECOND_FACTOR_REQUIRED = False


def events(prefix="account."):
    found = AuditEvent.objects.filter(action__startswith=prefix).order_by("pk")
    return [(event.action, event.actor, event.object_id, event.result) for event in found]


def test_signing_in_and_out(client, alpha_lead, mechanism):
    client.post(LOGIN, {"login": alpha_lead.email, "password": PASSWORD})
    client.post(reverse("account_logout"))

    assert events() == [
        ("account.signed_in", alpha_lead, str(alpha_lead.pk), "done"),
        ("account.signed_out", alpha_lead, str(alpha_lead.pk), "done"),
    ]
    assert set(AuditEvent.objects.values_list("mechanism", flat=True)) == {mechanism.pk}


def test_wrong_password_is_kept_with_the_account_and_without_the_address(client, alpha_lead, mechanism):
    client.post(LOGIN, {"login": alpha_lead.email.upper(), "password": "wrong"})

    assert events() == [("account.sign_in_refused", None, str(alpha_lead.pk), "refused")]
    event = AuditEvent.objects.get()
    assert (event.mechanism, event.details) == (mechanism, {})


def test_unknown_address_is_kept_as_nobodys(client, db):
    client.post(LOGIN, {"login": "nobody@example.net", "password": "wrong"})

    assert events() == [("account.sign_in_refused", None, "", "refused")]
    assert AuditEvent.objects.get().details == {}


def test_somebody_in_two_mechanisms_has_an_event_in_each(client, alpha, mechanism):
    elsewhere = MechanismFactory(slug="elsewhere", country_en="Elsewhere")
    user = person("body_lead", alpha)
    gamma = BodyFactory(mechanism=elsewhere, slug="gamma")
    Affiliation.objects.create(user=user, role="body_reader", body=gamma, starts_on=date(2020, 1, 1))
    sync_groups(user)

    client.post(LOGIN, {"login": user.email, "password": PASSWORD})

    signed_in = AuditEvent.objects.filter(action="account.signed_in")
    assert set(signed_in.values_list("mechanism", flat=True)) == {mechanism.pk, elsewhere.pk}


def test_changed_password(fresh_as_, alpha_lead):
    fresh_as_(alpha_lead).post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    )

    assert ("account.password_changed", alpha_lead, str(alpha_lead.pk), "done") in events()


def test_second_factor_removed_and_refused(alpha_lead, rf):
    factor = Authenticator.objects.create(user=alpha_lead, type=Authenticator.Type.TOTP, data={})
    request = rf.get("/")
    request.user, request.session = alpha_lead, {}

    authentication_failed.send(Authenticator, request=request, user=alpha_lead, authenticator=factor)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("npmportal.accounts.session_flows.end_other_sessions", lambda *_: None)
        authenticator_removed.send(Authenticator, request=request, user=alpha_lead, authenticator=factor)

    assert events() == [
        ("account.factor_refused", None, str(alpha_lead.pk), "refused"),
        ("account.factor_removed", alpha_lead, str(alpha_lead.pk), "done"),
    ]
    assert {event.details["kind"] for event in AuditEvent.objects.all()} == {"totp"}


def test_end_of_sessions_that_fails_is_not_written_down(client, alpha_lead, mechanism, monkeypatch):
    def fail(*_about):
        raise LookupError

    for browser in (Client(), client):
        browser.post(LOGIN, {"login": alpha_lead.email, "password": PASSWORD})
    monkeypatch.setattr("npmportal.accounts.session_flows.end_sessions", fail)
    one = UserSession.objects.exclude(session_key=client.session.session_key).get()

    for path in (reverse("usersessions_list"), reverse("account_session_end", args=[one.pk])):
        with pytest.raises(LookupError):
            client.post(path)

    assert {action for action, *_about in events()} == {"account.signed_in"}
