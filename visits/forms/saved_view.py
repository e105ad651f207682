"""A name for filters, and with whom it is shared."""

from typing import Any

from django import forms
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import Mechanism, MemberBody
from npmportal.access import MANAGE_BODY_PEOPLE, grants_of
from visits.models import SavedView
from visits.models.body_names import BodyNames


class SavedViewForm(forms.Form):
    """The name, and for those who lead a body whether its people see the view."""

    name = forms.CharField(label=gettext_lazy("Name of the view"), max_length=80)
    body = forms.TypedChoiceField(label=gettext_lazy("For whom"), required=False, coerce=int, empty_value=None)

    def __init__(
        self, *args: Any, user: Any, mechanism: Mechanism, query: str, view: SavedView | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.mechanism, self.query, self.view = user, mechanism, query, view
        fields: dict[str, Any] = self.fields
        led = set(mechanism.bodies.filter(pk__in=grants_of(user).on(MANAGE_BODY_PEOPLE)).values_list("pk", flat=True))
        if not led:
            del self.fields["body"]
            return
        names = BodyNames(mechanism).choices(timezone.localdate(), among=led)
        everybody = _("everybody in %(body)s")
        fields["body"].choices = [("", _("me alone")), *((pk, everybody % {"body": name}) for pk, name in names)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        body = data.get("body")
        if body and "words" in QueryDict(self.query):
            self.add_error("body", _("Words may name a person: a view that looks for words is yours alone."))
        same = Q(body=body) if body else Q(body=None, person=self.user, mechanism=self.mechanism)
        taken = SavedView.objects.filter(same, name=data.get("name"))
        if self.view:
            taken = taken.exclude(pk=self.view.pk)
        if taken.exists():
            self.add_error("name", _("There is a view with this name already."))
        return data

    def shared_with(self) -> MemberBody | None:
        """Return the body whose people see the view, None where it is the person's own."""
        body = self.cleaned_data.get("body")
        return self.mechanism.bodies.get(pk=body) if body else None
