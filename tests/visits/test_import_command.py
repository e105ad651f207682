"""`manage.py import_visits` does what the screens do, with the rights of the person named."""

import errno

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.management import CommandError, call_command

from npmportal.models import AuditEvent
from tests.visits.import_files import csv_bytes
from visits.models import Import, Visit

ROW = ["A-1", "Quozandel Prison (invented)", "14/05/2024", "C1", "Unannounced", "Quiet."]


@pytest.fixture
def file(tmp_path, prison):
    path = tmp_path / "visits.csv"
    path.write_bytes(csv_bytes([ROW]))
    return path


def run(file, person, *more):
    call_command("import_visits", str(file), "--npm", "examplia", "--as", person.email, *more)


def test_a_file_is_imported_as_a_person(file, alpha_lead, capsys):
    run(file, alpha_lead, "--word", "kind:C1=in-depth")

    assert Visit.objects.get().kind == "in_depth"
    assert Visit.objects.get().created_by == alpha_lead
    assert AuditEvent.objects.get(action="import.done").actor == alpha_lead
    assert "1 new" in capsys.readouterr().out
    run(file, alpha_lead)
    assert "1 unchanged" in capsys.readouterr().out
    assert Visit.objects.count() == 1


def test_faults_are_told_and_nothing_is_stored(file, alpha_lead, capsys):
    with pytest.raises(CommandError, match="Some rows are wrong"):
        run(file, alpha_lead)

    assert "row 2, Type of visit: 'C1'" in capsys.readouterr().err
    assert not Visit.objects.exists()


def test_a_dry_run_stores_nothing_and_keeps_no_file(file, alpha_lead):
    run(file, alpha_lead, "--word", "kind:C1=in_depth", "--dry-run")

    assert not Visit.objects.exists()
    assert not Import.objects.exists()


def test_full_disk_is_a_sentence(file, alpha_lead, monkeypatch):
    def full(*args, **more):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(FileSystemStorage, "_save", full)

    with pytest.raises(CommandError, match="There is no room left where files are kept"):
        run(file, alpha_lead)

    assert not Import.objects.exists()


@pytest.mark.parametrize("who", ["alpha_reader", "coordinator", "stranger"])
def test_who_does_not_log_for_the_body_imports_nothing(who, file, request):
    with pytest.raises(CommandError):
        run(file, request.getfixturevalue(who))

    assert not Import.objects.exists()


def test_places_are_imported_by_who_keeps_them(tmp_path, mechanism, administrator, alpha_lead):
    path = tmp_path / "places.csv"
    path.write_bytes(csv_bytes([["Vrimble"]], ["name"]))
    same = ("--kind", "places", "--same", "setting=Prisons", "--same", "jurisdiction=North")

    with pytest.raises(CommandError, match="may not import"):
        run(path, alpha_lead, *same)
    run(path, administrator, *same)

    assert mechanism.places.get().name == "Vrimble"


@pytest.mark.parametrize(
    "options",
    [("--word", "kind:C1=nonsense"), ("--same", "nonsense"), ("--column", "No such=kind"), ("--body", "beta")],
)
def test_what_makes_no_sense_is_refused(options, file, alpha_lead):
    with pytest.raises(CommandError):
        run(file, alpha_lead, *options)
