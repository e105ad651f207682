"""The terms of use, to read and to accept."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from members import terms_first
from members.actions import terms as actions
from members.models import Terms


@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    newest = Terms.objects.in_force().first()
    acceptance = newest and newest.acceptances.filter(user=request.user.pk).first()
    context = {"terms": newest, "acceptance": acceptance, "next": _wanted(request, request.GET.get("next", ""))}
    return TemplateResponse(request, "members/terms.html", context)


@require_POST
def terms_accept(request: HttpRequest) -> HttpResponse:
    newest = Terms.objects.in_force().first()
    # Only the words that were on the page are accepted: a version that came since is shown first.
    if newest is None or request.POST.get("version") != str(newest.version):
        return redirect("members:terms")
    actions.accept_terms(terms=newest, by=request.user)  # type: ignore[arg-type]
    terms_first.note_if_nothing_waits(request, request.user)
    return redirect(_wanted(request, request.POST.get("next", "")) or reverse("members:start"))


def _wanted(request: HttpRequest, path: str) -> str:
    """Return the page the person was on the way to, if it is one of ours."""
    is_ours = url_has_allowed_host_and_scheme(
        path, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return path if is_ours else ""
