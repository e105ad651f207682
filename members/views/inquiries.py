"""Who was asked about a gap and what they answered: written down, put right, taken back."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from members.actions import inquiries as actions
from members.forms.coverage import ReasonForm
from members.forms.inquiries import AnswerForm, AskForm, InquiryForm
from members.models import GapInquiry, Mechanism
from members.views.gaps import gap_url, gaps_of
from members.views.register_facts import reason_and_seal, typed
from members.views.register_form import form_page
from members.views.remits import asks_and_acts, keeps_register


@asks_and_acts
@keeps_register
def gap_ask(request: HttpRequest, mechanism: Mechanism, pk: int) -> HttpResponse:
    gap = get_object_or_404(gaps_of(mechanism), pk=pk)
    form = AskForm(typed(request), initial={"asked_on": date.today()})
    return form_page(
        request,
        form,
        title=_("Write down who was asked"),
        done=_("The question is recorded."),
        act=lambda: actions.ask(gap=gap, **form.cleaned_data, by=request.user),  # type: ignore[arg-type]
        back=gap_url(gap),
        more={"gap": gap},
    )


@asks_and_acts
@keeps_register
def gap_answer(request: HttpRequest, mechanism: Mechanism, pk: int, inquiry: int) -> HttpResponse:
    asked = _inquiry(mechanism, pk, inquiry)
    form = AnswerForm(typed(request), instance=asked)
    return form_page(
        request,
        form,
        title=_("Write down the answer"),
        done=_("The answer is recorded."),
        act=lambda: actions.answer(
            inquiry=asked,
            answered_on=form.cleaned_data["answered_on"],
            text=form.cleaned_data["answer"],
            seen=form.cleaned_data["seen"],
            reason=form.cleaned_data.get("reason", ""),
            by=request.user,  # type: ignore[arg-type]
        ),
        back=gap_url(asked.gap),
        more={"gap": asked.gap, "inquiry": asked},
    )


@asks_and_acts
@keeps_register
def gap_inquiry_correct(request: HttpRequest, mechanism: Mechanism, pk: int, inquiry: int) -> HttpResponse:
    asked = _inquiry(mechanism, pk, inquiry)
    form = InquiryForm(typed(request), instance=asked)
    return form_page(
        request,
        form,
        title=_("Correct a question or its answer"),
        done=_("It is corrected; the history of the gap keeps the old words."),
        act=lambda: actions.correct_inquiry(
            inquiry=asked,
            given=form.given(),
            **reason_and_seal(form),
            by=request.user,  # type: ignore[arg-type]
        ),
        back=gap_url(asked.gap),
        more={"gap": asked.gap},
    )


@asks_and_acts
@keeps_register
def gap_inquiry_remove(request: HttpRequest, mechanism: Mechanism, pk: int, inquiry: int) -> HttpResponse:
    asked = _inquiry(mechanism, pk, inquiry)
    form = ReasonForm(typed(request))
    return form_page(
        request,
        form,
        title=_("Take back a question asked by mistake"),
        done=_("The question is taken back; the history of the gap keeps its words."),
        act=lambda: actions.take_back_inquiry(
            inquiry=asked,
            reason=form.cleaned_data["reason"],
            by=request.user,  # type: ignore[arg-type]
        ),
        back=gap_url(asked.gap),
        more={"gap": asked.gap, "inquiry": asked, "button": _("Take back the question"), "is_danger": True},
    )


def _inquiry(mechanism: Mechanism, gap: int, pk: int) -> GapInquiry:
    found = GapInquiry.objects.filter(gap__in=gaps_of(mechanism).order_by(), gap=gap)
    return get_object_or_404(found.select_related("gap__setting__mechanism"), pk=pk)
