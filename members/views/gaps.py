"""The register of gaps: what nobody monitors, since when and why; what nobody has explained."""

from datetime import date
from functools import partial
from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from members.actions import gaps as actions
from members.actions.gap_reopening import reopen_gap
from members.concerns import decisions_and_tasks_of
from members.coverage import build_matrix
from members.coverage.explaining import to_explain
from members.coverage.gap_history import history_of
from members.forms.coverage import ReasonForm
from members.forms.gaps import GapEndForm, GapForm, GapReopenForm, ReportTextForm
from members.models import CoverageGap, Mechanism
from members.views.asked_day import asked_day
from members.views.register_facts import reason_and_seal, typed
from members.views.register_form import asked_cells, end_given, form_page
from members.views.remits import asks_and_acts, keeps_register
from members.views.scope import desk_page
from npmportal.access import MANAGE_MEMBERS, grants_of


@require_safe
@desk_page()
def gaps(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    asked = asked_day(request)
    found = gaps_of(mechanism).prefetch_related("inquiries")
    rows = list(found.order_by("setting__position", "starts_on", "key"))
    context = {
        "on": asked.on,
        "on_error": asked.error,
        "has_errors": bool(asked.error),
        "open": [gap for gap in rows if gap.holds_on(asked.on)],
        "closed": [gap for gap in rows if gap.is_closed_on(asked.on)],
        "later": [gap for gap in rows if gap.starts_on > asked.on],
        "questions": to_explain(build_matrix(mechanism, asked.on)),
        "may_edit": mechanism.pk in grants_of(request.user).on(MANAGE_MEMBERS),
    }
    return TemplateResponse(request, "members/gaps.html", context)


@require_safe
@desk_page()
def gap_detail(request: HttpRequest, mechanism: Mechanism, pk: int) -> HttpResponse:
    gap = get_object_or_404(gaps_of(mechanism).prefetch_related("inquiries"), pk=pk)
    others = list(gap.at_other_times())
    later = [other.pk for other in others if other.starts_on > gap.starts_on]
    may_edit = mechanism.pk in grants_of(request.user).on(MANAGE_MEMBERS)
    context = {
        "gap": gap,
        "is_closed": gap.is_closed_on(date.today()),
        "other_times": others,
        "history": history_of(gap, later, with_words=may_edit),
        "may_edit": may_edit,
        "about": decisions_and_tasks_of(gap, request.user),
    }
    return TemplateResponse(request, "members/gap_detail.html", context)


@asks_and_acts
@keeps_register
def gap_create(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    form = GapForm(typed(request), mechanism=mechanism, initial=asked_cells(request))
    return form_page(
        request,
        form,
        title=_("Record a gap"),
        done=_("The gap is recorded."),
        act=lambda: actions.start_gap(given=form.given(), by=request.user),  # type: ignore[arg-type]
        back=reverse("members:gaps", kwargs={"npm": mechanism.slug}),
    )


@asks_and_acts
@keeps_register
def gap_correct(request: HttpRequest, mechanism: Mechanism, pk: int) -> HttpResponse:
    gap = get_object_or_404(gaps_of(mechanism), pk=pk)
    build = partial(GapForm, mechanism=mechanism)
    form = build(typed(request), instance=gap)
    return form_page(
        request,
        form,
        title=_("Correct a gap"),
        done=_("The gap is corrected."),
        act=lambda: actions.correct_gap(
            gap=gap,
            given=form.given(),
            **reason_and_seal(form),
            by=request.user,  # type: ignore[arg-type]
        ),
        back=gap_url(gap),
        build=build,
        more={"gap": gap},
    )


@asks_and_acts
@keeps_register
def gap_end(request: HttpRequest, mechanism: Mechanism, pk: int) -> HttpResponse:
    gap = get_object_or_404(gaps_of(mechanism), pk=pk)
    form = GapEndForm(typed(request), gap=gap)
    return form_page(
        request,
        form,
        title=_("Close the gap"),
        done=_("The gap is closed."),
        act=lambda: actions.end_gap(
            gap=gap,
            **end_given(form),
            closed_in=form.cleaned_data.get("closed_in"),
            by=request.user,  # type: ignore[arg-type]
        ),
        back=gap_url(gap),
        more={"gap": gap, "button": _("Close the gap")},
    )


@asks_and_acts
@keeps_register
def gap_reopen(request: HttpRequest, mechanism: Mechanism, pk: int) -> HttpResponse:
    gap = get_object_or_404(gaps_of(mechanism), pk=pk)
    form = GapReopenForm(typed(request), gap=gap)
    return form_page(
        request,
        form,
        title=_("Open the gap again"),
        done=_("The gap is open again."),
        act=lambda: reopen_gap(
            gap=gap,
            since=form.cleaned_data["since"],
            opens_in=form.cleaned_data.get("opens_in"),
            reason=form.cleaned_data["reason"],
            by=request.user,  # type: ignore[arg-type]
        ),
        back=gap_url(gap),
        then=gap_url,
        more={"gap": gap, "button": _("Open the gap again")},
    )


@asks_and_acts
@keeps_register
def gap_remove(request: HttpRequest, mechanism: Mechanism, pk: int) -> HttpResponse:
    gap = get_object_or_404(gaps_of(mechanism), pk=pk)
    form = ReasonForm(typed(request))
    return form_page(
        request,
        form,
        title=_("Remove a gap that never was"),
        done=_("The entry is removed; the history keeps it."),
        act=lambda: actions.remove_gap(gap=gap, reason=form.cleaned_data["reason"], by=request.user),  # type: ignore[arg-type]
        back=gap_url(gap),
        then=reverse("members:gaps", kwargs={"npm": mechanism.slug}),
        more={"gap": gap, "button": _("Remove"), "is_danger": True},
    )


@asks_and_acts
@keeps_register
def gap_text(request: HttpRequest, mechanism: Mechanism, pk: int) -> HttpResponse:
    gap = get_object_or_404(gaps_of(mechanism), pk=pk)
    form = ReportTextForm(typed(request), instance=gap)
    return form_page(
        request,
        form,
        title=_("Text for the annual report"),
        done=_("The text is saved."),
        act=lambda: actions.write_report_text(gap=gap, **form.cleaned_data, by=request.user),  # type: ignore[arg-type]
        back=gap_url(gap),
        more={"gap": gap, "printed": gap.for_report, "is_own_text": bool(gap.report_text or gap.report_text_nl)},
    )


def gaps_of(mechanism: Mechanism) -> Any:
    """Return the gaps of ``mechanism`` as their pages print them."""
    found = CoverageGap.objects.in_use().filter(setting__mechanism=mechanism)
    jurisdictions = Prefetch("jurisdictions", mechanism.jurisdictions.order_by("position"))
    return found.select_related("setting__mechanism", "source").prefetch_related(jurisdictions)


def gap_url(gap: CoverageGap) -> str:
    """Return the address of the desk's page of ``gap``."""
    return reverse("members:gap_detail", kwargs={"npm": gap.setting.mechanism.slug, "pk": gap.pk})
