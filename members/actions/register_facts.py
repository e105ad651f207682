"""What can be done to a fact of the register: a change in the world, a correction, a removal. Each leaves its trace.

A change in the world adds a fact and ends the one it follows, on the same day. A correction mends what was entered
wrongly; a removal takes away what never was so. Both ask for a reason (issue of the register: never an overwrite).
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import ProtectedError, Q
from django.utils.translation import gettext as _

from members.actions.register_changes import check_seen, record_change, values_of
from members.actions.sources import find_or_write
from members.keeping_register import keep_forms
from members.models import Designation, Mechanism, MechanismProfile, MemberBody, RegisterChange, User
from members.models.affiliation_groups import sync_groups
from members.periods import period_in_words
from members.register_kinds import FactKind

CHANGE, CORRECTION, REMOVAL = RegisterChange.Act.CHANGE, RegisterChange.Act.CORRECTION, RegisterChange.Act.REMOVAL


class RegisterError(Exception):
    """An act that the register cannot take, with a plain sentence and the form field it belongs to."""

    def __init__(self, sentence: str, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True)
class Plan:
    """What adding a fact would do: the facts it ends, and those that stand in its way."""

    ends: tuple[Any, ...] = ()
    clashes: tuple[Any, ...] = ()

    @property
    def key(self) -> str:
        """Names what was previewed, so that nothing else is done when the preview is confirmed."""
        return "-".join(str(row.pk) for row in self.ends)


def plan_addition(*, kind: FactKind, row: Any, replaces: Any = None) -> Plan:
    """Return what adding the unsaved ``row`` does to the other facts of its body or mechanism.

    The fact that holds until further notice ends where the new one starts. One with an end of its own is never cut:
    that end was read in a source, so it stands in the way until it is corrected.
    """
    if not kind.is_dated or not row.is_used:
        return Plan()
    if not kind.exclusive:
        return Plan(ends=(replaces,) if replaces is not None else ())
    at_once = list(_at_once(kind, row))
    ends = tuple(other for other in at_once if other.starts_on < row.starts_on and other.ends_on is None)
    return Plan(ends, tuple(other for other in at_once if other not in ends))


@transaction.atomic
def add_fact(
    *,
    kind: FactKind,
    mechanism: Mechanism,
    owner: MemberBody | Mechanism,
    values: dict[str, Any],
    by: User,
    source: dict[str, Any] | None = None,
    replaces: Any = None,
) -> Any:
    """Enter a change in the world and end what it follows on the same day; return the new fact.

    Raises RegisterError where another fact holds in these days and cannot simply end.
    """
    _lock(owner)
    if replaces is not None and (replaces := _locked(kind, replaces)).ends_on is not None:
        raise RegisterError(_("This entry has ended already. Where the day is wrong, correct it."), "replaces")
    values, parts = _split(values)
    row = new_row(kind=kind, owner=owner, values=values)
    _with_source(row, mechanism, source)
    plan = plan_addition(kind=kind, row=row, replaces=replaces)
    if plan.clashes:
        raise _clash(kind, plan.clashes)
    for other in plan.ends:
        _end(kind, mechanism, other, row.starts_on, row.starts_precision, by, "")
    _store(kind, row, parts)
    first_day = getattr(row, kind.first_day)
    _trace(kind, mechanism, CHANGE, row, by, before={}, after=_values(row), effective_on=first_day)
    return row


@transaction.atomic
def end_fact(
    *, kind: FactKind, mechanism: Mechanism, row: Any, ends_on: date, precision: str, by: User, reason: str = ""
) -> Any:
    """Enter that ``row`` no longer holds from ``ends_on`` on, and nothing of its kind follows; return it."""
    row = _locked(kind, row)
    if row.ends_on is not None:
        raise RegisterError(_("This entry has ended already. Where the day is wrong, correct it."), "ends_on")
    _end(kind, mechanism, row, ends_on, precision, by, reason)
    return row


@transaction.atomic
def correct_fact(
    *,
    kind: FactKind,
    mechanism: Mechanism,
    row: Any,
    values: dict[str, Any],
    reason: str,
    by: User,
    source: dict[str, Any] | None = None,
    seen: str | None = None,
) -> Any:
    """Mend what was entered wrongly about ``row``, with the reason; return it. Other facts stay as they are.

    ``seen`` is the seal of what was corrected: ChangedSince where somebody else has corrected it meanwhile.
    """
    row = _locked(kind, row)
    check_seen(row, seen)
    values, parts = _split(values)
    before = _values(row)
    for name, value in values.items():
        setattr(row, name, value)
    _with_source(row, mechanism, source)
    if kind.is_dated and kind.exclusive and row.is_used and (clashes := tuple(_at_once(kind, row))):
        raise _clash(kind, clashes)
    _store(kind, row, parts, [*values, *(["source"] if source else [])])
    after = _values(row)
    if before == after:
        raise RegisterError(_("Nothing was changed: the entry says this already."))
    _trace(kind, mechanism, CORRECTION, row, by, before=before, after=after, reason=reason)
    return row


@transaction.atomic
def remove_fact(*, kind: FactKind, mechanism: Mechanism, row: Any, reason: str, by: User) -> None:
    """Take away an entry that was a mistake; what it said stays in the trace with the reason."""
    row = _locked(kind, row)
    before = _values(row)
    _trace(kind, mechanism, REMOVAL, row, by, before=before, after={}, reason=reason)
    try:
        row.delete()
    except ProtectedError as error:
        raise RegisterError(_("Other entries refer to this one: correct or remove them first.")) from error
    _follow(row)


def new_row(*, kind: FactKind, owner: MemberBody | Mechanism, values: dict[str, Any]) -> Any:
    """Return an unsaved fact of ``owner``; a merger belongs to no one body, so its form names both."""
    names = {field.name for field in kind.model._meta.concrete_fields}
    whose = "body" if kind.is_of_body else "mechanism"
    known = {name: value for name, value in values.items() if name in names}
    return kind.model(**known, **({whose: owner} if whose in names else {}))


def _at_once(kind: FactKind, row: Any) -> Any:
    """Return the other facts in use of the same group that hold on a day on which ``row`` holds."""
    others = kind.model.objects.in_use().filter(**kind.same_group(row)).exclude(pk=row.pk).order_by("starts_on")
    others = others.filter(Q(ends_on=None) | Q(ends_on__gt=row.starts_on))
    return others.filter(starts_on__lt=row.ends_on) if row.ends_on else others


def _clash(kind: FactKind, others: tuple[Any, ...]) -> RegisterError:
    said = "; ".join(f"{label_of(other)}, {period_in_words(other)}" for other in others)
    sentence = _("In these days the register holds another {kind}: {entries}. Give other days, or correct that entry.")
    return RegisterError(sentence.format(kind=kind.one, entries=said), "starts_on")


def label_of(row: Any) -> str:
    """Return what one entry is called on the page of its body: a status without the body’s name before it."""
    for name in ("abbreviation", "status", "purpose", "kind"):
        if hasattr(row, name):
            shown = getattr(row, f"get_{name}_display", None)
            return str(shown()) if shown else str(getattr(row, name))
    return str(row.body) if hasattr(row, "role") else str(row)


def _end(kind: FactKind, mechanism: Mechanism, row: Any, ends_on: date, precision: str, by: User, reason: str) -> None:
    if ends_on <= row.starts_on:
        raise RegisterError(_("It cannot end before it began, {day}.").format(day=row.starts_on), "ends_on")
    before = _values(row)
    row.ends_on, row.ends_precision = ends_on, precision
    _store(kind, row, None, ["ends_on", "ends_precision"])
    _trace(
        kind, mechanism, CHANGE, row, by, before=before, after=_values(row), effective_on=ends_on, reason=reason
    )  # fmt: skip


def _store(kind: FactKind, row: Any, parts: Any, fields: list[str] | None = None) -> None:
    try:
        with transaction.atomic():
            row.save(update_fields=fields) if fields else row.save()
            if parts is not None:
                row.set_professions(parts)
    except IntegrityError as error:
        sentence = _("The register holds another {kind} for this already.")
        raise RegisterError(sentence.format(kind=kind.one), kind.first_day) from error
    _follow(row)


def _follow(row: Any) -> None:
    """Let what hangs on the day’s facts follow at once: the mechanism’s own form, the rights in a body (ADR 0016).

    The clock does the same on the day on which a fact begins or ends that was entered ahead (members.tasks).
    """
    if isinstance(row, MechanismProfile):
        keep_forms(date.today())
    elif isinstance(row, Designation):
        for user in User.objects.filter(affiliations__body=row.body_id).distinct():
            sync_groups(user)


def _values(row: Any) -> dict[str, Any]:
    # Whose the fact is never changes, and a body’s own name would read differently once it is corrected.
    values = {name: value for name, value in values_of(row).items() if name != "body" or hasattr(row, "role")}
    if hasattr(row, "set_professions"):
        values["professions"] = [str(profession) for profession in row.professions.all()]
    return values


def _split(values: dict[str, Any]) -> tuple[dict[str, Any], Any]:
    rest = dict(values)
    return rest, rest.pop("professions", None)


def _with_source(row: Any, mechanism: Mechanism, source: dict[str, Any] | None) -> None:
    if source:
        row.source = find_or_write(mechanism=mechanism, **source)


def _lock(owner: models.Model) -> None:
    """Let one act at a time change the facts of a body or mechanism, so that a preview stays true."""
    type(owner)._default_manager.select_for_update(of=("self",), no_key=True).get(pk=owner.pk)


def _locked(kind: FactKind, row: Any) -> Any:
    found = kind.model.objects.select_for_update(of=("self",), no_key=True).filter(pk=row.pk).first()
    if found is None:
        raise RegisterError(_("Somebody has removed this entry meanwhile."))
    return found


def _trace(
    kind: FactKind, mechanism: Mechanism, act: str, row: Any, by: User, *, before: Any, after: Any, **more: Any
) -> None:
    record_change(
        act=act, row=row, mechanism=mechanism, body=kind.body_of(row), by=by, before=before, after=after, **more
    )
