"""What visits are judged and asked by: rating scales, question sets, themes; kept by the bodies and the coordinator."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.forms.models import model_to_dict
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from members.models import Mechanism, Remit
from members.views.scope import desk_page
from npmportal.access import MANAGE_BODY_PEOPLE, REVIEW_VISITS, VIEW_VISITS, can, grants_of
from visits.actions import versions as actions
from visits.forms.question import (
    GradeForm,
    PublishForm,
    QuestionForm,
    QuestionSetForm,
    RowForm,
    ScaleForm,
    StandardForm,
    VersionNoteForm,
    rows_of,
)
from visits.models import QuestionSet, QuestionVersion, RatingScale, ScaleVersion, Theme
from visits.models.body_names import BodyNames
from visits.views.scope import asks_and_acts, knows_of_visits, typed

keeps_some = desk_page(needs=REVIEW_VISITS, on_a_body=MANAGE_BODY_PEOPLE)


@dataclass(frozen=True)
class Kind:
    """Scales or question sets: the models, the forms of their rows, and their words."""

    model: Any
    version: Any
    form: Any
    rows: dict[str, tuple[Promise, type[RowForm]]]
    add: Promise
    lead: Promise


KINDS: dict[str, Kind] = {
    "scales": Kind(
        RatingScale,
        ScaleVersion,
        ScaleForm,
        {
            "standards": (gettext_lazy("Standards: what is judged"), StandardForm),
            "grades": (gettext_lazy("Grades, the best first"), GradeForm),
        },
        gettext_lazy("Add a rating scale"),
        gettext_lazy("What your body judges places by. Its standards and grades are written next."),
    ),
    "sets": Kind(
        QuestionSet,
        QuestionVersion,
        QuestionSetForm,
        {"questions": (gettext_lazy("Questions"), QuestionForm)},
        gettext_lazy("Add a question set"),
        gettext_lazy("What your body asks at every visit to one setting. Its questions are written next."),
    ),
}


@require_safe
@knows_of_visits
def question_list(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    names = BodyNames(mechanism)
    scales = RatingScale.objects.visible_to(request.user).filter(mechanism=mechanism).prefetch_related("settings")
    sets = QuestionSet.objects.visible_to(request.user).filter(mechanism=mechanism).select_related("setting")
    context = {
        "scales": _listed(request, scales, ScaleVersion, names),
        "sets": _listed(request, sets, QuestionVersion, names),
        "sheets": _sheets(request.user, mechanism, names),
        "themes": Theme.objects.visible_to(request.user).filter(mechanism=mechanism),
        "may_add": _keeps_some(request.user, mechanism),
        "has_body": _leads_some(request.user, mechanism),
        "keeps_themes": can(request.user, REVIEW_VISITS, mechanism),
    }
    return TemplateResponse(request, "visits/question_list.html", context)


def _sheets(user: Any, mechanism: Mechanism, names: BodyNames) -> list[tuple[str, str, list[Any]]]:
    """Return (name, short name, settings) of each body of the reader: the settings it monitors now. Two queries."""
    mine = mechanism.bodies.filter(pk__in=grants_of(user).on(VIEW_VISITS))
    found = []
    remits = Remit.objects.as_at(date.today()).filter(parts__body__in=mine).select_related("setting")
    known = {(body, remit.setting) for remit in remits.prefetch_related("parts") for body in _bodies_of(remit)}
    for body in mine:
        name = names.on(body.pk, date.today())
        settings = {setting for owner, setting in known if owner == body.pk and setting.has_places}
        found.append((name.name if name else "", body.slug, sorted(settings, key=lambda s: (s.position, s.pk))))
    return found


def _bodies_of(remit: Remit) -> list[int]:
    return [part.body_id for part in remit.parts.all()]


def _listed(request: HttpRequest, owners: Any, version: Any, names: BodyNames) -> list[Any]:
    """Return scales or sets with whose they are, the version in force today, and whether the reader keeps them."""
    kept = set(owners.model.objects.kept_by(request.user).values_list("pk", flat=True))
    found = list(owners.prefetch_related(Prefetch("versions", version.objects.all(), to_attr="all_versions")))
    for owner in found:
        name = names.on(owner.body_id, date.today()) if owner.body_id else None
        owner.whose = name.name if name else ""
        owner.current = next((v for v in owner.all_versions if _holds(v)), None)
        owner.is_kept = owner.pk in kept
        owner.has_draft = owner.is_kept and any(v.is_draft for v in owner.all_versions)
    return sorted(found, key=lambda owner: (not owner.is_kept, owner.whose, str(owner)))


def _holds(version: Any) -> bool:
    today = date.today()
    return not version.is_draft and version.starts_on <= today and (version.ends_on is None or today < version.ends_on)


@asks_and_acts
@keeps_some
def question_add(request: HttpRequest, mechanism: Mechanism, kind: str) -> HttpResponse:
    known = _kind(kind)
    if known.model is QuestionSet and not _leads_some(request.user, mechanism):
        raise PermissionDenied
    form = known.form(typed(request), user=request.user, mechanism=mechanism)
    if request.method == "POST" and form.is_valid():
        try:
            owner = _store(form, request.user)
        except actions.VersionRefused as refused:
            form.add_error(refused.field, str(refused))
        else:
            return redirect("visits:question_write", npm=mechanism.slug, kind=kind, pk=owner.pk)
    context = {"form": form, "title": known.add, "lead": known.lead, "button": _("Add")}
    return TemplateResponse(request, "visits/question_act.html", context)


def _store(form: Any, user: Any) -> Any:
    if isinstance(form.instance, RatingScale):
        return actions.add_scale(scale=form.instance, settings=form.cleaned_data["settings"], by=user)
    return actions.add_question_set(question_set=form.instance, by=user)


@require_safe
@knows_of_visits
def question_detail(request: HttpRequest, mechanism: Mechanism, kind: str, pk: int) -> HttpResponse:
    owner = _owner(request, mechanism, kind, pk)
    is_kept = actions.may_keep(request.user, mechanism, owner.body)
    versions = owner.versions.for_page() if is_kept else owner.versions.published().for_page()
    name = BodyNames(mechanism).on(owner.body_id, date.today()) if owner.body_id else None
    settings = owner.settings.all() if kind == "scales" else [owner.setting]
    context = {
        "owner": owner,
        "kind": kind,
        "whose": name.name if name else _("All members together"),
        "versions": sorted(versions, key=lambda v: v.starts_on or date.max, reverse=True),
        "is_kept": is_kept,
        "settings": ", ".join(setting.name for setting in settings) or _("Every setting"),
        "source": owner.source if kind == "scales" else None,
    }
    return TemplateResponse(request, "visits/question_detail.html", context)


@require_POST
@keeps_some
def question_version(request: HttpRequest, mechanism: Mechanism, kind: str, pk: int) -> HttpResponse:
    owner = _kept(request, mechanism, kind, pk)
    actions.new_version(owner=owner, by=request.user)  # type: ignore[arg-type]
    return redirect("visits:question_write", npm=mechanism.slug, kind=kind, pk=pk)


@asks_and_acts
@keeps_some
def question_write(request: HttpRequest, mechanism: Mechanism, kind: str, pk: int) -> HttpResponse:
    owner = _kept(request, mechanism, kind, pk)
    draft = owner.versions.filter(starts_on=None).first()
    if draft is None:
        return _no_draft(request, mechanism, kind, pk)
    data = typed(request)
    note = VersionNoteForm(data, initial={"note": draft.note})
    rows = {name: _rows(draft, name, form, mechanism, data) for name, (_title, form) in KINDS[kind].rows.items()}
    if request.method == "POST" and all([note.is_valid(), *(formset.is_valid() for formset in rows.values())]):
        wanted = {name: formset.instances() for name, formset in rows.items()}
        try:
            actions.write_draft(version=draft, rows=wanted, note=note.cleaned_data["note"], by=request.user)  # type: ignore[arg-type]
        except actions.VersionRefused:
            return _no_draft(request, mechanism, kind, pk)
        messages.success(request, _("The draft has been saved."))
        name = "question_write" if "more" in request.POST else "question_detail"
        return redirect(f"visits:{name}", npm=mechanism.slug, kind=kind, pk=pk)
    titled = [(KINDS[kind].rows[name][0], formset) for name, formset in rows.items()]
    errors = note.errors or any(formset.total_error_count() for formset in rows.values() if formset.is_bound)
    context = {"owner": owner, "kind": kind, "note": note, "formsets": titled, "has_errors": bool(errors)}
    return TemplateResponse(request, "visits/question_write.html", context, status=422 if errors else 200)


def _rows(draft: Any, name: str, form: type[RowForm], mechanism: Mechanism, data: Any) -> Any:
    """Return the formset of the draft's rows of one kind, as they are stored or as they were typed."""
    fields: Any = form.base_fields
    stored = [{key: model_to_dict(row).get(key) for key in fields} for row in getattr(draft, name).all()]
    themes = Theme.objects.filter(mechanism=mechanism, is_retired=False)
    used = Theme.objects.filter(pk__in=[row["theme"] for row in stored if row.get("theme")])
    more = {"form_kwargs": {"themes": list((themes | used).distinct())}} if "theme" in fields else {}
    return rows_of(form, data=data, initial=stored, prefix=name, **more)


@asks_and_acts
@keeps_some
def question_publish(request: HttpRequest, mechanism: Mechanism, kind: str, pk: int) -> HttpResponse:
    owner = _kept(request, mechanism, kind, pk)
    draft = owner.versions.filter(starts_on=None).first()
    if draft is None:
        return _no_draft(request, mechanism, kind, pk)
    form = PublishForm(typed(request))
    if request.method == "POST" and form.is_valid():
        try:
            actions.publish(version=draft, starts_on=form.cleaned_data["starts_on"], by=request.user)  # type: ignore[arg-type]
        except actions.VersionRefused as refused:
            form.add_error("starts_on", str(refused))
        else:
            day = date_format(form.cleaned_data["starts_on"])
            messages.success(request, _("Published: in force from %(day)s.") % {"day": day})
            return redirect("visits:question_detail", npm=mechanism.slug, kind=kind, pk=pk)
    lead = _("What is published never changes: visits are read with the words they were judged and asked by.")
    context = {"form": form, "title": _("Publish the draft"), "lead": lead, "button": _("Publish")}
    return TemplateResponse(request, "visits/question_act.html", context | {"owner": owner, "kind": kind})


@require_POST
@keeps_some
def question_discard(request: HttpRequest, mechanism: Mechanism, kind: str, pk: int) -> HttpResponse:
    owner = _kept(request, mechanism, kind, pk)
    draft = owner.versions.filter(starts_on=None).first()
    if draft is None:
        return _no_draft(request, mechanism, kind, pk)
    actions.discard_draft(version=draft, by=request.user)  # type: ignore[arg-type]
    messages.success(request, _("The draft has been discarded."))
    return redirect("visits:question_detail", npm=mechanism.slug, kind=kind, pk=pk)


def _kind(kind: str) -> Kind:
    if kind not in KINDS:
        raise Http404
    return KINDS[kind]


def _owner(request: HttpRequest, mechanism: Mechanism, kind: str, pk: int) -> Any:
    owners = _kind(kind).model.objects.visible_to(request.user).filter(mechanism=mechanism)
    beside = ("body", "source") if kind == "scales" else ("body", "setting")
    return get_object_or_404(owners.select_related("mechanism", *beside), pk=pk)


def _kept(request: HttpRequest, mechanism: Mechanism, kind: str, pk: int) -> Any:
    """Return a scale or set the person keeps; 403 for those who only read it."""
    owner = _owner(request, mechanism, kind, pk)
    if not actions.may_keep(request.user, mechanism, owner.body):
        raise PermissionDenied
    return owner


def _no_draft(request: HttpRequest, mechanism: Mechanism, kind: str, pk: int) -> HttpResponse:
    messages.error(request, _("There is no draft any more: it has been published or discarded."))
    return redirect("visits:question_detail", npm=mechanism.slug, kind=kind, pk=pk)


def _leads_some(user: Any, mechanism: Mechanism) -> bool:
    return mechanism.pk in grants_of(user).mechanisms(MANAGE_BODY_PEOPLE)


def _keeps_some(user: Any, mechanism: Mechanism) -> bool:
    return can(user, REVIEW_VISITS, mechanism) or _leads_some(user, mechanism)
