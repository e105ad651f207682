"""Who was asked about a gap, what they answered, and what of that was written down wrongly."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from members.actions.coverage import CoverageError
from members.actions.gaps import changed, check_may, locked
from members.actions.register_changes import check_seen, record_change, values_of
from members.models import CoverageGap, GapInquiry, RegisterChange, User

Act = RegisterChange.Act


@dataclass(frozen=True)
class InquiryGiven:
    """What somebody says was asked and answered; without a day there is no answer."""

    asked: str
    asked_on: date
    question: str
    answered_on: date | None = None
    answer: str = ""


@transaction.atomic
def ask(*, gap: CoverageGap, asked: str, asked_on: date, question: str, by: User) -> GapInquiry:
    """Write down that somebody was asked about a gap."""
    check_may(by, gap.setting.mechanism)
    inquiry = GapInquiry.objects.create(gap=gap, asked=asked, asked_on=asked_on, question=question)
    _leave_trace(Act.CHANGE, inquiry, by, {}, values_of(inquiry), asked_on)
    return inquiry


@transaction.atomic
def answer(
    *, inquiry: GapInquiry, answered_on: date, text: str, by: User, seen: str | None = None, reason: str = ""
) -> GapInquiry:
    """Write down what somebody answered; with a ``reason`` where an answer stood there and was wrong.

    CoverageError where the answer is older than the question, or says this already.
    """
    check_may(by, inquiry.gap.setting.mechanism)
    inquiry = locked(inquiry)
    check_seen(inquiry, seen)
    given = InquiryGiven(inquiry.asked, inquiry.asked_on, inquiry.question, answered_on, text)
    return _write(inquiry, given, Act.CORRECTION if inquiry.answered_on else Act.CHANGE, answered_on, reason, by)


@transaction.atomic
def correct_inquiry(
    *, inquiry: GapInquiry, given: InquiryGiven, reason: str, by: User, seen: str | None = None
) -> GapInquiry:
    """Mend a question or an answer that was written down wrongly; the history keeps the old words.

    CoverageError where the answer is older than the question or nothing was changed; ChangedSince where it is not as
    ``seen`` (its seal).
    """
    check_may(by, inquiry.gap.setting.mechanism)
    inquiry = locked(inquiry)
    check_seen(inquiry, seen)
    return _write(inquiry, given, Act.CORRECTION, None, reason, by)


@transaction.atomic
def take_back_inquiry(*, inquiry: GapInquiry, reason: str, by: User) -> None:
    """Take away a question that was written down by mistake, with its answer; the history of the gap keeps both."""
    check_may(by, inquiry.gap.setting.mechanism)
    inquiry = locked(inquiry)
    # The row is gone afterwards: the number of the gap leads its history to what stood here.
    _leave_trace(Act.REMOVAL, inquiry, by, values_of(inquiry) | {"gap_id": inquiry.gap_id}, {}, None, reason)
    inquiry.delete()


def _write(inquiry: GapInquiry, given: InquiryGiven, act: str, on: date | None, reason: str, by: User) -> GapInquiry:
    if given.answered_on and given.answered_on < given.asked_on:
        raise CoverageError(_("The answer cannot be older than the question."))
    before = values_of(inquiry)
    for name, value in vars(given).items():
        setattr(inquiry, name, value)
    inquiry.save(update_fields=list(vars(given)))
    _leave_trace(act, inquiry, by, before, changed(before, inquiry), on, reason)
    return inquiry


def _leave_trace(
    act: str,
    inquiry: GapInquiry,
    by: User,
    before: dict[str, Any],
    after: dict[str, Any],
    on: date | None,
    reason: str = "",
) -> None:
    mechanism = inquiry.gap.setting.mechanism
    record_change(
        act=act, row=inquiry, mechanism=mechanism, by=by, before=before, after=after, effective_on=on, reason=reason
    )
