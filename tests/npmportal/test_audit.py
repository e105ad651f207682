import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, connection, transaction

from npmportal import audit, logs
from npmportal.models import AuditEvent


@pytest.fixture
def event(coordinator, alpha, mechanism):
    token = logs.request_id.set("abc123")
    yield audit.record("body.renamed", by=coordinator, obj=alpha, mechanism=mechanism, fields=["name"])
    logs.request_id.reset(token)


def test_record_keeps_who_what_which_and_in_which_request(event, coordinator, alpha):
    event.refresh_from_db()

    assert (event.actor, event.action, event.result) == (coordinator, "body.renamed", AuditEvent.Result.DONE)
    assert (event.object_type, event.object_id) == ("members.memberbody", str(alpha.pk))
    assert (event.details, event.request_id) == ({"fields": ["name"]}, "abc123")


def test_nobody_in_particular_is_recorded_as_nobody(db):
    assert audit.record("page.opened", by=AnonymousUser()).actor is None


@pytest.mark.parametrize(
    "statement",
    ["UPDATE npmportal_auditevent SET action = 'x'", "DELETE FROM npmportal_auditevent"],
)
def test_database_refuses_to_change_or_delete(event, statement):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert AuditEvent.objects.filter(pk=event.pk, action="body.renamed").exists()


def test_saving_an_event_again_is_refused(event):
    event.action = "something.else"

    with pytest.raises(DatabaseError), transaction.atomic():
        event.save()


def test_event_disappears_with_the_transaction_it_tells_about(coordinator):
    with transaction.atomic():
        audit.record("body.renamed", by=coordinator)
        transaction.set_rollback(True)

    assert not AuditEvent.objects.exists()
