import shutil
import threading
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from members.actions.reference import load_reference
from members.actions.register_facts import add_fact
from members.models import BodyName, Mechanism, MemberBody, Remit, Source, Succession
from members.reference import registers
from members.reference.fields import BadReference
from members.register_kinds import KINDS
from npmportal.models import AuditEvent
from tests.factories import VisitFactory, person


@pytest.fixture
def folder(tmp_path):
    """A copy of the packaged registers that a test may spoil."""
    return shutil.copytree(registers.FOLDER, tmp_path / "reference")


def rewrite(folder, name, old, new):
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def run(*mechanisms):
    out = StringIO()
    call_command("load_reference", *mechanisms, stdout=out)
    return out.getvalue().splitlines()


@pytest.mark.django_db
def test_load_reference_reports_what_is_new_and_then_that_nothing_changed():
    first, second = run("uk", "nl"), run("uk", "nl")

    assert [line.split(":")[0] for line in first] == ["uk", "nl"]
    assert "21 bodies (21 new)" in first[0]
    assert all(line.endswith("nothing changed.") for line in second)
    assert "21 bodies," in second[0]


@pytest.mark.django_db
def test_load_reference_writes_one_audit_event_for_a_change_and_none_for_nothing():
    run("uk")
    run("uk")

    event = AuditEvent.objects.get(action="reference.loaded")
    assert event.actor is None
    assert event.details["new"] > 100


def test_load_reference_keeps_ids_and_names_the_field_that_changed(uk, folder):
    before = set(Remit.objects.values_list("pk", flat=True))
    rewrite(folder, "uk/bodies.yaml", "Immigration detention throughout the United Kingdom.", "Another note.")

    changes = load_reference(register=registers.read("uk", folder))

    assert "21 bodies (changed: imb works_note)" in str(changes)
    assert MemberBody.objects.get(slug="imb").works_note == "Another note."
    assert set(Remit.objects.values_list("pk", flat=True)) == before
    assert changes.counts() == {"new": 0, "changed": 1, "removed": 0}


def test_load_reference_moves_a_date_that_two_facts_share(uk, folder):
    text = (folder / "uk/bodies.yaml").read_text(encoding="utf-8").replace("2017-07\n", "2017-08\n")
    (folder / "uk/bodies.yaml").write_text(text, encoding="utf-8")

    load_reference(register=registers.read("uk", folder))

    names = BodyName.objects.filter(body__slug="hmicfrs").order_by("starts_on").values_list("starts_on", "ends_on")
    assert list(names) == [(date(2009, 3, 31), date(2017, 8, 1)), (date(2017, 8, 1), None)]


def test_load_reference_removes_a_remit_and_leaves_a_body_that_visits_need(uk, folder):
    body = MemberBody.objects.get(slug="irtl")
    VisitFactory(lead_body=body)
    bodies = (folder / "uk/bodies.yaml").read_text(encoding="utf-8").split("  - slug: irtl")[0]
    remits = (folder / "uk/remits.yaml").read_text(encoding="utf-8").split("  - key: terrorism-uk")[0]
    (folder / "uk/bodies.yaml").write_text(bodies, encoding="utf-8")
    (folder / "uk/remits.yaml").write_text(remits, encoding="utf-8")

    changes = str(load_reference(register=registers.read("uk", folder)))

    assert "removed: terrorism-uk" in changes
    assert "left as it is, not in the file: irtl" in changes
    assert MemberBody.objects.filter(pk=body.pk).exists()


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("uk/bodies.yaml", "kind: lay", "kind: lazy", "uk/bodies.yaml: bodies[1] (imb).kind: 'lazy' is not one of"),
        ("uk/bodies.yaml", "from: 2009-03-31", "from: 31 March", "bodies[0] (hmip).names[0] (HMIP).from: '31 March'"),
        ("uk/bodies.yaml", "from: 2009-03-31", "from: 2009-02-30", "uk/bodies.yaml: holds a date that does not exist"),
        ("uk/bodies.yaml", "abbreviation: HMIP", "abbrev: HMIP", "names[0].abbrev: is not a key here"),
        ("uk/bodies.yaml", "    kind: lay\n", "", "bodies[1] (imb).kind: is missing."),
        ("uk/bodies.yaml", "source: uk-npm-members", "source: hearsay", "(hmip).source: “hearsay” is not defined."),
        ("uk/bodies.yaml", "slug: imb", "slug: hmip", "uk/bodies.yaml: bodies: “hmip” is there twice."),
        (
            "uk/bodies.yaml",
            "takes_part: true",
            "takes_part: perhaps",
            "takes_part: 'perhaps' is neither true nor false.",
        ),
        ("uk/bodies.yaml", "until: 2017-07", "until: 2009-03-31", "until: 2009-03-31 is not after 2009-03-31."),
        ("uk/remits.yaml", "body: hmip, relation", "body: hmpi, relation", "parts: “hmpi” is not defined."),
        ("uk/remits.yaml", "remits:", "remits: [", "uk/remits.yaml: is not well-formed"),
        ("uk/remits.yaml", "setting: prisons", "setting: prisons\n    setting: customs", "“setting” is there twice"),
        ("uk/gaps.yaml", "gaps:", "bodies:", "bodies: does not belong into this file"),
        ("uk/mechanism.yaml", "month: 4", "month: 13", "reporting_year_starts_month: 13 is not a month"),
        ("uk/mechanism.yaml", "calendar: GB-SCT", "calendar: NO", "YAML reads NO as “no”: write the code of Norway in"),
        ("uk/mechanism.yaml", "calendar: GB-SCT", "calendar: GB-SCO", "(scotland).holiday_calendar: 'GB-SCO' is not a"),
    ],
)
def test_bad_register_names_file_key_and_reason(folder, name, old, new, said):
    rewrite(folder, name, old, new)

    with pytest.raises(BadReference) as refused:
        registers.read("uk", folder)

    assert said in str(refused.value)


@pytest.mark.django_db
def test_bad_register_loads_nothing(folder, monkeypatch):
    rewrite(folder, "nl/remits.yaml", "confidence: medium", "confidence: sure")
    monkeypatch.setattr(registers, "FOLDER", folder)
    monkeypatch.setattr("members.management.commands.load_reference.read", lambda npm: registers.read(npm, folder))

    with pytest.raises(CommandError, match="Nothing of “nl” was loaded. nl/remits.yaml"):
        run("uk", "nl")

    assert list(Mechanism.objects.values_list("slug", flat=True)) == ["uk"]


def test_unknown_mechanism_is_refused():
    with pytest.raises(CommandError, match="invalid choice"):
        run("atlantis")


def test_register_changed_on_screen_is_left_as_it_is_unless_told_otherwise(uk):
    body, keeper = MemberBody.objects.get(mechanism=uk, slug="hmip"), person("coordinator", uk)
    name = {"name_en": "Another name", "abbreviation": "AN", "starts_on": date(2026, 1, 1)}
    source = {"title": "Gazette"}
    add_fact(kind=KINDS["names"], mechanism=uk, owner=body, values=name, source=source, by=keeper)

    said = run("uk", "nl")

    assert said[0].startswith("uk: left as it is, because it was changed on screen")
    assert said[1].startswith("nl: ")
    assert body.names.count() == 2
    run("uk", "--overwrite")
    assert list(body.names.values_list("name_en", "ends_on")) == [("HM Inspectorate of Prisons", None)]


def test_sources_belong_to_the_register_that_was_loaded(uk, nl):
    assert set(Source.objects.of_register(uk).values_list("slug", flat=True)) == {
        row.slug for row in registers.read("uk").sources
    }


def test_laws_forms_and_mergers_are_loaded_with_their_sources(uk, nl):
    icvs = MemberBody.objects.get(slug="icvs").legal_bases.get()
    assert (icvs.citation, icvs.source.slug) == ("sections 93 and 94", "uk-police-fire-reform-2012")
    assert nl.profiles.as_at(date(2024, 3, 31)).get().profile == "network"
    assert nl.profiles.as_at(date(2024, 4, 1)).get().profile == "single_body"
    mergers = Succession.objects.filter(successor__slug="igj").order_by("predecessor__slug")
    assert [row.predecessor.slug for row in mergers] == ["igz", "ijz"]


@pytest.mark.django_db(transaction=True)
def test_second_run_waits_for_the_first():
    done = []

    def second():
        try:
            done.append(run("uk")[0])
        finally:
            connection.close()

    with transaction.atomic():
        load_reference(register=registers.read("uk"))
        other = threading.Thread(target=second)
        other.start()
        other.join(timeout=1)
        assert other.is_alive()
    other.join(timeout=60)

    assert "nothing changed." in done[0]
    assert MemberBody.objects.count() == 21
