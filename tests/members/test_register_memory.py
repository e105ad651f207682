"""What is kept of the register is read anew after every change to it, and after none that was taken back."""

from datetime import date

import pytest
from django.db import connection, transaction

from members.models import BodyName, Designation, Mechanism, MemberBody, Remit, RemitBody
from members.models.body import members_on
from members.models.register_memory import kept, one_register
from members.models.remit import monitors
from tests.factories import BodyFactory, JurisdictionFactory, RemitFactory, SettingFactory
from visits.models.body_names import BodyNames

DAY = date(2024, 5, 14)


@pytest.fixture
def mark(db):
    def read():
        with connection.cursor() as cursor:
            cursor.execute("SELECT version FROM members_registerversion")
            return cursor.fetchone()[0]

    return read


def test_every_change_to_a_fact_gives_the_register_another_mark(mark, mechanism, alpha):
    prisons, here = SettingFactory(mechanism=mechanism), JurisdictionFactory(mechanism=mechanism)
    remit = RemitFactory(setting=prisons, bodies=[alpha], spanning=[here])
    changes = [
        lambda: BodyFactory(mechanism=mechanism, slug="gamma"),
        lambda: BodyName.objects.filter(body=alpha).update(name_en="Alpha anew"),
        lambda: Designation.objects.filter(body=alpha).update(ends_on=date(2030, 1, 1)),
        lambda: RemitBody.objects.filter(remit=remit).delete(),
        lambda: remit.jurisdictions.clear(),
        lambda: Remit.objects.filter(pk=remit.pk).delete(),
        lambda: MemberBody.objects.filter(pk=alpha.pk).update(slug="anew"),
        lambda: prisons.save(),
        lambda: Mechanism.objects.filter(pk=mechanism.pk).update(is_public=False),
    ]
    marks = [mark()]
    for change in changes:
        change()
        marks.append(mark())

    assert len(set(marks)) == len(marks)


def test_what_is_kept_follows_the_register_and_forgets_what_was_taken_back(mechanism, alpha):
    name = BodyName.objects.get(body=alpha)
    before, joined = alpha.name, alpha.designations.get()
    assert BodyNames(mechanism).on(alpha.pk, DAY).name == before
    assert alpha.pk in members_on(mechanism, DAY)

    with transaction.atomic():
        BodyName.objects.filter(pk=name.pk).update(name_en="Taken back")
        joined.delete()
        assert (alpha.name, alpha.pk in members_on(mechanism, DAY)) == ("Taken back", False)
        transaction.set_rollback(True)
    assert (alpha.name, alpha.pk in members_on(mechanism, DAY)) == (before, True)

    BodyName.objects.filter(pk=name.pk).update(name_en="Renamed")
    assert alpha.name == BodyNames(mechanism).on(alpha.pk, DAY).name == "Renamed"


def test_remit_is_judged_by_the_register_of_the_moment(mechanism, alpha, beta):
    prisons, here = SettingFactory(mechanism=mechanism), JurisdictionFactory(mechanism=mechanism)
    remit = RemitFactory(setting=prisons, bodies=[alpha], spanning=[here], ends_on=date(2024, 5, 15))
    assert monitors(alpha.pk, prisons.pk, here.pk, DAY)
    assert not monitors(beta.pk, prisons.pk, here.pk, DAY)
    assert not monitors(alpha.pk, prisons.pk, here.pk, date(2024, 5, 15))

    remit.is_used = False
    remit.save()

    assert not monitors(alpha.pk, prisons.pk, here.pk, DAY)


def test_it_is_read_once_as_long_as_it_stands(alpha):
    read = []
    for _time in range(3):
        kept("a test of what is kept", lambda: read.append(1))
    alpha.save()
    kept("a test of what is kept", lambda: read.append(1))

    assert len(read) == 2


def test_mechanism_that_is_closed_to_the_public_is_closed_at_once(client, mechanism):
    assert client.get("/examplia/").status_code == 200

    Mechanism.objects.filter(pk=mechanism.pk).update(is_public=False)

    assert client.get("/examplia/").status_code == 404


def test_who_gets_a_mechanism_may_change_it_without_changing_that_of_others(mechanism):
    Mechanism.named("examplia").name_en = "Changed by one page"

    assert Mechanism.named("examplia").name_en == mechanism.name_en
    assert Mechanism.named("nowhere") is None


def test_request_that_changes_nothing_asks_for_the_mark_once(mechanism, alpha, django_assert_num_queries):
    BodyNames(mechanism), members_on(mechanism, DAY)

    with one_register(), django_assert_num_queries(1):
        BodyNames(mechanism)
        members_on(mechanism, DAY)
    with django_assert_num_queries(2):
        BodyNames(mechanism)
        members_on(mechanism, DAY)
