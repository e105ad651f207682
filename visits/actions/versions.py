"""Keeping what visits are judged and asked by: scales, question sets (in versions), themes."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from members.models import Mechanism, MemberBody, User
from npmportal import audit
from npmportal.access import MANAGE_BODY_PEOPLE, REVIEW_VISITS, can
from visits.models import QuestionSet, QuestionVersion, RatingScale, ScaleVersion, Theme

Owner = RatingScale | QuestionSet
Version = ScaleVersion | QuestionVersion


class VersionRefused(Exception):
    """A step that cannot be taken: a plain sentence, and the form field it belongs to where there is one."""

    def __init__(self, sentence: str, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field


def may_keep(user: Any, mechanism: Mechanism, body: MemberBody | None) -> bool:
    """Tell whether ``user`` keeps what is the ``body``'s own (its lead), or common to all (coordinator staff)."""
    return can(user, MANAGE_BODY_PEOPLE, body) if body else can(user, REVIEW_VISITS, mechanism)


@transaction.atomic
def add_scale(*, scale: RatingScale, settings: Iterable[Any], by: User) -> RatingScale:
    """Store the new ``scale`` for ``settings`` (none: every setting) with an empty draft.

    Raises PermissionDenied, or VersionRefused where one of this name is being stored at the same moment.
    """
    _check(by, scale)
    scale.slug = free_slug(scale)
    try:
        with transaction.atomic():
            scale.save(force_insert=True)
    except IntegrityError as error:
        sentence = _("A scale of this name was added a moment ago. Look at the list before you add it again.")
        raise VersionRefused(sentence) from error
    scale.settings.set(settings)
    scale.versions.create()
    _record("rating_scale.added", scale, by)
    return scale


@transaction.atomic
def add_question_set(*, question_set: QuestionSet, by: User) -> QuestionSet:
    """Store the new ``question_set`` with an empty draft. Raises PermissionDenied, or VersionRefused for a second."""
    _check(by, question_set)
    try:
        with transaction.atomic():
            question_set.save(force_insert=True)
    except IntegrityError as error:
        sentence = _("There is a question set for this setting already: make a new version of it.")
        raise VersionRefused(sentence, "setting") from error
    question_set.versions.create()
    _record("question_set.added", question_set, by)
    return question_set


@transaction.atomic
def new_version(*, owner: Any, by: User) -> Any:
    """Return the draft of ``owner``; where there is none, one that begins as a copy of the version published last."""
    _check(by, owner)
    type(owner).objects.select_for_update(of=("self",)).get(pk=owner.pk)
    draft = owner.versions.filter(starts_on=None).first()
    if draft:
        return draft
    last = owner.versions.order_by("-starts_on").first()
    draft = owner.versions.create()
    for name in contents_of(draft) if last else ():
        rows = list(getattr(last, name).all())
        for row in rows:
            row.pk, row.version = None, draft
        getattr(draft, name).model._default_manager.bulk_create(rows)
    _record("rating_scale.versioned" if _is_scale(owner) else "question_set.versioned", owner, by)
    return draft


@transaction.atomic
def write_draft(*, version: Version, rows: dict[str, list[Any]], note: str, by: User) -> None:
    """Make ``rows`` (by relation: standards and grades, or questions; unsaved) the whole of the draft, in their order.

    Raises PermissionDenied, or VersionRefused where it has been published meanwhile.
    """
    version = _locked_draft(version, by)
    version.note = note
    version.save(update_fields=["note"])
    for name, wanted in rows.items():
        getattr(version, name).all().delete()
        for position, row in enumerate(wanted):
            row.pk, row.version, row.position = None, version, position
        getattr(version, name).model._default_manager.bulk_create(wanted)
    owner = version.owner
    _record("rating_scale.written" if _is_scale(owner) else "question_set.written", owner, by)


@transaction.atomic
def publish(*, version: Version, starts_on: date, by: User) -> None:
    """Put the draft in force from ``starts_on``, for good; the version before it ends on that day.

    Raises PermissionDenied, or VersionRefused where it says nothing yet or would not be the latest.
    """
    version = _locked_draft(version, by)
    owner: Any = version.owner
    if not getattr(version, contents_of(version)[0]).exists():
        raise VersionRefused(_("There is nothing in it yet: write it first."))
    last = owner.versions.published().order_by("-starts_on").first()
    if last and (starts_on <= last.starts_on or (last.ends_on and last.ends_on > starts_on)):
        raise VersionRefused(_("The version before it is in force from this day or later: choose a later day."))
    if last and last.ends_on is None:
        last.ends_on = starts_on
        last.save(update_fields=["ends_on"])
    version.starts_on = starts_on
    version.save(update_fields=["starts_on"])
    day = starts_on.isoformat()
    _record("rating_scale.published" if _is_scale(owner) else "question_set.published", owner, by, starts_on=day)


@transaction.atomic
def discard_draft(*, version: Version, by: User) -> None:
    """Throw the draft away; what was published stays. Raises PermissionDenied or VersionRefused."""
    version = _locked_draft(version, by)
    owner = version.owner
    version.delete()
    _record("rating_scale.draft_discarded" if _is_scale(owner) else "question_set.draft_discarded", owner, by)


@transaction.atomic
def keep_theme(*, theme: Theme, by: User) -> Theme:
    """Store a new or changed ``theme``; a new one stands last.

    Raises PermissionDenied, or VersionRefused where there is one of this name by now.
    """
    if not can(by, REVIEW_VISITS, theme.mechanism):
        raise PermissionDenied
    is_new = theme.pk is None
    if is_new:
        theme.position = (theme.mechanism.themes.aggregate(last=models.Max("position"))["last"] or 0) + 1
    try:
        with transaction.atomic():
            theme.save()
    except IntegrityError as error:
        field = "name_nl" if "once_in_dutch" in str(error) else "name_en"
        raise VersionRefused(_("There is a theme of this name already."), field) from error
    audit.record("theme.added" if is_new else "theme.changed", by=by, obj=theme, mechanism=theme.mechanism)
    return theme


def contents_of(version: Any) -> tuple[str, ...]:
    """Return the names of what a version consists of; without the first it says nothing."""
    return ("standards", "grades") if hasattr(version, "scale_id") else ("questions",)


def free_slug(scale: RatingScale) -> str:
    """Return a short name for ``scale`` that no other of the mechanism has."""
    stem = slugify(scale.name_en or scale.name_nl)[:60].strip("-") or "scale"
    taken = set(
        RatingScale.objects.filter(mechanism=scale.mechanism, slug__startswith=stem).values_list("slug", flat=True)
    )
    return next(slug for slug in (stem, *(f"{stem}-{n}" for n in range(2, len(taken) + 3))) if slug not in taken)


def _is_scale(owner: Any) -> bool:
    return isinstance(owner, RatingScale)


def _check(by: User, owner: Owner) -> None:
    if not may_keep(by, owner.mechanism, owner.body):
        raise PermissionDenied


def _locked_draft(version: Any, by: User) -> Any:
    stored = type(version).objects.select_for_update(of=("self",)).filter(pk=version.pk).first()
    _check(by, version.owner)
    if stored is None or not stored.is_draft:
        raise VersionRefused(_("This draft has been published or discarded meanwhile."))
    return stored


def _record(action: str, owner: Owner, by: User, **more: Any) -> None:
    bodies = [owner.body_id] if owner.body_id else []
    audit.record(action, by=by, obj=owner, mechanism=owner.mechanism, bodies=bodies, **more)
