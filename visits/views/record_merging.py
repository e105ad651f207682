"""A part of a record that somebody else saved meanwhile: other rows merge, of the same row both are shown.

As for the visit's own fields (visits.forms.merging): the form carries a mark of each row as it stood when it was
opened. Rows that follow from their place on the page (the team, findings) are not told apart: they are one.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from hashlib import blake2b
from typing import Any

from django.http import QueryDict

from visits.actions.record import PARTS, Told, content_of
from visits.forms.merging import MINE, THEIRS, Merge, marks_in
from visits.forms.record import RecordForm
from visits.models import Visit
from visits.models.body_names import BodyNames
from visits.views.differences import Difference
from visits.views.record_facts import differences_in

# Before what number of its row stands in the names of a form's fields; what else stands there besides the value.
BY_ROW = {"situation": "", "needs": "", "ratings": "s", "answers": "q"}
BESIDE = ("", "_why", "_note")
WHOLE = "all"


class Disputed(Exception):
    """Somebody else has ``stored`` something else in rows that were changed here too, or the visit is not open now."""

    def __init__(self, stored: Visit, merged: Merge) -> None:
        self.stored, self.merged = stored, merged
        super().__init__()


def marks_of(visit: Visit, part: str) -> str:
    """Return a mark of each row of the ``part`` as it stands, for the form to carry."""
    rows = _rows(part, content_of(visit, part))
    return _marked(part, rows)


def _marked(part: str, rows: dict[str, Any]) -> str:
    return " ".join([f"{part}:", *(f"{key}:{_mark(told)}" for key, told in rows.items())])


def decide(post: QueryDict, part: str, stored: RecordForm) -> tuple[Merge, list[str]]:
    """Return what was sent, with the rows for which “theirs” was chosen as they stand, and the undecided rows."""
    merged, undecided = Merge(post.copy()), []
    for key in (key for key in dict.fromkeys(post.getlist("asked")) if _is_row(part, key, stored)):
        choice = post.get(f"choice_{key}")
        if choice == THEIRS:
            merged.taken.append(key)
            _put(merged.data, part, key, stored)
        elif choice != MINE:
            undecided.append(key)
    return merged, undecided


def merge(part: str, sent: RecordForm, stored: Visit, data: QueryDict, make: Callable[[Visit], RecordForm]) -> Merge:
    """Merge what the valid form ``sent`` says as ``data`` with what somebody else has ``stored`` since it was opened.

    ``make`` returns the form of the part as it stands. A form without marks says nothing of what it began from: then
    every row that differs is disputed. What is merged begins from what stands: it carries those marks, read no earlier
    than the version and no later than the rows, so that who saves in between is noticed.
    """
    theirs, mine = _rows(part, content_of(stored, part)), _rows(part, PARTS[part].told(sent.rows()))
    seen = marks_in(sent.cleaned_data["seen"])
    merged, stands = Merge(data.copy()), make(stored)
    merged.data["version"], merged.data["seen"] = str(stored.version), _marked(part, theirs)
    for key in {**theirs, **mine}:
        now, typed = _mark(theirs.get(key)), _mark(mine.get(key))
        before = seen.get(key, "") if part in seen else None
        if now in (typed, before):
            continue  # the same, or changed here alone
        if typed == before:
            merged.taken.append(key)
            _put(merged.data, part, key, stands)
        else:
            merged.disputed.append(key)
    return merged


def differences_of(
    part: str, stored: Visit, rows: list[Any], names: BodyNames, only: list[str] | None = None
) -> list[Difference]:
    """Return in words the rows, all or ``only`` these, in which what stands and what was typed differ."""
    now, mine = content_of(stored, part), PARTS[part].told(rows)
    found = [each for name in now for each in differences_in(name, now[name], mine[name], names)]
    if part not in BY_ROW and only is not None:
        return [_as_one(found)] if found else []
    return [each for each in found if only is None or each.name in only]


def _as_one(found: list[Difference]) -> Difference:
    """Return several differences as one, between whose two versions one chooses."""
    if len(found) == 1:
        return replace(found[0], name=WHOLE)
    stored = "\n\n".join(f"{each.label}: {each.stored}" for each in found)
    typed = "\n\n".join(f"{each.label}: {each.typed}" for each in found)
    return Difference(found[0].label, stored, typed, WHOLE)


def _rows(part: str, content: dict[str, Told]) -> dict[str, Any]:
    if part not in BY_ROW:
        return {WHOLE: content}
    (rows,) = content.values()
    return rows


def _is_row(part: str, key: str, form: RecordForm) -> bool:
    return not form.fields.keys().isdisjoint(_names(part, key)) if part in BY_ROW else key == WHOLE


def _names(part: str, key: str) -> list[str]:
    """Return how the fields of one row can be called; a standard may have its note alone."""
    return [f"{BY_ROW[part]}{key}{beside}" for beside in BESIDE] if part in BY_ROW else []


def _mark(told: Any) -> str:
    return "" if told is None else blake2b(json.dumps(told, sort_keys=True).encode(), digest_size=6).hexdigest()


def _put(data: QueryDict, part: str, key: str, stands: RecordForm) -> None:
    for name in _names(part, key):
        if name in stands.fields:
            value = stands[name].value()
            data[name] = "" if value is None else str(value)
