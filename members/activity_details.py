"""What is written beside an event, in words: roles, states and fields by their names, people by theirs; no keys.

The file of what happened (CSV) keeps keys and codes as they are stored; a page is for reading.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members import concerns
from members.activity import SUBJECTS
from members.models import Affiliation
from npmportal.access import ROLES
from npmportal.models import AuditEvent

# The keys of `audit.record(…, **details)` that stand for a record, and are told by its name.
SECOND_PERSON, OPERATOR = "approved_by", "operator"
# Said by the sentence itself, or by the lines of the register below it.
SAID_ALREADY = {"register.changed": {"act", "record", "fields"}}
# Names of the code, which no reader's language has words for: pages that were refused, filters of an export.
WITHOUT_WORDS = {"filters", "view"}

LABELS: dict[str, Promise] = {
    "account_closed": gettext_lazy("account closed"),
    "approved_by": gettext_lazy("second person"),
    "bodies_asked": gettext_lazy("bodies asked"),
    "by_mail": gettext_lazy("by e-mail"),
    "changed": gettext_lazy("changed"),
    "check": gettext_lazy("how the identity was checked"),
    "concerns": gettext_lazy("about"),
    "edition": gettext_lazy("edition"),
    "ends_on": gettext_lazy("ends on"),
    "extension": gettext_lazy("kind of file"),
    "fields": gettext_lazy("fields"),
    "for_invitees": gettext_lazy("for invitees"),
    "format": gettext_lazy("format"),
    "from_state": gettext_lazy("state before"),
    "handed_in": gettext_lazy("handed in"),
    "is_evidence": gettext_lazy("evidence"),
    "kind": gettext_lazy("kind"),
    "language": gettext_lazy("language"),
    "months": gettext_lazy("months"),
    "more": gettext_lazy("there are more"),
    "new": gettext_lazy("new"),
    "nobody_to_ask": gettext_lazy("nobody there to ask"),
    "offsets": gettext_lazy("days"),
    "old": gettext_lazy("before"),
    "on": gettext_lazy("as at"),
    "pages": gettext_lazy("pages"),
    "people": gettext_lazy("people"),
    "places": gettext_lazy("places"),
    "reason": gettext_lazy("reason"),
    "records": gettext_lazy("records"),
    "removed": gettext_lazy("removed"),
    "role": gettext_lazy("role"),
    "role_before": gettext_lazy("role before"),
    "roles": gettext_lazy("roles"),
    "rows": gettext_lazy("rows"),
    "scan": gettext_lazy("virus check"),
    "seats": gettext_lazy("seats"),
    "sessions": gettext_lazy("sessions"),
    "sessions_ended": gettext_lazy("sessions ended"),
    "shared": gettext_lazy("shared"),
    "size": gettext_lazy("size in bytes"),
    "skipped": gettext_lazy("skipped"),
    "standing": gettext_lazy("standing"),
    "starts_on": gettext_lazy("from"),
    "state": gettext_lazy("state"),
    "to_state": gettext_lazy("state now"),
    "unchanged": gettext_lazy("unchanged"),
    "updated": gettext_lazy("updated"),
    "version": gettext_lazy("version"),
    "visits": gettext_lazy("visits"),
    "wrong": gettext_lazy("wrong"),
    "written_anew": gettext_lazy("written anew"),
    "year": gettext_lazy("year"),
}
# The field whose choices say what a stored code means.
CHOICES_OF = {"from_state": "state", "to_state": "state", "old": "state", "new": "state"}
BEFORE = {"old", "from_state", "from_body"}
DAYS = {"on", "ends_on", "starts_on"}
BODIES = {"from_body": gettext_lazy("from"), "to_body": gettext_lazy("to")}


def people_named(events: Iterable[AuditEvent], reader: Any) -> dict[int, str]:
    """Return the names of second persons of ``events`` whose roles ``reader`` manages, by key: one query."""
    ids = {event.details[SECOND_PERSON] for event in events if isinstance(event.details.get(SECOND_PERSON), int)}
    roles = Affiliation.objects.manageable_by(reader).filter(user__in=ids)
    return dict(roles.order_by().values_list("user", "user__name").distinct()) if ids else {}


def bodies_told(events: Iterable[AuditEvent]) -> set[int]:
    """Return the ids of the bodies that the details of ``events`` speak of."""
    return {pk for event in events for name in BODIES if isinstance(pk := event.details.get(name), int)}


def details_of(event: AuditEvent, people: dict[int, str], bodies: dict[int, str]) -> list[tuple[str, Any]]:
    """Return what is written beside ``event`` as pairs of words; what cannot be told without a key is left out."""
    told: list[tuple[str, Any]] = []
    if event.result != AuditEvent.Result.DONE:
        told.append((_("result"), event.get_result_display()))
    # The database keeps no order of them: what was before comes first.
    for name, value in sorted(event.details.items(), key=lambda item: (item[0] not in BEFORE, item[0])):
        if name in WITHOUT_WORDS | SAID_ALREADY.get(event.action, set()) or value in ("", None, []):
            continue
        if name == SECOND_PERSON:
            told.append((str(LABELS[name]), _second(value, people)))
        elif name in BODIES:
            told += [(str(BODIES[name]), bodies[value])] if value in bodies else []
        elif (said := _said(event, name, value)) != "":
            told.append((str(LABELS.get(name, name.replace("_", " "))), said))
    if event.request_id:
        told.append((_("reference for support"), event.request_id))
    return told


def _second(value: Any, people: dict[int, str]) -> str:
    if value == OPERATOR:
        return _("whoever runs the portal")
    return people.get(value, _("another person"))


def _said(event: AuditEvent, name: str, value: Any) -> Any:
    """Return a stored value as people say it; numbers stay numbers."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(str(_said(event, name, one)) for one in value)
    if not isinstance(value, str):
        return value
    model = _model(event.object_type)
    if name == "fields":
        return _field(model, value)
    if name in DAYS:
        return _day(value)
    if value in ROLES:
        return str(ROLES[value].label)
    if _model(value):
        return _kind_of_record(value)
    return _choice(event, model, CHOICES_OF.get(name, name), value)


def _kind_of_record(label: str) -> str:
    """Return what records of the model ``label`` are called, "" where nothing calls them anything."""
    if kind := concerns.KINDS.get(label):
        return str(kind.name)
    return str(SUBJECTS[label].unnamed) if label in SUBJECTS else ""


def _choice(event: AuditEvent, model: Any, field: str, value: str) -> str:
    choices: dict[Any, Any] = {}
    if event.action.startswith("account.factor"):
        choices = dict(Authenticator.Type.choices)
    elif model is not None and field in {f.name for f in model._meta.concrete_fields}:
        choices = dict(model._meta.get_field(field).flatchoices)
    return str(choices.get(value, value))


def _field(model: Any, name: str) -> str:
    try:
        return str(model._meta.get_field(name).verbose_name)
    except (FieldDoesNotExist, AttributeError):
        return name.replace("_", " ")


def _day(text: str) -> str:
    try:
        return date_format(date.fromisoformat(text))
    except ValueError:
        return text


def _model(label: str) -> Any:
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None
