from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from members.demo import PASSWORD, PEOPLE
from members.models import Affiliation, User
from npmportal.access import MAKE_REPORTS, VIEW_SUBMITTED_VISITS, VIEW_VISITS, can


def run():
    out = StringIO()
    call_command("demo_accounts", stdout=out)
    return out.getvalue()


def test_demo_accounts_are_refused_outside_a_demonstration(uk, nl, settings):
    settings.DEMONSTRATION = False

    with pytest.raises(CommandError, match="not a demonstration"):
        run()
    assert not User.objects.exists()


def test_demo_accounts_need_the_register(db, settings):
    settings.DEMONSTRATION = True

    with pytest.raises(CommandError, match="load_reference uk"):
        run()
    assert not User.objects.exists()


def test_demo_accounts_work_and_say_what_each_may_do(uk, nl, settings, client):
    settings.DEMONSTRATION = True

    first, second = run(), run()

    assert first == second
    assert len(PASSWORD) >= 15
    assert PASSWORD in first
    assert User.objects.count() == Affiliation.objects.count() == len(PEOPLE)
    for person in PEOPLE:
        line = next(line for line in first.splitlines() if person.email in line)
        assert str(person.definition.sentence) in line
        assert person.email.endswith("@example.org")
        assert client.login(email=person.email, password=PASSWORD)
    cora = User.objects.get(email="cora.coordinator@example.org")
    assert can(cora, MAKE_REPORTS, uk)
    assert not can(User.objects.get(email="adam.administrator@example.org"), VIEW_SUBMITTED_VISITS, uk)
    assert can(User.objects.get(email="ivo.inspector@example.org"), VIEW_VISITS, uk.bodies.get(slug="hmip"))


def test_demo_accounts_open_again_what_a_visitor_of_the_demonstration_closed(uk, nl, settings, client):
    settings.DEMONSTRATION = True
    run()
    user = User.objects.get(email="ivo.inspector@example.org")
    user.is_active = False
    user.set_unusable_password()
    user.save()
    Affiliation.objects.filter(user=user).update(ends_on="2024-01-01")

    run()

    assert client.login(email=user.email, password=PASSWORD)
    assert can(User.objects.get(pk=user.pk), VIEW_VISITS, uk.bodies.get(slug="hmip"))
