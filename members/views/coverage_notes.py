"""Why a cell of the coverage matrix is no gap, and which layers a setting is meant to have."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from members.actions import gaps as actions
from members.forms.coverage import EndForm, ReasonForm
from members.forms.gaps import ExpectedLayerForm, NoteForm
from members.models import CoverageNote, ExpectedLayer, Mechanism
from members.views.cell import desk_cell_url
from members.views.register_form import asked_cells, end_given, form_page
from members.views.remits import asks_and_acts, keeps_register


@asks_and_acts
@keeps_register
def note_create(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    form = NoteForm(
        request.POST or None, mechanism=mechanism, initial=asked_cells(request) | {"kind": request.GET.get("kind")}
    )
    return form_page(
        request,
        form,
        title=_("Explain a cell"),
        done=_("The explanation is recorded."),
        act=lambda: actions.explain_cells(**form.given(), by=request.user),  # type: ignore[arg-type]
        back=reverse("members:gaps", kwargs={"npm": mechanism.slug}),
    )


@asks_and_acts
@keeps_register
def note_end(request: HttpRequest, mechanism: Mechanism, pk: int) -> HttpResponse:
    note = _note(mechanism, pk)
    form = EndForm(request.POST or None)
    return form_page(
        request,
        form,
        title=_("End an explanation"),
        done=_("The explanation has an end."),
        act=lambda: actions.end_note(
            note=note,
            until=form.cleaned_data["until"],
            words=form.cleaned_data["note"],
            by=request.user,  # type: ignore[arg-type]
        ),
        back=desk_cell_url(mechanism, note.setting.slug, note.jurisdiction.slug, note.layer, date.today()),
    )


@asks_and_acts
@keeps_register
def note_remove(request: HttpRequest, mechanism: Mechanism, pk: int) -> HttpResponse:
    note = _note(mechanism, pk)
    form = ReasonForm(request.POST or None)
    return form_page(
        request,
        form,
        title=_("Remove an explanation"),
        done=_("The entry is removed; the history keeps it."),
        act=lambda: actions.remove_note(note=note, reason=form.cleaned_data["reason"], by=request.user),  # type: ignore[arg-type]
        back=desk_cell_url(mechanism, note.setting.slug, note.jurisdiction.slug, note.layer, date.today()),
    )


@asks_and_acts
@keeps_register
def expected_layers(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    form = ExpectedLayerForm(request.POST or None, mechanism=mechanism)
    rows = ExpectedLayer.objects.in_use().filter(setting__mechanism=mechanism).select_related("setting", "source")
    here = reverse("members:expected_layers", kwargs={"npm": mechanism.slug})
    return form_page(
        request,
        form,
        title=_("Layers each setting should have"),
        done=_("The setting should have the layer from that day."),
        act=lambda: actions.expect_layer(**form.given(), by=request.user),  # type: ignore[arg-type]
        back=here,
        template="members/coverage_layers.html",
        more={"layers": list(rows.order_by("setting__position", "layer", "starts_on"))},
    )


@asks_and_acts
@keeps_register
def expected_layer_end(request: HttpRequest, mechanism: Mechanism, pk: int) -> HttpResponse:
    rows = ExpectedLayer.objects.in_use().filter(setting__mechanism=mechanism).select_related("setting__mechanism")
    row = get_object_or_404(rows, pk=pk)
    form = EndForm(request.POST or None)
    return form_page(
        request,
        form,
        title=_("This layer is no longer expected: {what}").format(what=row),
        done=_("The setting need not have the layer from that day."),
        act=lambda: actions.end_expected_layer(row=row, **end_given(form), by=request.user),  # type: ignore[arg-type]
        back=reverse("members:expected_layers", kwargs={"npm": mechanism.slug}),
    )


def _note(mechanism: Mechanism, pk: int) -> CoverageNote:
    notes = CoverageNote.objects.in_use().filter(setting__mechanism=mechanism)
    return get_object_or_404(notes.select_related("setting__mechanism", "jurisdiction"), pk=pk)
