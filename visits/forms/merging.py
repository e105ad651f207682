"""Two people changed one visit: what each of them changed, and what both did (soft and hard conflicts).

The form carries, unseen, a mark of what stood in each field when it was opened. Against these marks the portal sees
which fields the person changed and which somebody else changed meanwhile, whatever the way: by a form or an import.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, time
from hashlib import blake2b
from typing import Any

from django.db import models
from django.http import QueryDict

from visits.actions.visits import RECORDED
from visits.models import Visit

PARTNERS = "partners"
MARKED = (*RECORDED, PARTNERS)
TRIES = 3  # so often somebody else may be quicker between looking and saving
THEIRS, MINE = "theirs", "mine"
Value = str | list[str]


@dataclass
class Merge:
    """What the form holds after merging: the fields (rows) taken from what stands now, and those that both changed."""

    data: QueryDict
    taken: list[str] = field(default_factory=list)
    disputed: list[str] = field(default_factory=list)


def marks_of(visit: Visit) -> str:
    """Return a mark for each field of ``visit`` as it stands, for the form to carry."""
    return " ".join(f"{name}:{_mark(value_of(visit, name))}" for name in MARKED)


def value_of(visit: Visit, name: str) -> Value:
    """Return what stands in the field ``name`` of ``visit`` as a form would send it."""
    if name == PARTNERS:
        return [str(pk) for pk in visit.body_ids[1:]]
    attname = Visit._meta.get_field(name).attname  # type: ignore[union-attr]
    return _as_sent(getattr(visit, attname))


def merge(form: Any, stored: Visit, data: QueryDict) -> Merge:
    """Merge what the valid ``form`` was sent as ``data`` with what somebody else has ``stored`` since it was opened.

    A form without marks says nothing of what it began from: then every field that differs is disputed.
    """
    merged = Merge(data.copy())
    seen = marks_in(data.get("began", ""))
    for name in (name for name in MARKED if name in form.fields):
        mine, theirs = _typed(form, name), value_of(stored, name)
        if mine == theirs or seen.get(name) == _mark(theirs):
            continue  # the same, or changed here alone
        if seen.get(name) == _mark(mine) or (name == "reference" and not mine):
            merged.taken.append(name)
            put(merged.data, name, theirs)
        else:
            merged.disputed.append(name)
    merged.data["version"], merged.data["began"] = str(stored.version), marks_of(stored)
    return merged


def put(data: QueryDict, name: str, value: Value) -> None:
    """Let ``data`` hold ``value`` in the field ``name``, as if it had been typed."""
    data.setlist(name, value if isinstance(value, list) else [value])


def _typed(form: Any, name: str) -> Value:
    value = form.cleaned_data.get(name)
    if name != PARTNERS:
        return _as_sent(value)
    lead = form.cleaned_data.get("lead_body", form.instance.lead_body)
    return [str(pk) for pk in sorted(body.pk for body in value) if pk != lead.pk]


def _as_sent(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, models.Model):
        return str(value.pk)
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value).replace("\r\n", "\n").strip()


def _mark(value: Value) -> str:
    text = ",".join(value) if isinstance(value, list) else value
    return blake2b(text.encode(errors="replace"), digest_size=6).hexdigest()


def marks_in(text: str) -> dict[str, str]:
    """Return the marks that a form has carried, by field or row; what is no mark is passed over."""
    pairs: Iterable[list[str]] = (part.split(":", 1) for part in text.split())
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}
