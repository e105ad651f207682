"""Bring in a file from the command line, by the same steps and with the same rights as on the screens."""

from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation
from django.utils.translation import gettext

from members.models import Mechanism, MemberBody, User
from npmportal import jobs
from npmportal.private_files import NoRoom, StorageAway
from visits.actions import imports
from visits.importing.columns import columns_of
from visits.importing.files import first_rows
from visits.importing.judged import columns_for
from visits.importing.outcomes import RESULTS
from visits.importing.previews import unsaid_in
from visits.importing.terms import choices_of
from visits.models import Import


class Command(BaseCommand):
    """`manage.py import_visits visits.csv --npm uk --as lena.lead@example.org --dry-run`."""

    help = (
        "Import a CSV or XLSX file of visits, places or people held, with the rights of the person named. Columns and "
        "words are understood as in the body's last import; --column and --same say what is not known."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--npm", required=True, help="the network's short name")
        parser.add_argument("--as", dest="email", required=True, help="the e-mail address of who imports")
        parser.add_argument("--kind", choices=Import.Kind.values, default=Import.Kind.VISITS.value)
        parser.add_argument("--body", default="", help="the body's short name; not needed for who works for one alone")
        parser.add_argument("--column", action="append", default=[], metavar="HEADING=FIELD")
        parser.add_argument("--same", action="append", default=[], metavar="FIELD=TERM", help="for every row")
        parser.add_argument("--word", action="append", default=[], metavar="FIELD:WORD=TERM")
        parser.add_argument("--date-order", choices=Import.DateOrder.values, default="")
        parser.add_argument("--submit", action="store_true", help="hand in the new visits that are complete")
        parser.add_argument("--good-rows", action="store_true", help="import the good rows and leave the others")
        parser.add_argument("--dry-run", action="store_true", help="check, store nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        person = User.objects.filter(email__iexact=options["email"], is_active=True).first()
        mechanism = Mechanism.objects.filter(slug=options["npm"]).first()
        if person is None or mechanism is None:
            raise CommandError("There is no such person or network.")
        with translation.override("en-gb"):
            try:
                self._import(mechanism, person, options)
            except PermissionDenied:
                raise CommandError("This person may not import this.") from None
            except imports.ImportRefused as refusal:
                raise CommandError(str(refusal)) from None
            except (NoRoom, StorageAway) as away:
                raise CommandError(gettext(away.sentence)) from None

    def _import(self, mechanism: Mechanism, person: User, options: dict[str, Any]) -> None:
        batch = self._received(mechanism, person, options)
        fixed = {**batch.fixed, **self._same(batch, options["same"])}
        imports.map_columns(batch=batch, columns=self._columns(batch, options["column"]), fixed=fixed, by=person)
        batch = imports.map_values(
            batch=batch,
            terms=self._words(batch, options["word"]),
            date_order=options["date_order"] or batch.date_order or Import.DateOrder.DAY_FIRST,
            hand_in=options["submit"],
            by=person,
        )
        batch = self._worked(batch)
        self._tell(batch)
        if options["dry_run"]:
            imports.discard_import(batch=batch, by=person)
            return
        if not batch.counts["new"] and not batch.counts["updated"] and not batch.counts["wrong"]:
            imports.discard_import(batch=batch, by=person)
            return
        imports.store_rows(batch=batch, only_good=options["good_rows"], by=person)
        batch = self._worked(batch)
        self.stdout.write(f"imported: {batch.pk}")

    def _received(self, mechanism: Mechanism, person: User, options: dict[str, Any]) -> Import:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError("There is no such file.")
        with path.open("rb") as opened:
            batch = imports.receive_file(
                file=File(opened),
                name=path.name,
                kind=options["kind"],
                mechanism=mechanism,
                body=self._body(mechanism, person, options),
                by=person,
            )
        return self._worked(batch)

    def _body(self, mechanism: Mechanism, person: User, options: dict[str, Any]) -> MemberBody | None:
        if options["kind"] == Import.Kind.PLACES:
            return None
        allowed = imports.allowed_to(person, mechanism).bodies
        bodies = mechanism.bodies.filter(pk__in=allowed)
        if options["body"]:
            bodies = bodies.filter(slug=options["body"])
        if bodies.count() != 1:
            raise CommandError("Name the body with --body: the person must log visits for it.")
        return bodies.get()

    def _columns(self, batch: Import, told: list[str]) -> dict[str, str]:
        columns = dict(batch.columns)
        for heading, field in _pairs(told):
            if heading not in batch.header or (field and field not in columns_for(batch)):
                raise CommandError(f"There is no column “{heading}”, or no field “{field}”.")
            columns = {number: name for number, name in columns.items() if name != field}
            columns[str(batch.header.index(heading))] = field
        return columns

    def _same(self, batch: Import, told: list[str]) -> dict[str, str]:
        return {field: self._term(batch, field, term) for field, term in _pairs(told)}

    def _words(self, batch: Import, told: list[str]) -> dict[str, dict[str, str]]:
        words: dict[str, dict[str, str]] = {}
        for left, term in _pairs(told):
            field, _colon, word = left.partition(":")
            words.setdefault(field, {})[word] = self._term(batch, field, term)
        return words

    def _term(self, batch: Import, field: str, term: str) -> str:
        """Return the key of ``term``, which may be written as the key or as the name."""
        column = columns_of(batch.kind).get(field)
        known = choices_of(column, batch.mechanism) if column else []
        found = next((key for key, name in known if term.casefold() in (key, name.casefold())), None)
        if found is None:
            raise CommandError(f"“{term}” is no term of “{field}”.")
        return found

    def _worked(self, batch: Import) -> Import:
        """Do the step that waits, if the worker has not done it, and return what stands then."""
        batch = Import.objects.select_related("job", "mechanism", "body").get(pk=batch.pk)
        if batch.job is not None and batch.job.is_live:
            jobs.run(str(batch.job_id))
            batch = Import.objects.select_related("job", "mechanism", "body").get(pk=batch.pk)
        if batch.job is None or batch.job.state != "done":
            raise CommandError(batch.job.error if batch.job and batch.job.error else "A worker is at it; look again.")
        return batch

    def _tell(self, batch: Import) -> None:
        self.stdout.write(", ".join(f"{batch.counts[name]} {name}" for name in RESULTS))
        for label, words, count in unsaid_in(batch):
            self.stdout.write(f"{label}: “{words}” in {count} new rows, of which the file does not say it")
        for row, column, value, reason in first_rows(batch, "problems", 50):
            self.stderr.write(f"row {row}, {column}: {value!r}: {reason}")


def _pairs(told: list[str]) -> list[tuple[str, str]]:
    pairs = [text.rpartition("=")[::2] for text in told]
    if any(not left for left, _right in pairs):
        raise CommandError("Write it as NAME=VALUE.")
    return pairs
