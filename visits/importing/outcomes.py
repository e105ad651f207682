"""What becomes of one row: its values, what is wrong with it, and whether it is new, changes something, or neither."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NEW, UPDATED, UNCHANGED, SKIPPED, WRONG = "new", "updated", "unchanged", "skipped", "wrong"
RESULTS: dict[str, Promise] = {
    NEW: _("new"),
    UPDATED: _("updated"),
    UNCHANGED: _("unchanged"),
    SKIPPED: _("skipped"),
    WRONG: _("wrong"),
}
LONGEST_VALUE = 200


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about one row: the column and the cell as the file has them, and the reason."""

    row: int
    column: str
    value: str
    reason: str

    @property
    def cells(self) -> list[Any]:
        return [self.row, self.column, self.value[:LONGEST_VALUE], self.reason]


@dataclass(slots=True)
class Outcome:
    """One row after the check."""

    number: int
    cells: list[str]
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)  # why it is wrong, or why it was skipped
    notes: list[Problem] = field(default_factory=list)  # what the person should know, and may leave as it is
    result: str = NEW
    record: Any = None  # what stands in the portal already
    before: dict[str, Any] = field(default_factory=dict)  # of the record, where it is changed
    told: dict[str, list[Any]] = field(default_factory=dict)  # before and after, for the feed beside the record
    beside: dict[str, dict[Any, Any]] = field(default_factory=dict)  # what it brings for other tables (`beside`)

    def is_written(self) -> bool:
        """Tell whether storing the row makes or changes anything."""
        return self.result in (NEW, UPDATED)
