"""What the owner of the database can do to the chain of events, and how verify_audit names it."""

import io
import re
import time
from contextlib import contextmanager
from threading import Barrier, Thread

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from members.models import Mechanism
from npmportal import audit, audit_heads
from npmportal.audit_chain import COLUMNS, Walk, current_head, read_heads
from npmportal.models import AuditEvent, AuditHead, AuditLink
from npmportal.models.audit_link import GENESIS
from npmportal.tasks import print_audit_head

TABLES = ("npmportal_auditevent", "npmportal_auditlink", "npmportal_audithead")


def run(*statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@contextmanager
def as_owner():
    """Act as the owner of the tables may: with the triggers off."""
    run(*(f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in TABLES))
    yield
    connection.check_constraints()  # nothing may be pending while a table is altered
    run(*(f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in TABLES))


def write(number, **fields):
    events = [audit.record(f"body.act{n}", by=None, **fields) for n in range(1, number + 1)]
    connection.check_constraints()  # what a commit does
    return events


def findings(printed=()):
    return list(Walk(printed).findings())


@pytest.fixture
def events(db):
    return write(6)


def test_each_event_has_its_link_in_the_order_of_the_commits(events, coordinator, mechanism):
    audit.record("body.renamed", by=coordinator, obj=mechanism, mechanism=mechanism, bodies=[7, 3], words="„ö“", n=1.5)
    connection.check_constraints()

    links = AuditLink.objects.order_by("sequence")
    assert [link.event_id for link in links] == list(AuditEvent.objects.order_by("pk").values_list("pk", flat=True))
    assert [link.sequence for link in links] == [1, 2, 3, 4, 5, 6, 7]
    assert AuditHead.objects.get().hash == links[6].hash
    assert findings() == []


def test_hash_does_not_depend_on_the_time_zone_of_the_session(db):
    run("SET LOCAL TIME ZONE 'Asia/Tokyo'")
    write(1)
    run("SET LOCAL TIME ZONE 'UTC'")

    assert findings() == []


def test_hash_covers_every_column(db):
    assert set(COLUMNS) == {field.attname for field in AuditEvent._meta.concrete_fields}


@pytest.mark.parametrize(
    "change",
    [
        "at = at + interval '1 microsecond'",
        "action = 'body.other'",
        "result = 'refused'",
        "body_ids = '{4}'",
        "object_type = 'x'",
        "object_id = '1'",
        "details = '{\"a\": 1}'",
        "request_id = 'x'",
    ],
)
def test_changed_event_is_named(events, change):
    with as_owner():
        run(f"UPDATE npmportal_auditevent SET {change} WHERE id = {events[2].pk}")

    [finding] = findings()
    assert re.fullmatch(rf"Event {events[2].pk} \(.*\) was changed: .* link 3 holds\.", finding)


def test_changed_actor_and_mechanism_are_named(events, coordinator, mechanism):
    with as_owner():
        run(f"UPDATE npmportal_auditevent SET actor_id = {coordinator.pk} WHERE id = {events[0].pk}")
        run(f"UPDATE npmportal_auditevent SET mechanism_id = {mechanism.pk} WHERE id = {events[5].pk}")

    assert [re.match(r"Event (\d+) .* was changed", finding)[1] for finding in findings()] == [
        str(events[0].pk),
        str(events[5].pk),
    ]


def test_event_deleted_in_the_middle_is_named(events):
    with as_owner():
        run(f"DELETE FROM npmportal_auditevent WHERE id = {events[3].pk}")

    assert findings() == [f"Event {events[3].pk} was deleted: link 4 is about it, and it is not there."]


def test_event_deleted_with_its_link_is_found(events):
    with as_owner():
        run(
            f"DELETE FROM npmportal_auditevent WHERE id IN ({events[2].pk}, {events[3].pk})",
            "DELETE FROM npmportal_auditlink WHERE sequence IN (3, 4)",
        )

    assert findings() == ["Links 3 to 4 were cut out of the chain, and with them what is known of their events."]


def test_link_cut_out_leaves_an_event_without_link(events):
    with as_owner():
        run("DELETE FROM npmportal_auditlink WHERE sequence = 1")

    assert findings() == [
        "Link 1 was cut out of the chain, and with it what is known of its event.",
        f"Event {events[0].pk} (body.act1) has no link: it was added past the chain, or its link was cut.",
    ]


def test_event_added_past_the_chain_is_named(events):
    with as_owner():
        added = write(1)[0]

    assert findings() == [
        f"Event {added.pk} (body.act1) has no link: it was added past the chain, or its link was cut."
    ]


@pytest.mark.parametrize("sequence", [2, 6])
def test_changed_link_is_told_from_a_changed_event(events, sequence):
    with as_owner():
        run(f"UPDATE npmportal_auditlink SET hash = '{'a' * 64}' WHERE sequence = {sequence}")

    found = findings()
    assert found[0] == f"Link {sequence} was changed: its hash is not that of event {events[sequence - 1].pk}." or (
        sequence == 6 and "Event" in found[0]
    )
    assert len(found) == (1 if sequence == 2 else 2)


def test_cut_tail_is_found_by_the_head(events):
    with as_owner():
        run(
            f"DELETE FROM npmportal_auditevent WHERE id >= {events[4].pk}",
            "DELETE FROM npmportal_auditlink WHERE sequence >= 5",
        )

    assert findings() == ["The tail was cut: the head is link 6, the last link there is is 4."]


def test_cut_tail_stays_found_when_more_is_written(events):
    with as_owner():
        run(
            f"DELETE FROM npmportal_auditevent WHERE id >= {events[4].pk}",
            "DELETE FROM npmportal_auditlink WHERE sequence >= 5",
        )
    write(2)

    assert findings() == ["Links 5 to 6 were cut out of the chain, and with them what is known of their events."]


def cut_tail_with_its_head(events):
    with as_owner():
        run(
            f"DELETE FROM npmportal_auditevent WHERE id >= {events[4].pk}",
            "DELETE FROM npmportal_auditlink WHERE sequence >= 5",
            "UPDATE npmportal_audithead SET sequence = 4, hash = (SELECT hash FROM npmportal_auditlink WHERE "
            "sequence = 4)",
        )


def test_tail_cut_with_its_head_is_found_by_a_printed_head(events):
    printed = list(read_heads([audit_heads.line_of_today()]))

    cut_tail_with_its_head(events)

    assert findings() == []
    [finding] = findings(printed)
    assert finding == f"The tail was cut: on {printed[0].day} the head was link 6, the chain ends at 4."


def test_chain_written_anew_after_the_cut_is_found_by_a_printed_head(events):
    printed = list(read_heads([audit_heads.line_of_today()]))

    cut_tail_with_its_head(events)
    write(5)

    assert findings() == []
    [finding] = findings(printed)
    assert finding.startswith(f"Link 6 is not the head printed on {printed[0].day}")


def test_missing_head_is_named_and_nothing_more_can_be_written(events):
    with as_owner():
        run("DELETE FROM npmportal_audithead")

    assert findings() == ["The head of the chain is missing."]
    with pytest.raises(DatabaseError, match="head of the audit chain is missing"), transaction.atomic():
        write(1)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE npmportal_auditlink SET hash = 'x'",
        "DELETE FROM npmportal_auditlink",
        "DELETE FROM npmportal_audithead",
        "UPDATE npmportal_audithead SET sequence = 3",
        "UPDATE npmportal_audithead SET hash = 'x'",
    ],
)
def test_database_refuses_to_change_the_chain(events, statement):
    with pytest.raises(DatabaseError, match=r"append-only|only moves on"), transaction.atomic():
        run(statement)


@pytest.mark.parametrize("table", TABLES)
def test_database_refuses_to_empty_the_tables(events, table):
    run(f"ALTER TABLE {table} ENABLE TRIGGER {table}_stays")  # off in tests, see conftest

    with pytest.raises(DatabaseError, match="TRUNCATE refused"), transaction.atomic():
        run(f"TRUNCATE {table}")


def test_command_says_that_all_is_well(events):
    out = io.StringIO()

    call_command("verify_audit", stdout=out)

    assert out.getvalue().strip() == f"6 events, each as it was written down. Head: {current_head()}"


def test_command_names_what_is_wrong_and_ends_with_one(events):
    with as_owner():
        run(f"DELETE FROM npmportal_auditevent WHERE id = {events[3].pk}")
    out = io.StringIO()

    with pytest.raises(CommandError, match="1 findings") as refusal:
        call_command("verify_audit", stdout=out)

    assert refusal.value.returncode == 1
    assert f"Event {events[3].pk} was deleted" in out.getvalue()


def test_command_reads_printed_heads(events, tmp_path):
    file = tmp_path / "heads"
    file.write_text(f"2026-01-01 3 {AuditLink.objects.get(pk=3).hash}\n\n2026-01-02 9 {'b' * 64}\n")
    out = io.StringIO()

    with pytest.raises(CommandError):
        call_command("verify_audit", heads=file, head=[f"2:{'c' * 64}"], stdout=out)

    assert out.getvalue().splitlines() == [
        "Link 2 is not the head printed on -: the chain was written anew from there or from before.",
        "The tail was cut: on 2026-01-02 the head was link 9, the chain ends at 6.",
    ]


@pytest.mark.parametrize("text", ["2026-01-01 x y", "2026-01-01 3 abc", "3"])
def test_command_refuses_heads_it_cannot_read(db, tmp_path, text):
    (tmp_path / "heads").write_text(f"{text}\n")

    with pytest.raises(CommandError, match="line 1") as refusal:
        call_command("verify_audit", heads=tmp_path / "heads")

    assert refusal.value.returncode == 2


def test_head_is_printed_daily_to_the_log_and_to_the_file(events, settings, tmp_path, caplog):
    settings.AUDIT_HEADS_FILE = str(tmp_path / "heads")
    caplog.set_level("INFO", "npmportal.audit_heads")

    print_audit_head()
    write(1)
    print_audit_head()

    printed = list(read_heads((tmp_path / "heads").read_text().splitlines()))
    assert [head.sequence for head in printed] == [6, 7]
    assert f"head of the audit chain {printed[1].day} 7 {printed[1].hash}" in caplog.messages
    assert findings(printed) == []


def test_head_of_an_empty_chain(db):
    out = io.StringIO()

    call_command("audit_head", stdout=out)

    assert out.getvalue().split()[1:] == ["0", GENESIS]


@pytest.mark.django_db(transaction=True)
def test_writers_side_by_side_make_no_fork(db):
    start = Barrier(4)

    def work():
        start.wait()
        for _ in range(10):
            with transaction.atomic():
                audit.record("body.one", by=None)
                audit.record("body.two", by=None)
        connection.close()

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert AuditHead.objects.get().sequence == 80
    assert findings() == []


@pytest.mark.django_db(transaction=True)
def test_long_transaction_that_wrote_early_keeps_nobody_waiting(db):
    with transaction.atomic():
        first = audit.record("report.frozen", by=None)
        other = Thread(target=lambda: (audit.record("body.renamed", by=None), connection.close()))
        other.start()
        other.join(timeout=5)
        assert not other.is_alive()

    assert list(AuditLink.objects.order_by("sequence").values_list("event__action", flat=True)) == [
        "body.renamed",
        first.action,
    ]


@pytest.mark.django_db(transaction=True)
def test_lock_of_the_chain_and_locks_of_rows_do_not_wait_for_each_other(mechanism):
    """One has the mechanism locked and then commits; the other commits two events, of which one is about it."""
    failures = []

    def work():
        try:
            with transaction.atomic():
                audit.record("body.one", by=None)
                audit.record("body.two", by=None, mechanism=mechanism)
        except DatabaseError as failure:
            failures.append(failure)
        connection.close()

    other = Thread(target=work)
    with transaction.atomic():
        Mechanism.objects.select_for_update().get(pk=mechanism.pk)
        audit.record("body.three", by=None)
        other.start()
        wait_until_blocked()
    other.join()

    assert failures == []
    assert AuditHead.objects.get().sequence == 3


def wait_until_blocked():
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)
    raise AssertionError("Nobody waits.")
