"""The themes common to all members, kept by the coordinator's staff."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from members.models import Mechanism
from members.views.scope import desk_page
from npmportal.access import REVIEW_VISITS
from visits.actions import versions as actions
from visits.forms.question import ThemeForm
from visits.models import Theme
from visits.views.scope import asks_and_acts, typed


@asks_and_acts
@desk_page(needs=REVIEW_VISITS)
def theme_add(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    return _theme(request, mechanism, None, title=_("Add a common theme"))


@asks_and_acts
@desk_page(needs=REVIEW_VISITS)
def theme_change(request: HttpRequest, mechanism: Mechanism, pk: int) -> HttpResponse:
    theme = get_object_or_404(Theme.objects.kept_by(request.user).filter(mechanism=mechanism), pk=pk)
    return _theme(request, mechanism, theme, title=_("Change a common theme"))


def _theme(request: HttpRequest, mechanism: Mechanism, theme: Theme | None, *, title: str) -> HttpResponse:
    form = ThemeForm(typed(request), instance=theme, mechanism=mechanism)
    if request.method == "POST" and form.is_valid():
        try:
            actions.keep_theme(theme=form.instance, by=request.user)  # type: ignore[arg-type]
        except actions.VersionRefused as refused:
            form.add_error(refused.field, str(refused))
        else:
            messages.success(request, _("The theme has been saved."))
            return redirect("visits:question_list", npm=mechanism.slug)
    lead = _("Members map their own standards and questions to it, so that the mechanism can report by theme.")
    context = {"form": form, "title": title, "lead": lead, "button": _("Save")}
    return TemplateResponse(request, "visits/question_act.html", context)
