"""Inviting somebody, taking it back, and the page behind the letter."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from members.actions import invitations as actions
from members.actions import role_requests
from members.actions.people_rules import PeopleError, SecondPersonNeeded
from members.forms.people import AcceptForm, InviteForm
from members.models import Invitation, Mechanism
from members.views.people_scope import invitations_managed, manages_people
from npmportal.access import ROLES
from npmportal.accounts import require_fresh_sign_in
from npmportal.models import MailRecord

# Who holds one of these sees or gives much: to give them out takes a fresh sign-in (security R-29).
DELICATE = ("administrator", "coordinator")


@require_http_methods(["GET", "HEAD", "POST"])
@manages_people
def invite(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    start = {"role": request.GET.get("role", "")[:40]}  # a first step on the desk names the role
    form = InviteForm(request.POST or None, user=request.user, mechanism=mechanism, initial=start)  # type: ignore[arg-type]
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["role"] in DELICATE:
            require_fresh_sign_in(request)
        try:
            _invite(request, form)
        except PeopleError as error:
            form.add_error(None, str(error))
        else:
            return redirect("members:people", npm=mechanism.slug)
    return TemplateResponse(request, "members/invite.html", {"form": form})


def _invite(request: HttpRequest, form: InviteForm) -> None:
    given: Any = {key: form.cleaned_data[key] for key in ("email", "name", "role")}
    given |= {"scope": form.scope, "by": request.user}
    try:
        invitation, secret = actions.invite(**given)
    except SecondPersonNeeded:
        role_requests.ask_to_invite(**given)
        messages.info(request, _("This role is given by two. The e-mail goes out when a second person has agreed."))
    else:
        _tell_about_letter(request, actions.send_letter(invitation=invitation, secret=secret), invitation)


def _tell_about_letter(request: HttpRequest, letter: MailRecord, invitation: Invitation) -> None:
    if letter.state == MailRecord.State.FAILED:
        sentence = _(
            "The invitation stands, but the letter to {email} could not be sent. Invite the person again later."
        )
        messages.error(request, sentence.format(email=invitation.email))
    else:
        sentence = _("The invitation to {email} is on its way. It works once, for 24 hours.")
        messages.success(request, sentence.format(email=invitation.email))


@require_POST
@manages_people
def invitation_withdraw(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    invitation = get_object_or_404(invitations_managed(request.user, mechanism), pk=pk)
    try:
        actions.withdraw_invitation(invitation=invitation, by=request.user)  # type: ignore[arg-type]
    except PeopleError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The invitation is withdrawn; its link no longer works."))
    return redirect("members:people", npm=mechanism.slug)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_accept(request: HttpRequest, secret: str) -> HttpResponse:
    """Opening the page uses nothing up: mail programs open links before people do."""
    invitation = actions.open_invitation(secret)
    if invitation is None:
        return TemplateResponse(request, "members/invitation_closed.html", status=404)
    account = actions.account_of(invitation)
    form = None if account else AcceptForm(request.POST or None, invitation=invitation)
    if request.method == "POST" and (account == request.user if account else form and form.is_valid()):
        return _accept(request, secret, form)
    context = {"form": form, "invitation": invitation, "account": account, "role": ROLES[invitation.role]}
    return TemplateResponse(request, "members/invitation_accept.html", context)


def _accept(request: HttpRequest, secret: str, form: AcceptForm | None) -> HttpResponse:
    given = {"name": form.cleaned_data["name"], "password": form.cleaned_data["password1"]} if form else {}
    try:
        actions.accept_invitation(secret=secret, by=request.user, **given)
    except PeopleError as error:
        messages.error(request, str(error))
        return redirect("members:invitation_accept", secret=secret)
    welcome = _("Welcome. The role is yours; sign in to begin.") if form else _("The role is yours.")
    messages.success(request, welcome)
    return redirect("members:start")
