"""Acts on the coverage matrix: who monitors a cell from which day, what was entered wrongly, what ends.

A change in the world ends one remit and starts another; a correction mends what was entered wrongly; a removal takes
away what never was. Each leaves its trace in the changes of the register.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from members.actions.register_changes import check_seen, record_change, values_of
from members.models import (
    DetentionSetting,
    Jurisdiction,
    Mechanism,
    MemberBody,
    RegisterChange,
    Remit,
    RemitBody,
    Source,
    User,
)
from members.reference.fields import Day
from npmportal.access import MANAGE_MEMBERS, can
from npmportal.models.dated import Precision

T = TypeVar("T")


class CoverageError(Exception):
    """An act on the matrix that cannot be: plain sentences for the person who tried."""

    @property
    def sentences(self) -> list[str]:
        return [str(sentence) for sentence in self.args]


@dataclass(frozen=True)
class PartGiven:
    """A body in a cell, as somebody gives it."""

    body: MemberBody
    relation: str
    scope: str = ""
    scope_nl: str = ""


@dataclass(frozen=True)
class RemitGiven:
    """What somebody says a remit is. Without parts: a source says that nobody monitors here."""

    setting: DetentionSetting
    jurisdictions: tuple[Jurisdiction, ...]
    layer: str
    parts: tuple[PartGiven, ...]
    since: Day
    source: Source
    until: Day | None = None
    confidence: str = Remit.Confidence.HIGH
    note: str = ""

    def fields(self) -> dict[str, Any]:
        """Return the columns of the remit itself."""
        return {
            "setting": self.setting,
            "layer": self.layer,
            "starts_on": self.since.day,
            "starts_precision": self.since.precision,
            "ends_on": self.until.day if self.until else None,
            "ends_precision": self.until.precision if self.until else Precision.DAY,
            "source": self.source,
            "confidence": self.confidence,
            "note": self.note,
        }


@transaction.atomic
def start_remit(*, given: RemitGiven, by: User, position: int | None = None) -> Remit:
    """Record a remit that nothing precedes; CoverageError where it contradicts another one."""
    _check_may(by, given.setting.mechanism)
    last = Remit.objects.filter(setting=given.setting).order_by("-position").values_list("position", flat=True).first()
    remit = Remit(
        **given.fields(), key=_free_key(given), position=position if position is not None else (last or 0) + 1
    )
    remit.save(force_insert=True)
    _write_rest(remit, given)
    _let_the_database_look()
    _record(RegisterChange.Act.CHANGE, remit, by, {}, remit_values(remit), given.since.day)
    return remit


@transaction.atomic
def change_remit(*, remit: Remit, given: RemitGiven, by: User, seen: str | None = None) -> Remit:
    """End ``remit`` on the day ``given`` starts, and start what takes its place; return the new remit.

    ChangedSince where the remit is not as ``seen`` (its seal): the form was filled from what stood there.
    """
    _check_may(by, remit.setting.mechanism)
    remit = _locked(remit)
    check_seen(remit, seen)
    _end(remit, given.since, by, note="")
    return start_remit(given=given, by=by, position=remit.position)


@transaction.atomic
def correct_remit(*, remit: Remit, given: RemitGiven, reason: str, by: User, seen: str | None = None) -> Remit:
    """Mend ``remit`` where it was entered wrongly; its key and its place in the order stay. ChangedSince as above."""
    _check_may(by, remit.setting.mechanism)
    remit = _locked(remit)
    check_seen(remit, seen)
    before = remit_values(remit)
    fields = given.fields()
    for name, value in fields.items():
        setattr(remit, name, value)
    remit.save(update_fields=list(fields))
    _write_rest(remit, given)
    _let_the_database_look()
    _record(RegisterChange.Act.CORRECTION, remit, by, before, remit_values(remit), given.since.day, reason)
    return remit


@transaction.atomic
def end_remit(*, remit: Remit, until: Day, by: User, note: str = "") -> Remit:
    """Let ``remit`` hold until the day before ``until``; nothing takes its place."""
    _check_may(by, remit.setting.mechanism)
    remit = _locked(remit)
    _end(remit, until, by, note=note)
    return remit


@transaction.atomic
def remove_remit(*, remit: Remit, reason: str, by: User) -> None:
    """Take away a remit that never was; what stood there is kept in the trace."""
    _check_may(by, remit.setting.mechanism)
    remit = _locked(remit)
    _record(RegisterChange.Act.REMOVAL, remit, by, remit_values(remit), {}, remit.starts_on, reason)
    remit.delete()


def rehearse(act: Callable[[], Any], then: Callable[[], T]) -> T:
    """Do ``act``, return what ``then`` gives while it is done, and undo it: a preview that cannot differ from the deed.

    Whatever ``act`` raises comes out, CoverageError among it, and nothing of it stays.
    """
    with transaction.atomic():
        try:
            act()
            return then()
        finally:
            transaction.set_rollback(True)


def remit_values(remit: Remit) -> dict[str, Any]:
    """Return what ``remit`` holds as plain values, its bodies included."""
    rows = remit.parts.order_by("position").values_list("body__slug", "relation", "scope", "scope_nl")
    parts = [" ".join(filter(None, (slug, relation, en, nl and f"({nl})"))) for slug, relation, en, nl in rows]
    return values_of(remit) | {"parts": parts}


def _end(remit: Remit, until: Day, by: User, note: str) -> None:
    if until.day <= remit.starts_on:
        raise CoverageError(
            _("The remit begins on that day or later. Correct or remove it instead, if it was entered wrongly.")
        )
    if remit.ends_on and until.day > remit.ends_on:
        raise CoverageError(_("The remit had ended before that day. Record a new one instead."))
    before = remit_values(remit)
    remit.ends_on, remit.ends_precision = until.day, until.precision
    remit.note = "\n".join(filter(None, (remit.note, note)))
    remit.save(update_fields=["ends_on", "ends_precision", "note"])
    _record(RegisterChange.Act.CHANGE, remit, by, before, remit_values(remit), until.day)


def _write_rest(remit: Remit, given: RemitGiven) -> None:
    """Write the jurisdictions and the bodies of a remit, in the order given."""
    remit.jurisdictions.set(given.jurisdictions)
    remit.parts.all().delete()
    RemitBody.objects.bulk_create(
        RemitBody(remit=remit, body=p.body, relation=p.relation, scope=p.scope, scope_nl=p.scope_nl, position=position)
        for position, p in enumerate(given.parts)
    )


def _let_the_database_look() -> None:
    """Run the checks that wait for the end of the transaction now, so that a refusal becomes a sentence on the form."""
    sentences = {
        "members_remit_body_once_in_a_cell": _(
            "One of the bodies would hold the same cell twice on one day, in the same words. Change, end or correct "
            "the remit that stands there."
        ),
        "members_remit_nobody_or_somebody": _(
            "The cell would be held by somebody and by nobody on one day. End or change the remit that stands there."
        ),
    }
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
        raise CoverageError(
            sentences.get(name, _("The database refuses this: it contradicts the register."))
        ) from error


def _locked(remit: Remit) -> Remit:
    """Return the remit as it is now, held against a colleague's act until this one is done."""
    remits = Remit.objects.select_for_update(of=("self",), no_key=True).select_related("setting__mechanism")
    if (row := remits.filter(pk=remit.pk).first()) is None:
        raise CoverageError(_("Somebody has removed this remit meanwhile."))
    return row


def _record(
    act: str,
    remit: Remit,
    by: User,
    before: dict[str, Any],
    after: dict[str, Any],
    effective_on: date,
    reason: str = "",
) -> None:
    """Write the act down, with the one body of the remit where there is just one; the leads of all read of it."""
    bodies = [part.body for part in remit.parts.select_related("body").all()]
    named = {entry.partition(" ")[0] for values in (before, after) for entry in values.get("parts", ())}
    concerned = remit.setting.mechanism.bodies.filter(slug__in=named).values_list("pk", flat=True)
    record_change(
        act=act,
        row=remit,
        mechanism=remit.setting.mechanism,
        by=by,
        before=before,
        after=after,
        body=bodies[0] if len(bodies) == 1 else None,
        concerned=concerned,
        effective_on=effective_on,
        reason=reason,
    )


def _free_key(given: RemitGiven) -> str:
    """Return a key that names the remit for people who read data: where, which layer, since when."""
    where = "-".join(jurisdiction.slug for jurisdiction in given.jurisdictions)
    stem = slugify(f"{where[:40]}-{given.layer.replace('_', '-')}-{given.since.day}")
    taken: Iterable[str] = set(Remit.objects.filter(setting=given.setting).values_list("key", flat=True))
    return next(key for key in (stem, *(f"{stem}-{n}" for n in range(2, 1000))) if key not in taken)


def _check_may(by: User, mechanism: Mechanism) -> None:
    if not can(by, MANAGE_MEMBERS, mechanism):
        raise PermissionDenied
