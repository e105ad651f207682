"""What is typed about a task: giving it, each step with it, the filters of the list, and when to be reminded."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, ClassVar, cast

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.actions.tasks import LONGEST_TEXT, bodies_for, owners_for
from members.models import Affiliation, Mechanism, MemberBody, ReminderChoice, Task, User
from members.models.task import OFFSETS

LONGEST_DELAY = timedelta(days=3653)
OFFSET_WORDS = {
    -30: gettext_lazy("30 days before it is due"),
    -7: gettext_lazy("7 days before it is due"),
    0: gettext_lazy("on the day it is due"),
    7: gettext_lazy("7 days after it was due"),
    30: gettext_lazy("30 days after it was due"),
}


def day_field(label: Any, **more: Any) -> forms.DateField:
    """Return the field of one day."""
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **more)


def text_field(label: Any, **more: Any) -> forms.CharField:
    """Return the field of a text of some lines."""
    return forms.CharField(label=label, max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 4}), **more)


def clean_due_on(due_on: date) -> date:
    """Return ``due_on``. Raises ValidationError for a day that has passed, or so far off that it is a slip."""
    if due_on < date.today():
        raise ValidationError(_("This day has passed."))
    if due_on > date.today() + LONGEST_DELAY:
        raise ValidationError(_("This day is more than ten years off."))
    return due_on


class _WhoField(forms.ChoiceField):
    """Who is to do it: a person in a body (or of the mechanism's own staff), or a body."""

    def offer(self, roles: Any, bodies: Any) -> None:
        """Offer the people who hold ``roles`` and the ``bodies``, read in a constant number of queries."""
        named = MemberBody.objects.with_names_as_at(date.today())
        held = roles.select_related("user", "mechanism").prefetch_related(Prefetch("body", named))
        people = {_key(role.user_id, role.body_id): _in_words(role) for role in held.order_by("user__name", "user")}
        owed = {_key("", body.pk): body.name for body in named.filter(pk__in=bodies.order_by().values("pk"))}
        groups = [(_("People"), people), (_("A body, whose lead then names somebody"), owed)]
        self.choices = [(label, list(found.items())) for label, found in groups if found]
        self.parts = {key: key.split("-") for key in (*people, *owed)}


def _key(user: Any, body: Any) -> str:
    return f"{user}-{body or ''}"


def _in_words(role: Affiliation) -> str:
    return f"{role.user.name} – {role.scope}"


class GiveForm(forms.Form):
    """A task for somebody. The choices are the people and bodies to whom the person may give one."""

    title = forms.CharField(label=gettext_lazy("What is to be done"), max_length=200)
    who = _WhoField(label=gettext_lazy("Who does it"))
    due_on = day_field(gettext_lazy("Due"))
    note = text_field(gettext_lazy("Note"), required=False)

    def __init__(self, *args: Any, user: User, mechanism: Mechanism, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["who"]
        field.offer(owners_for(user, mechanism), bodies_for(user, mechanism))
        self.initial.setdefault("who", next((key for key, (pk, _b) in field.parts.items() if pk == str(user.pk)), ""))

    def clean_due_on(self) -> date:
        return clean_due_on(self.cleaned_data["due_on"])

    def values(self) -> dict[str, Any]:
        """Return what was typed, in the words of the action."""
        return {name: self.cleaned_data[name] for name in ("title", "due_on", "note")} | chosen(self, "who")


def chosen(form: forms.Form, name: str) -> dict[str, Any]:
    """Return the owner and the body that were chosen in the field ``name``."""
    field: Any = form.fields[name]
    user, body = field.parts[form.cleaned_data[name]]
    return {
        "owner": User.objects.get(pk=user) if user else None,
        "body": MemberBody.objects.select_related("mechanism").get(pk=body) if body else None,
    }


class StepForm(forms.Form):
    """One step with a task. ``version`` is the one the person has read; junk is a version that none has."""

    version = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, task: Task, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.task, self.user = task, user
        self.initial["version"] = str(task.version)

    def clean_version(self) -> int:
        text = self.cleaned_data["version"]
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0

    def values(self) -> dict[str, Any]:
        """Return what was typed, in the words of the action."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class OutcomeForm(StepForm):
    outcome = text_field(gettext_lazy("Action taken"))


class ReasonForm(StepForm):
    reason = text_field(gettext_lazy("Reason"))


class MoveForm(StepForm):
    due_on = day_field(gettext_lazy("New day"))
    reason = text_field(gettext_lazy("Reason"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["due_on"] = self.task.due_on

    def clean_due_on(self) -> date:
        return clean_due_on(self.cleaned_data["due_on"])


class HandOverForm(StepForm):
    who = _WhoField(label=gettext_lazy("Who does it from now on"))
    reason = text_field(gettext_lazy("Reason"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        task, field = self.task, self.fields["who"]
        roles = owners_for(self.user, task.mechanism, task.meeting).exclude(user=task.owner_id)
        roles = roles.filter(body=task.body_id) | roles.filter(mechanism=task.mechanism_id, role="coordinator")
        if task.body_id is None:
            roles = owners_for(self.user, task.mechanism, task.meeting).filter(body=None).exclude(user=task.owner_id)
        back = MemberBody.objects.filter(tasks=task) if task.owner_id else MemberBody.objects.none()
        field.offer(roles, back)  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        return {"owner": chosen(self, "who")["owner"], "reason": self.cleaned_data["reason"]}


class RewordForm(StepForm):
    title = forms.CharField(label=gettext_lazy("What is to be done"), max_length=200)
    note = text_field(gettext_lazy("Note"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.update(title=self.task.title, note=self.task.note)


class TaskFilter(forms.Form):
    """The filters of the list of tasks, which stand in its address. What cannot be read there is said."""

    MINE, BODY, GIVEN, ALL = "mine", "body", "given", "all"
    LATE, NOBODY = "late", "nobody"
    PARTS: ClassVar[dict[str, Promise]] = {
        "": gettext_lazy("My tasks"),
        BODY: gettext_lazy("Tasks of my body"),
        GIVEN: gettext_lazy("Tasks I gave"),
        ALL: gettext_lazy("All tasks"),
    }

    whose = forms.ChoiceField(label=gettext_lazy("Whose"), required=False)
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[
            ("", gettext_lazy("to do")),
            (LATE, gettext_lazy("overdue")),
            (NOBODY, gettext_lazy("to do, without a person")),
            ("done", gettext_lazy("done")),
            ("dropped", gettext_lazy("dropped")),
        ],
    )
    body = forms.ChoiceField(label=gettext_lazy("Body"), required=False)
    marks_required = True

    def __init__(self, data: QueryDict, *, bodies: list[MemberBody], sees_all: bool) -> None:
        super().__init__(data)
        whose = [("", _("mine")), (self.GIVEN, _("given by me"))]
        if bodies and not sees_all:
            whose.insert(1, (self.BODY, _("of my body")))
        if sees_all:
            whose.append((self.ALL, _("all")))
        self.fields["whose"].choices = whose  # type: ignore[attr-defined]
        self.fields["body"].choices = [("", _("any")), *((str(b.pk), b.name) for b in bodies)]  # type: ignore[attr-defined]
        if len(bodies) < 2:
            del self.fields["body"]

    def chosen(self) -> dict[str, str]:
        """Return the filters that are set and could be read."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def parts(self, *, list_url: str) -> list[dict[str, Any]]:
        """Return the lists that the filter “whose” leads to: label, address, and whether it is the one shown."""
        shown, whose = self.chosen().get("whose", ""), cast(Any, self.fields["whose"])
        return [
            {
                "label": self.PARTS[key],
                "url": f"{list_url}?whose={key}" if key else list_url,
                "is_current": key == shown,
            }
            for key, _label in whose.choices
        ]

    def active(self, data: QueryDict) -> Iterator[dict[str, str]]:
        """Yield label, value and the address of the list without it, of each filter that is set."""
        for name, value in self.chosen().items():
            rest = data.copy()
            for dropped in (name, "after", "before", "page"):
                rest.pop(dropped, None)
            field: Any = self.fields[name]
            yield {
                "label": str(field.label),
                "value": str(dict(field.choices)[value]),
                "url": f"?{rest.urlencode()}",
            }


class ReminderForm(forms.Form):
    """When to be reminded of a task, and whether by letter."""

    marks_required = True
    offsets = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Remind me of a task"),
        choices=list(OFFSET_WORDS.items()),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    by_mail = forms.BooleanField(
        label=gettext_lazy("Send me an e-mail on days when there is something new"),
        required=False,
        help_text=gettext_lazy("At most one a day. It says how many tasks there are, and nothing about them."),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of these e-mails"), required=False)

    def __init__(self, *args: Any, choice: ReminderChoice | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = choice or ReminderChoice(offsets=list(OFFSETS))
        self.initial.update(offsets=choice.offsets, by_mail=choice.by_mail, language=choice.language)
        self.fields["language"].choices = [("", _("That of the network")), *settings.LANGUAGES]  # type: ignore[attr-defined]
