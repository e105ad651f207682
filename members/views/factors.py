"""Taking a lost second factor away from somebody who has proved who it is."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from members.actions import factors as actions
from members.actions.people_rules import PeopleError
from members.forms.factors import FactorResetForm
from members.models import Mechanism
from members.views.people_scope import manages_people, person_managed
from npmportal.accounts import require_fresh_sign_in, second_factors


@require_http_methods(["GET", "HEAD", "POST"])
@manages_people
def factor_reset(request: HttpRequest, mechanism: Mechanism, pk: int) -> HttpResponse:
    person, _roles = person_managed(request.user, mechanism, pk)
    if person.pk not in actions.resettable(request.user, mechanism, [person.pk]):  # type: ignore[arg-type]
        raise PermissionDenied
    require_fresh_sign_in(request)
    form = FactorResetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.reset_factor(person=person, mechanism=mechanism, by=request.user, **form.cleaned_data)  # type: ignore[arg-type]
        except PeopleError as error:
            form.add_error(None, str(error))
        else:
            sentence = _("The second factor of {name} is removed; a new one is set up at the next sign-in.")
            messages.success(request, sentence.format(name=person.name))
            return redirect("members:people", npm=mechanism.slug)
    context = {"form": form, "person": person, "has_factor": bool(second_factors(person))}
    return TemplateResponse(request, "members/person_factor.html", context)
