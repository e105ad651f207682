"""The lists of a register (jurisdictions, settings, supervision areas) and the order of its bodies."""

from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from members.actions.register_changes import check_seen, record_change, values_of
from members.actions.register_facts import RegisterError
from members.models import Mechanism, MemberBody, RegisterChange, User

# Rows that only say more about a body and go with it where it was entered by mistake.
OWN = {
    "members.BodyName",
    "members.Designation",
    "members.LegalBasis",
    "members.Power",
    "members.Contact",
    "members.Workforce",
    "members.RegisterChange",
    "members.BodyGroupPermission",
    "members.BodyUserPermission",
}


@transaction.atomic
def add_entry(*, model: Any, mechanism: Mechanism, values: dict[str, Any], by: User) -> Any:
    """Add a jurisdiction, setting or supervision area at the end of its list; return it."""
    _lock(mechanism)
    plain, many = _split(model, values)
    row = model(mechanism=mechanism, position=next_position(model, mechanism), **plain)
    _check_free(row)
    row.save()
    _set_many(row, many)
    record_change(
        act=RegisterChange.Act.CHANGE, row=row, mechanism=mechanism, by=by, before={}, after=values_of(row)
    )  # fmt: skip
    return row


@transaction.atomic
def change_entry(
    *,
    row: Any,
    mechanism: Mechanism,
    values: dict[str, Any],
    by: User,
    reason: str,
    body: MemberBody | None = None,
    seen: str | None = None,
) -> Any:
    """Change what undated fields of ``row`` say (an entry of a list, the kind of a body), with the reason.

    Such fields have no history of their own, so the trace keeps what stood there before. ``seen`` is the seal of what
    is changed: ChangedSince where somebody else has changed it meanwhile.
    """
    row = type(row)._default_manager.select_for_update(of=("self",), no_key=True).filter(pk=row.pk).first()
    if row is None:
        raise RegisterError(_("Somebody has removed this entry meanwhile."))
    check_seen(row, seen)
    plain, many = _split(type(row), values)
    before = values_of(row)
    for name, value in plain.items():
        setattr(row, name, value)
    if "slug" in plain:
        _check_free(row)
    row.save(update_fields=list(plain))
    _set_many(row, many)
    after = values_of(row)
    if before == after:
        raise RegisterError(_("Nothing was changed: the entry says this already."))
    record_change(
        act=RegisterChange.Act.CORRECTION,
        row=row,
        mechanism=mechanism,
        body=body,
        by=by,
        before=before,
        after=after,
        reason=reason,
    )
    return row


@transaction.atomic
def move_entry(*, row: Any, mechanism: Mechanism, is_up: bool, by: User) -> bool:
    """Let ``row`` change places with the one before it (or after it); return False where it stands at the end."""
    _lock(mechanism)
    rows = list(type(row)._default_manager.filter(mechanism=mechanism).order_by("position", "pk"))
    here = next((n for n, other in enumerate(rows) if other.pk == row.pk), None)
    if here is None:
        return False  # somebody has removed it meanwhile
    there = here - 1 if is_up else here + 1
    if not 0 <= there < len(rows):
        return False
    before = rows[here].position
    rows[here], rows[there] = rows[there], rows[here]
    for position, other in enumerate(rows):
        type(row)._default_manager.filter(pk=other.pk).exclude(position=position).update(position=position)
    record_change(
        act=RegisterChange.Act.CHANGE,
        row=row,
        mechanism=mechanism,
        body=row if isinstance(row, MemberBody) else None,
        by=by,
        before={"position": before},
        after={"position": there},
    )
    return True


@transaction.atomic
def remove_entry(*, row: Any, mechanism: Mechanism, reason: str, by: User) -> None:
    """Take away an entry that nothing uses; RegisterError names what uses it, as far as the whole network may know."""
    _lock(mechanism)
    if used := uses_of(row):
        if said := ", ".join(sorted(used - {""})):
            raise RegisterError(_("It is in use and stays: {uses}.").format(uses=said))
        raise RegisterError(_("It is in use and stays: there are records that refer to it."))
    record_change(
        act=RegisterChange.Act.REMOVAL,
        row=row,
        mechanism=mechanism,
        body=row if isinstance(row, MemberBody) else None,
        by=by,
        before=values_of(row),
        after={},
        reason=reason,
    )
    row.delete()


def uses_of(row: models.Model) -> set[str]:
    """Return the kinds of records that refer to ``row``, in words; records that only say more about it do not count.

    Of records that not the whole network may know of (a plan, a draft, a person) no more than “” is said. Which it may
    know of, their model declares: `known_to_network`, the condition for those rows; where it does not, none.
    """
    found: set[str] = set()
    for relation in row._meta.get_fields(include_hidden=True):
        if not (relation.auto_created and relation.is_relation and not relation.concrete):
            continue
        other: Any = relation.related_model
        if other._meta.auto_created or other._meta.label in OWN:
            continue
        rows = other._base_manager.filter(**{relation.remote_field.name: row})  # type: ignore[union-attr]
        known = getattr(other, "known_to_network", None)
        if known is not None and rows.filter(known).exists():
            found.add(str(other._meta.verbose_name_plural))
        elif rows.exists():
            found.add("")
    return found


def _check_free(row: Any) -> None:
    others = type(row)._default_manager.filter(mechanism=row.mechanism, slug=row.slug).exclude(pk=row.pk)
    if others.exists():
        raise RegisterError(_("Another entry has this short name already."), "slug")


def next_position(model: Any, mechanism: Mechanism) -> int:
    last = model.objects.filter(mechanism=mechanism).aggregate(last=models.Max("position"))["last"]
    return 0 if last is None else last + 1


def _split(model: Any, values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    many = {field.name for field in model._meta.many_to_many}
    return (
        {name: value for name, value in values.items() if name not in many},
        {name: value for name, value in values.items() if name in many},
    )


def _set_many(row: Any, many: dict[str, Any]) -> None:
    for name, wanted in many.items():
        getattr(row, name).set(wanted)


def _lock(mechanism: Mechanism) -> None:
    Mechanism.objects.select_for_update(of=("self",), no_key=True).get(pk=mechanism.pk)
