"""The letters that were not sent, for those who manage people."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from members.actions.people_rules import PeopleError, SecondPersonNeeded
from members.actions.reminders import invite_again
from members.actions.role_requests import ask_to_invite
from members.models import Affiliation, Invitation, Mechanism
from members.views.invitations import DELICATE
from members.views.scope import desk_page
from npmportal.access import MANAGE_PEOPLE
from npmportal.accounts import require_fresh_sign_in
from npmportal.models import MailRecord
from npmportal.paging import Keyset, paginate, read_moment

OF_INVITATION = "members.invitation"
DAYS = 30


class ByMomentThenNumber(Keyset):
    """Letters have numbers where the other records have UUIDs."""

    def parse(self, text: str) -> tuple[Any, Any]:
        leading, separator, number = text.rpartition("_")
        if not separator or not number.isascii() or not number.isdecimal() or len(number) > 18:
            raise ValueError("A place in this list is written <moment>_<number>.")
        return read_moment(leading), int(number)


NEWEST = ByMomentThenNumber("written_at", read_moment, is_descending=True)


@require_safe
@desk_page(needs=MANAGE_PEOPLE)
def letters(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    page = paginate(request, _unsent(request.user, mechanism).select_related("user"), NEWEST)
    ids = [letter.object_id for letter in page.rows if letter.object_type == OF_INVITATION]
    found = {str(i.pk): i for i in _invitations(request.user, mechanism).filter(pk__in=ids)}
    rows = [(letter, found.get(letter.object_id)) for letter in page.rows]
    return TemplateResponse(request, "members/letters.html", {"page": page, "rows": rows, "days": DAYS})


@require_POST
@desk_page(needs=MANAGE_PEOPLE)
def letter_again(request: HttpRequest, mechanism: Mechanism, pk: int) -> HttpResponse:
    letter = get_object_or_404(_unsent(request.user, mechanism).filter(object_type=OF_INVITATION), pk=pk)
    invitation = get_object_or_404(_invitations(request.user, mechanism), pk=letter.object_id)
    if invitation.role in DELICATE:
        require_fresh_sign_in(request)
    try:
        again = invite_again(invitation=invitation, by=request.user)  # type: ignore[arg-type]
    except SecondPersonNeeded:
        ask_to_invite(
            email=invitation.email,
            name=invitation.name,
            role=invitation.role,
            scope=invitation.scope,
            by=request.user,  # type: ignore[arg-type]
        )
        messages.info(request, _("This role is given by two. The e-mail goes out when a second person has agreed."))
    except PeopleError as error:
        messages.error(request, str(error))
    else:
        if again.has_failed:
            messages.error(request, _("The new e-mail could not be sent either. Is the mail server away?"))
        else:
            messages.success(request, _("A new invitation is on its way. It works once, for 24 hours."))
    return redirect("members:letters", npm=mechanism.slug)


def _invitations(user: Any, mechanism: Mechanism) -> QuerySet[Invitation]:
    own = Q(mechanism=mechanism) | Q(body__mechanism=mechanism)
    return Invitation.objects.manageable_by(user).filter(own)


def _unsent(user: Any, mechanism: Mechanism) -> QuerySet[MailRecord]:
    """Return the letters of the last days that failed: to people with a role in the mechanism, and of its invitations.

    A digest that was sent later on its day is none.
    """
    held = (
        Affiliation.objects.manageable_by(user)
        .not_ended()
        .filter(Q(mechanism=mechanism) | Q(body__mechanism=mechanism))
    )
    invitations = _invitations(user, mechanism).order_by().annotate(text=Cast("pk", CharField())).values("text")
    sent_later = MailRecord.objects.filter(
        user=OuterRef("user"), template=OuterRef("template"), day=OuterRef("day"), state=MailRecord.State.SENT
    )
    since = timezone.now() - timedelta(days=DAYS)
    failed = MailRecord.objects.filter(state=MailRecord.State.FAILED, written_at__gt=since)
    of_the_mechanism = Q(user__in=held.order_by().values("user")) | Q(
        object_type=OF_INVITATION, object_id__in=invitations
    )
    return failed.filter(of_the_mechanism, ~Exists(sent_later))
