"""Bringing in a file, in five screens: the file, its columns, its words, what the check found, what was stored."""

from collections.abc import Iterable
from datetime import date
from itertools import islice
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from members.models import Mechanism
from members.views.scope import desk_page
from npmportal.access import SUBMIT_VISITS, can
from npmportal.models import Job
from npmportal.paging import Keyset, paginate, read_moment
from npmportal.private_files import Missing, NoRoom, StorageAway
from npmportal.uploads.handlers import refused_uploads
from npmportal.uploads.names import tidy_name
from visits.actions import imports as actions
from visits.field_table import reader_of
from visits.forms.imports import ColumnsForm, FileForm, ValuesForm
from visits.forms.note import ReasonForm
from visits.importing.checking import mapped_columns, missing_columns
from visits.importing.files import rows_of
from visits.importing.judged import columns_for
from visits.importing.kinds import allowed_to
from visits.importing.lookups import Places
from visits.importing.previews import unsaid_in
from visits.importing.reading import Row
from visits.importing.terms import explain
from visits.importing.undoing import use_of
from visits.models import Import
from visits.models.body_names import BodyNames
from visits.views.import_scope import import_page, may_work, next_page, to_list, to_page
from visits.views.import_words import earlier_of, problem_rows, result_rows, shown_rows, state_of
from visits.views.scope import asks_and_acts, typed

State = Import.State
NEWEST = Keyset("created_at", read_moment, is_descending=True)


@require_safe
@desk_page()
def import_list(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    imports = Import.objects.visible_to(request.user).filter(mechanism=mechanism)
    page = paginate(request, imports.select_related("created_by", "job"), NEWEST)
    names = BodyNames(mechanism)
    allowed = allowed_to(request.user, mechanism)
    context = {
        "page": page,
        "rows": [(batch, names.on(batch.body_id or 0, date.today()), *state_of(batch)) for batch in page.rows],
        "kinds": allowed.kinds,
    }
    return TemplateResponse(request, "visits/import_list.html", context)


@asks_and_acts
@desk_page()
def import_new(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    if not allowed_to(request.user, mechanism).kinds:
        raise PermissionDenied
    scope: dict[str, Any] = {"user": request.user, "mechanism": mechanism}
    if request.method != "POST":
        form = FileForm(initial={"kind": request.GET["kind"]} if "kind" in request.GET else {}, **scope)
        return TemplateResponse(request, "visits/import_new.html", {"form": form, "step": 1})
    form = FileForm(request.POST, request.FILES, left_out=refused_uploads(request), **scope)
    if form.is_valid() and (batch := _received(request, mechanism, form)) is not None:
        return next_page(batch)
    return TemplateResponse(request, "visits/import_new.html", {"form": form, "step": 1})


def _received(request: HttpRequest, mechanism: Mechanism, form: FileForm) -> Import | None:
    data = form.cleaned_data
    body = mechanism.bodies.filter(pk=data["body"]).first() if data.get("body") else None
    try:
        return actions.receive_file(
            file=data["file"],
            name=tidy_name(data["file"].name),
            kind=data["kind"],
            mechanism=mechanism,
            body=body,
            by=request.user,  # type: ignore[arg-type]
        )
    except (NoRoom, StorageAway):
        form.add_error("file", _("Files cannot be kept at the moment. Nothing was stored; try again later."))
        return None


@asks_and_acts
@import_page()
def import_columns(request: HttpRequest, batch: Import) -> HttpResponse:
    if (elsewhere := _not_open(request, batch)) is not None:
        return elsewhere
    taken = set(batch.columns.values())
    columns = [column for column in columns_for(batch).values() if not column.is_rare or column.name in taken]
    if batch.kind == Import.Kind.VISITS:
        allowed = reader_of(request.user, batch.mechanism).records()
        columns = [column for column in columns if column.line in allowed]
    with rows_of(batch) as rows:
        examples = [row.cells for row in islice(rows, 20)]
    form = ColumnsForm(typed(request), batch=batch, columns=columns, examples=examples)
    if request.method == "POST" and form.is_valid():
        try:
            actions.map_columns(batch=batch, columns=form.columns, fixed=form.fixed, by=request.user)  # type: ignore[arg-type]
        except actions.ImportRefused as refusal:
            messages.error(request, str(refusal))
            return to_page(batch)
        return to_page(batch, "visits:import_values")
    earlier = earlier_of(batch)
    return TemplateResponse(request, "visits/import_columns.html", _with(batch, 2, form=form, earlier=earlier))


@asks_and_acts
@import_page()
def import_values(request: HttpRequest, batch: Import) -> HttpResponse:
    if (elsewhere := _not_open(request, batch)) is not None:
        return elsewhere
    if missing_columns(batch):
        return to_page(batch, "visits:import_columns")
    with rows_of(batch) as rows:
        form = _values_form(request, batch, rows)
    if request.method == "POST" and form.is_valid():
        try:
            batch = actions.map_values(
                batch=batch,
                terms=form.terms,
                date_order=form.order,
                hand_in=bool(form.cleaned_data.get("hand_in")),
                by=request.user,  # type: ignore[arg-type]
            )
        except actions.ImportRefused as refusal:
            messages.error(request, str(refusal))
            return to_page(batch)
        return next_page(batch)
    return TemplateResponse(request, "visits/import_values.html", _with(batch, 3, form=form))


def _values_form(request: HttpRequest, batch: Import, rows: Iterable[Row]) -> ValuesForm:
    places = Places(batch.mechanism, batch.body, request.user)
    found = explain(rows, mapped_columns(batch), batch.terms, batch.mechanism, places)
    may_hand_in = (
        batch.kind == Import.Kind.VISITS and batch.body is not None and can(request.user, SUBMIT_VISITS, batch.body)
    )
    return ValuesForm(typed(request), batch=batch, found=found, may_hand_in=may_hand_in)


@require_safe
@import_page()
def import_check(request: HttpRequest, batch: Import) -> HttpResponse:
    if (elsewhere := _not_open(request, batch)) is not None:
        return elsewhere
    if batch.state != State.CHECKED:
        return next_page(batch)
    counts = batch.counts
    context = _with(
        batch,
        4,
        counts=counts,
        results=result_rows(counts),
        problems=problem_rows(batch),
        notes=batch.preview.get("notes", []),
        unsaid=unsaid_in(batch),
        preview=shown_rows(batch),
        good=counts.get("new", 0) + counts.get("updated", 0),
        earlier=earlier_of(batch),
    )
    return TemplateResponse(request, "visits/import_check.html", context)


@require_POST
@import_page()
def import_store(request: HttpRequest, batch: Import) -> HttpResponse:
    try:
        actions.store_rows(batch=batch, only_good="only_good" in request.POST, by=request.user)  # type: ignore[arg-type]
    except actions.ImportRefused as refusal:
        messages.error(request, str(refusal))
    return to_page(batch)


@require_safe
@import_page(to_work=False)
def import_detail(request: HttpRequest, batch: Import) -> HttpResponse:
    job = batch.job and batch.job.in_words()
    failed = bool(job and job.state == Job.State.FAILED)
    works = may_work(request.user, batch)
    if works and not failed and not batch.is_live and batch.has_rows and batch.state in (State.OPEN, State.CHECKED):
        return next_page(batch)
    is_done = batch.state == State.DONE
    state, tone = state_of(batch)
    context = _with(
        batch,
        5,
        job=job,
        failed=failed,
        may_work=works,
        state=state,
        tone=tone,
        results=result_rows(batch.counts),
        used=use_of(batch, request.user) if is_done else 0,
    )
    return TemplateResponse(request, "visits/import_detail.html", context)


@require_safe
@import_page(to_work=False)
def import_progress(request: HttpRequest, batch: Import) -> HttpResponseBase:
    if not getattr(request, "htmx", False):
        return to_page(batch)
    job = batch.job and batch.job.in_words()
    if job is None or not job.is_live:
        return HttpResponseClientRefresh()
    return TemplateResponse(request, "visits/_import_progress.html", {"batch": batch, "job": job})


@require_POST
@import_page()
def import_retry(request: HttpRequest, batch: Import) -> HttpResponse:
    actions.retry_import(batch=batch, by=request.user)  # type: ignore[arg-type]
    return to_page(batch)


@require_POST
@import_page()
def import_discard(request: HttpRequest, batch: Import) -> HttpResponse:
    try:
        actions.discard_import(batch=batch, by=request.user)  # type: ignore[arg-type]
    except actions.ImportRefused as refusal:
        messages.error(request, str(refusal))
        return to_page(batch)
    messages.success(request, _("The file has been thrown away."))
    return to_list(batch)


@asks_and_acts
@import_page()
def import_undo(request: HttpRequest, batch: Import) -> HttpResponse:
    if batch.state != State.DONE or batch.is_live:
        return to_page(batch)
    form = ReasonForm(typed(request))
    if request.method == "POST" and form.is_valid():
        try:
            actions.undo_import(batch=batch, reason=form.cleaned_data["reason"], by=request.user)  # type: ignore[arg-type]
        except actions.ImportRefused as refusal:
            messages.error(request, str(refusal))
        return to_page(batch)
    context = _with(batch, 5, form=form, used=use_of(batch, request.user), results=result_rows(batch.counts))
    return TemplateResponse(request, "visits/import_undo.html", context)


def _not_open(request: HttpRequest, batch: Import) -> Any:
    """Return the redirect for an import whose file cannot be worked with now, None for one that can."""
    if batch.state in (State.DONE, State.UNDONE, State.RECEIVED) or batch.is_live or not batch.has_rows:
        return to_page(batch)
    try:
        with rows_of(batch):
            return None
    except Missing:
        messages.error(request, _("The file is no longer there: upload it again."))
    except (NoRoom, StorageAway) as away:
        messages.error(request, _(away.sentence))
    return to_list(batch)


def _with(batch: Import, step: int, **context: Any) -> dict[str, Any]:
    """Return what every screen of an import prints, and ``context``."""
    return {"batch": batch, "step": step, **context}
