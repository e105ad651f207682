"""What the check shows before anything is written: counts, the first rows that are wrong, the first that are not."""

from collections import Counter
from datetime import time
from typing import Any

from visits.importing.columns import columns_of
from visits.importing.lookups import KnownPlace
from visits.importing.outcomes import NEW, RESULTS, SKIPPED, WRONG, Outcome
from visits.importing.reading import plain
from visits.models import Import

SHOWN_PROBLEMS = 50
SHOWN_ROWS = 20


class Preview:
    """Counts rows as they are checked, and keeps the first few to show."""

    def __init__(self, batch: Import) -> None:
        self._results: Counter[str] = Counter()
        self._problems: list[list[Any]] = []
        self._notes: Counter[tuple[str, str]] = Counter()
        self._rows: list[dict[str, Any]] = []
        self._faults = 0
        # Of what a new record gets where nobody says it, in how many rows nobody does.
        self._unsaid = dict.fromkeys((name for name, c in columns_of(batch.kind).items() if c.usual), 0)

    def add(self, outcome: Outcome) -> None:
        """Count one row."""
        self._results[outcome.result] += 1
        self._faults += len(outcome.problems) if outcome.result == WRONG else 0
        for problem in outcome.problems[: SHOWN_PROBLEMS - len(self._problems)]:
            self._problems.append([*map(_shown, problem.cells), outcome.result])
        if outcome.result not in (WRONG, SKIPPED):
            self._notes.update((plain(note.column), note.reason) for note in outcome.notes)
            if outcome.result == NEW:
                for name in self._unsaid.keys() - outcome.values.keys():
                    self._unsaid[name] += 1
            if len(self._rows) < SHOWN_ROWS:
                self._rows.append(self._line(outcome))

    def _line(self, outcome: Outcome) -> dict[str, Any]:
        values = [[name, _in_words(value)] for name, value in outcome.values.items()]
        brought = (one for several in outcome.beside.values() for one in several.values())
        values += [[one.column, plain(str(one))[:200]] for one in brought]
        return {"row": outcome.number, "result": outcome.result, "values": values}

    @property
    def counts(self) -> dict[str, Any]:
        """How many rows came to what, and how many faults and notes there are."""
        results = {name: self._results[name] for name in RESULTS}
        return results | {"faults": self._faults, "notes": sum(self._notes.values())}

    def shown(self) -> dict[str, Any]:
        """Return what the screen shows of the rows."""
        notes = [[column, reason, count] for (column, reason), count in self._notes.most_common(20)]
        unsaid = [[name, count] for name, count in self._unsaid.items() if count]
        return {"problems": self._problems, "notes": notes, "rows": self._rows, "unsaid": unsaid}


def unsaid_in(batch: Import) -> list[tuple[str, str, int]]:
    """Return what new records get that the file does not say: the field and the value in words, and in how many rows.

    Empty where the rows were not checked yet, or everything is said.
    """
    known = columns_of(batch.kind)
    return [(known[name].label, known[name].usual_words, count) for name, count in batch.preview.get("unsaid", [])]


def _in_words(value: Any) -> str:
    if isinstance(value, KnownPlace):
        return plain(value.name)
    if isinstance(value, list):
        return str(len(value))
    if isinstance(value, time):
        return value.strftime("%H:%M")
    return plain(" ".join(str(value).split()))[:200]  # the lines of a text in one, not run together


def _shown(cell: Any) -> Any:
    """Return a cell without what JSON in the database cannot hold: what is wrong with a cell is often just that."""
    return plain(cell) if isinstance(cell, str) else cell
