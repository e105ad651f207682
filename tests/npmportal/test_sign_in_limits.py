"""Guessing is slowed down, whatever else fills the cache and whatever name the portal is called by."""

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from tests.factories import PASSWORD


@pytest.fixture(autouse=True)
def _empty_cache(db):
    cache.clear()


def is_slowed(email: str, address: str, **headers: str) -> bool:
    """Guess a password of ``email`` from the internet address ``address``; tell whether the portal asked to wait."""
    data = {"login": email, "password": "a guess that is wrong"}
    answer = Client().post(reverse("account_login"), data, REMOTE_ADDR=address, **headers)
    return answer.status_code == 429 or "Too many failed login attempts" in answer.content.decode()


def test_guesses_at_one_account_are_slowed_wherever_they_come_from(alpha_lead):
    guesses = [is_slowed(alpha_lead.email, f"192.0.2.{n}") for n in range(6)]

    assert guesses == [False] * 5 + [True]


def test_limit_holds_while_many_other_things_are_remembered(alpha_lead):
    for n in range(6):
        is_slowed(alpha_lead.email, f"192.0.2.{n}")
    cache.set_many({f"other-{n}": [0.0] for n in range(400)}, 300)

    assert is_slowed(alpha_lead.email, "192.0.2.99")


def test_limit_holds_when_the_portal_is_addressed_with_other_ports(alpha_lead):
    guesses = [is_slowed(alpha_lead.email, f"192.0.2.{n}", HTTP_HOST=f"localhost:{n + 1}") for n in range(6)]

    assert guesses[-1]


def test_forged_forwarding_header_gives_no_fresh_start():
    guesses = [
        is_slowed(f"nobody{n}@example.org", "192.0.2.1", HTTP_X_FORWARDED_FOR=f"198.51.100.{n}") for n in range(12)
    ]

    assert guesses[-1]


def test_behind_a_proxy_nobody_uses_up_the_limit_of_others(settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for n in range(12):
        is_slowed(f"nobody{n}@example.org", "192.0.2.1", HTTP_X_FORWARDED_FOR=f"{n}.{n}.{n}.{n}, 198.51.100.1")

    assert is_slowed("nobody@example.org", "192.0.2.1", HTTP_X_FORWARDED_FOR="198.51.100.1")
    assert not is_slowed("nobody@example.org", "192.0.2.1", HTTP_X_FORWARDED_FOR="198.51.100.2")


@pytest.mark.parametrize(("demonstration", "enters"), [(True, True), (False, False)])
def test_demonstration_account_opens_a_demonstration_only(client, coordinator, settings, demonstration, enters):
    settings.DEMONSTRATION = demonstration
    coordinator.email = "cora.coordinator@example.org"
    coordinator.save(update_fields=["email"])

    client.post(reverse("account_login"), {"login": coordinator.email, "password": PASSWORD})

    assert (client.get(reverse("members:start")).url == "/examplia/desk/") is enters
