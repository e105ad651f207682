"""The people of a mechanism: who has which role, changes of role, moving, retiring."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from members.actions import factors, role_requests
from members.actions import people as actions
from members.actions.people_rules import PeopleError, SecondPersonNeeded
from members.forms.people import RoleForm
from members.models import Affiliation, Mechanism, MemberBody, PeopleReview, User
from members.models.affiliation_groups import bodies_that_left
from members.views.people_scope import manages_people, open_invitations, person_managed, with_scopes
from members.views.role_requests import requests_for
from npmportal.access import MANAGE_PEOPLE, ROLES, can
from npmportal.accounts import require_fresh_sign_in
from npmportal.paging import Keyset, paginate


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
    roles = with_scopes(actions.open_affiliations(request.user, mechanism))
    found = User.objects.filter(pk__in=roles.order_by().values("user")).prefetch_related(
        Prefetch("affiliations", roles, to_attr="open_roles")
    )
    if text := request.GET.get("q", "").replace("\x00", "").strip()[:100]:
        found = found.filter(Q(name__icontains=text) | Q(email__icontains=text))
    page = paginate(request, found, BY_NAME)
    left = set(bodies_that_left(date.today()).filter(body__mechanism=mechanism).values_list("body", flat=True))
    context = {
        "page": page,
        "resettable": factors.resettable(request.user, mechanism, [person.pk for person in page.rows]),  # type: ignore[arg-type]
        "q": text,
        "invitations": with_scopes(open_invitations(request.user, mechanism)),
        "roles": ROLES.values(),
        "left": left,
        "left_with_people": _left_with_people(left) if can(request.user, MANAGE_PEOPLE, mechanism) else [],
        "requests": requests_for(request.user, mechanism),
        "overdue": PeopleReview.objects.manageable_by(request.user).overdue().filter(body__mechanism=mechanism).count(),
    }
    return TemplateResponse(request, "members/people.html", context)


def _left_with_people(left: set[int]) -> list[MemberBody]:
    """Return those of the bodies ``left`` in which somebody still has a role."""
    if not left:
        return []
    held = Affiliation.objects.not_ended().filter(body__in=left).order_by().values("body")
    return list(MemberBody.objects.with_names_as_at(date.today()).filter(pk__in=held))


@require_http_methods(["GET", "HEAD", "POST"])
@manages_people
def person_role(request: HttpRequest, mechanism: Mechanism, pk: int) -> HttpResponse:
    person, roles = person_managed(request.user, mechanism, pk)
    require_fresh_sign_in(request)
    form = RoleForm(request.POST or None, roles=roles, user=request.user, mechanism=mechanism)  # type: ignore[arg-type]
    if request.method == "POST" and form.is_valid():
        given: Any = {key: form.cleaned_data[key] for key in ("affiliation", "role")}
        given |= {"scope": form.scope, "by": request.user}
        try:
            actions.move_person(**given)
        except SecondPersonNeeded:
            return _ask_second_person(request, mechanism, given)
        except PeopleError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("{name} has the new role from today.").format(name=person.name))
            return redirect("members:people", npm=mechanism.slug)
    return TemplateResponse(request, "members/person_role.html", {"form": form, "person": person})


def _ask_second_person(request: HttpRequest, mechanism: Mechanism, given: dict[str, Any]) -> HttpResponse:
    try:
        role_requests.ask_to_move(**given)
    except PeopleError as error:
        messages.error(request, str(error))
    else:
        messages.info(request, _("This role is given by two. A second person is asked to agree."))
    return redirect("members:people", npm=mechanism.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@manages_people
def person_retire(request: HttpRequest, mechanism: Mechanism, pk: int) -> HttpResponse:
    person, roles = person_managed(request.user, mechanism, pk)
    require_fresh_sign_in(request)
    if request.method == "POST":
        is_retired = _retire(request, person, mechanism)
        gone = is_retired and person == request.user
        return redirect("home") if gone else redirect(*_back(request), npm=mechanism.slug)
    elsewhere = Affiliation.objects.filter(user=person).not_ended().exclude(pk__in=roles.order_by().values("pk"))
    context = {"person": person, "roles": roles, "keeps_account": elsewhere.exists(), "back": request.GET.get("from")}
    return TemplateResponse(request, "members/person_retire.html", context)


def _retire(request: HttpRequest, person: User, mechanism: Mechanism) -> bool:
    try:
        is_closed = actions.retire_person(user=person, mechanism=mechanism, by=request.user)  # type: ignore[arg-type]
    except PeopleError as error:
        messages.error(request, str(error))
        return False
    else:
        done = _("{name} is retired: the account is closed and signed out everywhere.")
        partly = _("{name} has no role here any more. The account stays: there is a role elsewhere.")
        messages.success(request, (done if is_closed else partly).format(name=person.name))
        return True


def _back(request: HttpRequest) -> tuple[str]:
    """Return the page the person came from: the review of leavers, or else the list."""
    return ("members:people_reviews",) if request.GET.get("from") == "review" else ("members:people",)
