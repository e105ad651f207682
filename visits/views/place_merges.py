"""Records that may be one place: the list, the merge with its preview, telling two apart, undoing a merge."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from members.models import Mechanism
from members.views.scope import desk_page
from visits.actions import place_merges as actions
from visits.actions.places import may_keep_places
from visits.duplicates import SHOWN, possible_duplicates
from visits.forms.note import ShortReasonForm
from visits.models import Place, PlaceMerge
from visits.place_visits import may_know_of_visits
from visits.views.scope import asks_and_acts, typed


@require_safe
@desk_page()
def place_duplicates(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    _only_keepers(request, mechanism)
    merges = PlaceMerge.objects.visible_to(request.user).filter(mechanism=mechanism)
    context = {
        "pairs": possible_duplicates(mechanism, request.user),
        "shown": SHOWN,
        "merges": list(merges.select_related("kept", "duplicate", "by", "undone_by")[:SHOWN]),
    }
    return TemplateResponse(request, "visits/place_duplicates.html", context)


@asks_and_acts
@desk_page()
def place_merge(request: HttpRequest, mechanism: Mechanism, pk: Any, other: Any) -> HttpResponse:
    _only_keepers(request, mechanism)
    kept, duplicate = _two(request, mechanism, pk, other)
    form = ShortReasonForm(typed(request))
    user: Any = request.user
    if request.method == "POST" and form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            merge = actions.merge_places(kept=kept, duplicate=duplicate, reason=reason, by=user)
        except actions.MergeRefused as refused:
            form.add_error(None, str(refused))
        else:
            sentence = _("The two records are one now. History and codes can undo it until the place is changed.")
            messages.success(request, sentence)
            return redirect("visits:place_detail", npm=mechanism.slug, pk=merge.kept_id)
    context = {
        "form": form,
        "kept": kept,
        "duplicate": duplicate,
        "preview": actions.preview_merge(kept=kept, duplicate=duplicate, by=user),
        "may_know": may_know_of_visits(user, mechanism),
    }
    return TemplateResponse(request, "visits/place_merge.html", context)


@asks_and_acts
@desk_page()
def place_distinct(request: HttpRequest, mechanism: Mechanism, pk: Any, other: Any) -> HttpResponse:
    _only_keepers(request, mechanism)
    one, two = _two(request, mechanism, pk, other)
    form = ShortReasonForm(typed(request))
    if request.method == "POST" and form.is_valid():
        actions.tell_apart(one=one, other=two, reason=form.cleaned_data["reason"], by=request.user)  # type: ignore[arg-type]
        messages.success(request, _("Written down: these are two places."))
        return redirect("visits:place_duplicates", npm=mechanism.slug)
    lead = _("“{one}” and “{other}” are not suggested again.").format(one=one.name, other=two.name)
    return _page(request, mechanism, form, title=_("These are two places"), lead=lead, button=_("Save"))


@asks_and_acts
@desk_page()
def place_merge_undo(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    _only_keepers(request, mechanism)
    merges = PlaceMerge.objects.visible_to(request.user).filter(mechanism=mechanism)
    merge = get_object_or_404(merges.select_related("kept", "duplicate"), pk=pk)
    form = ShortReasonForm(typed(request))
    if request.method == "POST" and form.is_valid():
        try:
            actions.undo_merge(merge=merge, reason=form.cleaned_data["reason"], by=request.user)  # type: ignore[arg-type]
        except actions.MergeRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The merge has been undone: both records stand as they did."))
            return redirect("visits:place_detail", npm=mechanism.slug, pk=merge.duplicate_id)
    lead = _("“{gone}” comes back with all that moved to “{kept}”. Visits logged since the merge stay where they are.")
    lead = lead.format(gone=merge.duplicate.name, kept=merge.kept.name)
    return _page(request, mechanism, form, title=_("Undo a merge"), lead=lead, button=_("Undo the merge"))


def _only_keepers(request: HttpRequest, mechanism: Mechanism) -> None:
    if not may_keep_places(request.user, mechanism):
        raise PermissionDenied


def _two(request: HttpRequest, mechanism: Mechanism, *keys: Any) -> list[Place]:
    """Return both places with what the pages print; 404 unless both are in the register of ``mechanism``."""
    places = Place.objects.visible_to(request.user).filter(mechanism=mechanism)
    places = places.select_related("mechanism", "setting", "jurisdiction", "parent", "authority")
    return [get_object_or_404(places, pk=key) for key in keys]


def _page(request: HttpRequest, mechanism: Mechanism, form: Any, **words: Any) -> HttpResponse:
    cancel_url = reverse("visits:place_duplicates", kwargs={"npm": mechanism.slug})
    context = {"form": form, "cancel_url": cancel_url, **words}
    return TemplateResponse(request, "visits/place_act.html", context)
