"""When the person wants to be reminded, and what became of the letters the portal sent the person."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from members.actions.reminders import choose_reminders
from members.forms.tasks import ReminderForm
from members.models import ReminderChoice
from npmportal.models import MailRecord

LETTERS_SHOWN = 20


@require_http_methods(["GET", "HEAD", "POST"])
def reminders(request: HttpRequest) -> HttpResponse:
    choice = ReminderChoice.objects.filter(user=request.user.pk).first()
    form = ReminderForm(request.POST or None, choice=choice)
    if request.method == "POST" and form.is_valid():
        choose_reminders(**form.cleaned_data, by=request.user)  # type: ignore[arg-type]
        messages.success(request, _("Your choice is saved."))
        return redirect("members:reminders")
    letters = MailRecord.objects.filter(user=request.user.pk)[:LETTERS_SHOWN]
    return TemplateResponse(request, "members/reminders.html", {"form": form, "letters": letters})
