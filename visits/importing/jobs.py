"""What takes time in an import, as jobs: reading the file, checking its rows, storing them, taking them back."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from members.models import User
from npmportal import audit
from npmportal.jobs import JobError, JobRun, LostLease, handler
from npmportal.models import Job
from npmportal.private_files import Missing, on_disk, put_in_place, unfinished_file
from visits.actions.place_facts import PlaceFactRefused
from visits.importing import guessing
from visits.importing.checking import check
from visits.importing.columns import columns_of
from visits.importing.files import Sheet, forget, rows_of
from visits.importing.judged import columns_for
from visits.importing.kinds import checker_of, writer_of
from visits.importing.outcomes import SKIPPED, WRONG, Outcome
from visits.importing.previews import Preview
from visits.importing.reading import Unreadable, read
from visits.importing.storing import RowsAreWrong, Stored, needed_numbers
from visits.importing.undoing import Used, take_back
from visits.models import Import, ImportMapping

READ, CHECK, WRITE, UNDO = "import_read", "import_check", "import_write", "import_undo"
READING = gettext_noop("Reading the file")
CHECKING = gettext_noop("Checking the rows")
STORING = gettext_noop("Storing the rows")
TAKING_BACK = gettext_noop("Taking back what was imported")
STEPS = 100
SHOWN_EVERY = 1.0  # seconds
AWAY = gettext_noop("The file is no longer there: upload it again.")
NO_WAY_BACK = gettext_noop("The register has changed since: what stood before the import cannot be put back.")
CHANGED = gettext_noop("Something has changed since the rows were checked. Nothing was written; check them again.")


def _batch(job: Job) -> Import:
    return Import.objects.select_related("mechanism", "body", "created_by").get(pk=job.arguments["import_id"])


def _may_still(job: Job) -> bool:
    """Tell whether who asked may still work on this import."""
    return Import.objects.workable_by(job.requested_by).filter(pk=job.arguments["import_id"]).exists()


@handler(READ, may_still=_may_still)
def read_file(run: JobRun) -> None:
    """Turn the file as it came into rows, and guess what its columns are."""
    batch = _batch(run.job)
    run.progress(0, STEPS, READING)
    static = columns_of(batch.kind)
    own = guessing.words_for({name: column for name, column in columns_for(batch).items() if name not in static})
    with translation.override(batch.language), _file_is_there(), unfinished_file(batch, "rows") as target:
        try:
            with on_disk(batch.rows) as path:
                sheet = read(path, target, lambda heading: guessing.knows(batch.kind, heading, own))
        except Unreadable as refusal:
            forget(batch)
            raise JobError(str(refusal)) from refusal
        earlier = ImportMapping.objects.filter(
            mechanism=batch.mechanism, body=batch.body, kind=batch.kind
        ).first() or ImportMapping(mechanism=batch.mechanism, kind=batch.kind)
        found: dict[str, Any] = {
            "header": sheet.header,
            "row_count": sheet.rows,
            "head_row": sheet.head_row,
            "columns": guessing.guess(batch.kind, sheet.header, earlier.columns, own),
            "fixed": earlier.fixed,
            "terms": earlier.terms,
            "date_order": earlier.date_order,
            "state": Import.State.OPEN,
        }

        def publish() -> None:
            name = put_in_place(batch, "rows", target)
            Import.objects.filter(pk=batch.pk).update(rows=name, **found)

        run.finish(publish)


@handler(CHECK, may_still=_may_still)
def check_rows(run: JobRun) -> None:
    """Check every row and write nothing but what was found."""
    batch, user = _batch(run.job), _asker(run)
    with translation.override(batch.language), _file_is_there():
        preview, numbers = Preview(batch), Counter[int]()
        header = [_("Row"), _("Column"), _("Value"), _("Reason")]
        with unfinished_file(batch, "problems") as path:
            with Sheet(path, header, batch.language) as sheet, rows_of(batch) as rows:
                for done, outcomes in _counted(check(checker_of(batch, user), rows)):
                    for outcome in outcomes:
                        preview.add(outcome)
                        for problem in outcome.problems:
                            sheet.add(problem.cells)
                    numbers += needed_numbers(outcomes) if batch.kind == Import.Kind.VISITS else Counter()
                    run.progress(STEPS * done // max(batch.row_count, 1), STEPS, CHECKING)
            counts = preview.counts | {"numbers": {str(year): count for year, count in numbers.items()}}

            def publish() -> None:
                name = put_in_place(batch, "problems", path) if sheet.rows else ""
                changes = {"problems": name, "counts": counts, "preview": preview.shown()}
                Import.objects.filter(pk=batch.pk).update(state=Import.State.CHECKED, **changes)

            run.finish(publish)


def _counted(chunks: Iterable[list[Outcome]]) -> Iterator[tuple[int, list[Outcome]]]:
    """Yield each chunk with how many rows are done after it."""
    done = 0
    for outcomes in chunks:
        done += len(outcomes)
        yield done, outcomes


@handler(WRITE, may_still=_may_still)
def write_rows(run: JobRun) -> None:
    """Check the rows once more and store them: all, or the good ones where that was asked for; or nothing."""
    batch, user = _batch(run.job), _asker(run)
    only_good = bool(run.job.arguments.get("only_good"))
    with translation.override(batch.language), _file_is_there():
        writer = writer_of(batch, user, only_good=only_good)
        with unfinished_file(batch, "rest") as path, rows_of(batch) as rows, _Reporter(run, batch) as reporter:
            try:
                with transaction.atomic():
                    stored = writer.write(rows, reporter.show)
                    left = _rest(batch, path, stored)
                    reporter.stop()
                    run.finish(lambda: _publish(batch, user, stored, put_in_place(batch, "rest", path) if left else ""))
            except PlaceFactRefused as refusal:
                raise JobError(str(refusal)) from refusal
            except (RowsAreWrong, IntegrityError) as error:
                raise JobError(CHANGED) from error
        forget(batch, "rows", "problems")


def _rest(batch: Import, path: Any, stored: Stored) -> bool:
    """Write the rows that were left out as a file in the shape of the one that came; tell whether there are any."""
    if not stored.rest:
        return False
    with Sheet(path, batch.header, batch.language) as sheet:
        for _number, cells in stored.rest:
            sheet.add(cells)
    return True


def _publish(batch: Import, user: User, stored: Stored, rest: str) -> None:
    """Say what was done, in the transaction that did it: one event for the import, not one for each row."""
    counts = {name: stored.counts[name] for name in ("new", "updated", "unchanged", SKIPPED, WRONG)}
    counts["handed_in"] = stored.handed_in
    now = timezone.now()
    done = {"state": Import.State.DONE, "counts": counts, "done_at": now, "rest": rest}
    Import.objects.filter(pk=batch.pk).update(**done)
    details: dict[str, Any] = counts
    audit.record(
        "places.imported" if batch.kind == Import.Kind.PLACES else "import.done",
        by=user,
        obj=batch,
        mechanism=batch.mechanism,
        bodies=batch.bodies,
        **details,
    )


@handler(UNDO, may_still=_may_still)
def undo(run: JobRun) -> None:
    """Take back everything an import made or changed, or nothing."""
    batch, user = _batch(run.job), _asker(run)
    with translation.override(batch.language), _Reporter(run, batch, TAKING_BACK) as reporter:
        try:
            with transaction.atomic():
                count = take_back(batch, user, reporter.show)
                reporter.stop()
                run.finish(lambda: _publish_undone(batch, user, count))
        except (Used, PlaceFactRefused) as refusal:
            raise JobError(str(refusal)) from refusal
        except IntegrityError as error:
            raise JobError(NO_WAY_BACK) from error
    forget(batch)


def _publish_undone(batch: Import, user: User, count: int) -> None:
    done: dict[str, Any] = {"state": Import.State.UNDONE, "undone_at": timezone.now(), "undone_by": user}
    Import.objects.filter(pk=batch.pk).update(**done)
    audit.record(
        "places.import_undone" if batch.kind == Import.Kind.PLACES else "import.undone",
        by=user,
        obj=batch,
        mechanism=batch.mechanism,
        bodies=batch.bodies,
        records=count,
    )


def _asker(run: JobRun) -> User:
    user = run.job.requested_by
    assert user is not None, "every import is somebody's"
    return user


@contextmanager
def _file_is_there() -> Iterator[None]:
    """Turn a file that has gone into a sentence; what else files may fail at is the same for all jobs."""
    try:
        yield
    except Missing as error:
        raise JobError(AWAY) from error


class _Reporter:
    """Shows progress while one long transaction writes: from another connection, or nobody would see it until the end.

    Inside a transaction of somebody else's (tests, a command within one) there is no other connection to show it on.
    """

    def __init__(self, run: JobRun, batch: Import, label: str = STORING) -> None:
        self._run, self._label, self._rows = run, label, max(batch.row_count, 1)
        self._is_shown = not connection.in_atomic_block
        self._threads = ThreadPoolExecutor(1) if self._is_shown else None
        self._lost = threading.Event()
        self._shown_at = 0.0

    def __enter__(self) -> "_Reporter":
        return self

    def __exit__(self, *raised: Any) -> None:
        self.stop()

    def show(self, done: int) -> None:
        """Show that ``done`` rows are done. Raises LostLease where another worker has taken the job over."""
        if self._lost.is_set() or self._run.lost.is_set():
            raise LostLease
        if self._threads and time.monotonic() - self._shown_at > SHOWN_EVERY:
            self._shown_at = time.monotonic()
            percent = min(STEPS * done // self._rows, STEPS - 1)
            self._threads.submit(self._tell, lambda: self._run.progress(percent, STEPS, self._label))

    def _tell(self, tell: Callable[[], None]) -> None:
        try:
            tell()
        except LostLease:
            self._lost.set()

    def stop(self) -> None:
        """Wait until what was shown stands there: the job's row must be free when the transaction ends it."""
        if self._threads:
            self._threads.submit(lambda: connection.close())  # the thread’s own: looked up there, not here
            self._threads.shutdown(wait=True)
            self._threads = None
