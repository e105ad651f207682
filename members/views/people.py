"""The people of a mechanism: who has which role, invitations, changes of role, retiring."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from members.actions import people as actions
from members.forms.people import AcceptForm, InviteForm, RoleForm
from members.models import Affiliation, Invitation, Mechanism, MemberBody, User
from members.views.scope import desk_page
from npmportal.access import MANAGE_BODY_PEOPLE, MANAGE_PEOPLE, ROLES
from npmportal.paging import Keyset, paginate

manages_people = desk_page(needs=MANAGE_PEOPLE, on_a_body=MANAGE_BODY_PEOPLE)


class ByNameThenNumber(Keyset):
    """People have numbers where the other records have UUIDs."""

    def parse(self, text: str) -> tuple[Any, Any]:
        leading, separator, number = text.rpartition("_")
        if not separator or "\x00" in text or not number.isascii() or not number.isdecimal() or len(number) > 18:
            raise ValueError("A place in this list is written <name>_<number>.")
        return leading, int(number)


BY_NAME = ByNameThenNumber("name", str)


@require_safe
@manages_people
def people(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    roles = _with_scopes(actions.open_affiliations(request.user, mechanism))
    found = User.objects.filter(pk__in=roles.order_by().values("user")).prefetch_related(
        Prefetch("affiliations", roles, to_attr="open_roles")
    )
    if text := request.GET.get("q", "").replace("\x00", "").strip()[:100]:
        found = found.filter(Q(name__icontains=text) | Q(email__icontains=text))
    context = {
        "page": paginate(request, found, BY_NAME),
        "q": text,
        "invitations": _with_scopes(_open_invitations(request.user, mechanism)),
        "roles": ROLES.values(),
    }
    return TemplateResponse(request, "members/people.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@manages_people
def invite(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    form = InviteForm(request.POST or None, user=request.user, mechanism=mechanism)  # type: ignore[arg-type]
    if request.method == "POST" and form.is_valid():
        given = {key: form.cleaned_data[key] for key in ("email", "name", "role")}
        try:
            invitation, secret = actions.invite(**given, scope=form.scope, by=request.user)  # type: ignore[arg-type]
        except actions.PeopleError as error:
            form.add_error(None, str(error))
        else:
            link = request.build_absolute_uri(reverse("members:invitation_accept", kwargs={"secret": secret}))
            letter = actions.send_letter(invitation=invitation, link=link)
            _tell_about_letter(request, letter, invitation)
            return redirect("members:people", npm=mechanism.slug)
    return TemplateResponse(request, "members/invite.html", {"form": form})


def _tell_about_letter(request: HttpRequest, letter: Any, invitation: Invitation) -> None:
    if letter.has_failed:
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
    invitation = get_object_or_404(_invitations(request.user, mechanism), pk=pk)
    try:
        actions.withdraw_invitation(invitation=invitation, by=request.user)  # type: ignore[arg-type]
    except actions.PeopleError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The invitation is withdrawn; its letter no longer works."))
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
        given = {"name": form.cleaned_data["name"], "password": form.cleaned_data["password1"]} if form else {}
        try:
            actions.accept_invitation(secret=secret, by=request.user, **given)
        except actions.PeopleError as error:
            messages.error(request, str(error))
            return redirect("members:invitation_accept", secret=secret)
        messages.success(
            request, _("Welcome. The role is yours; sign in to begin.") if form else _("The role is yours.")
        )
        return redirect("members:start")
    context = {"form": form, "invitation": invitation, "account": account, "role": ROLES[invitation.role]}
    return TemplateResponse(request, "members/invitation_accept.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@manages_people
def person_role(request: HttpRequest, mechanism: Mechanism, pk: int) -> HttpResponse:
    roles = _with_scopes(actions.open_affiliations(request.user, mechanism).filter(user=pk))
    person = get_object_or_404(User.objects.filter(pk__in=roles.order_by().values("user")), pk=pk)
    form = RoleForm(request.POST or None, roles=roles)
    if request.method == "POST" and form.is_valid():
        given = {key: form.cleaned_data[key] for key in ("affiliation", "role")}
        try:
            actions.change_role(**given, by=request.user)  # type: ignore[arg-type]
        except actions.PeopleError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("{name} has the new role from today.").format(name=person.name))
            return redirect("members:people", npm=mechanism.slug)
    return TemplateResponse(request, "members/person_role.html", {"form": form, "person": person})


@require_http_methods(["GET", "HEAD", "POST"])
@manages_people
def person_retire(request: HttpRequest, mechanism: Mechanism, pk: int) -> HttpResponse:
    roles = _with_scopes(actions.open_affiliations(request.user, mechanism).filter(user=pk))
    person = get_object_or_404(User.objects.filter(pk__in=roles.order_by().values("user")), pk=pk)
    if request.method == "POST":
        try:
            is_closed = actions.retire_person(user=person, mechanism=mechanism, by=request.user)  # type: ignore[arg-type]
        except actions.PeopleError as error:
            messages.error(request, str(error))
        else:
            done = _("{name} is retired: the account is closed and signed out everywhere.")
            partly = _("{name} has no role here any more. The account stays: there is a role elsewhere.")
            messages.success(request, (done if is_closed else partly).format(name=person.name))
        return redirect("home") if person == request.user else redirect("members:people", npm=mechanism.slug)
    elsewhere = Affiliation.objects.filter(user=person).not_ended().exclude(pk__in=roles.order_by().values("pk"))
    context = {"person": person, "roles": roles, "keeps_account": elsewhere.exists()}
    return TemplateResponse(request, "members/person_retire.html", context)


def _invitations(user: Any, mechanism: Mechanism) -> Any:
    own = Q(mechanism=mechanism) | Q(body__mechanism=mechanism)
    return Invitation.objects.manageable_by(user).filter(own)


def _open_invitations(user: Any, mechanism: Mechanism) -> Any:
    return _invitations(user, mechanism).filter(accepted_at=None, withdrawn_at=None, expires_at__gt=timezone.now())


def _with_scopes(rows: Any) -> Any:
    """Load the body (with today's name) or the mechanism of each row, in a constant number of queries."""
    bodies = MemberBody.objects.with_names_as_at(date.today())
    return rows.select_related("mechanism").prefetch_related(Prefetch("body", bodies))
