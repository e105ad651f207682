"""People for demonstrations. All of them are invented; the addresses end in example.org, which nobody can own."""

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db import transaction

from members.models import Affiliation, Mechanism, MemberBody, User
from members.models.affiliation_groups import sync_groups
from npmportal import audit
from npmportal.access import ROLES, Role

PASSWORD = "invented people only"
SINCE = date(2020, 1, 1)


class DemonstrationError(Exception):
    """Demonstration accounts are refused, with a plain sentence why."""


@dataclass(frozen=True)
class DemoPerson:
    """An invented person with one role; ``body`` is empty for a role in the mechanism as a whole."""

    name: str
    npm: str
    role: str
    body: str = ""

    @property
    def email(self) -> str:
        return f"{self.name.lower().replace(' ', '.')}@example.org"

    @property
    def definition(self) -> Role:
        return ROLES[self.role]


PEOPLE = (
    DemoPerson("Cora Coordinator", "uk", "coordinator"),
    DemoPerson("Adam Administrator", "uk", "administrator"),
    DemoPerson("Lena Lead", "uk", "body_lead", "hmip"),
    DemoPerson("Ivo Inspector", "uk", "body_monitor", "hmip"),
    DemoPerson("Quinn Quality", "uk", "body_monitor", "cqc"),
    DemoPerson("Lara Laymonitor", "uk", "body_monitor", "icva"),
    DemoPerson("Rosa Reader", "uk", "body_reader", "hmip"),
    DemoPerson("Nora Nederland", "nl", "coordinator"),
    DemoPerson("Bas Beheer", "nl", "administrator"),
    DemoPerson("Cato College", "nl", "body_lead", "college"),
)


@transaction.atomic
def load_people() -> list[tuple[DemoPerson, str]]:
    """Make sure that every demonstration person has an open account with PASSWORD and exactly the role named.

    Returns the people with the name of the body or mechanism. Refused where this is not a demonstration.
    """
    if not settings.DEMONSTRATION:
        raise DemonstrationError("This is not a demonstration (DEMONSTRATION is off): no invented accounts are made.")
    return [(person, _load(person)) for person in PEOPLE]


def _load(person: DemoPerson) -> str:
    mechanism = Mechanism.objects.filter(slug=person.npm).first()
    body = MemberBody.objects.filter(mechanism__slug=person.npm, slug=person.body).first() if person.body else None
    if mechanism is None or (person.body and body is None):
        raise DemonstrationError(f"Load the register first: manage.py load_reference {person.npm}")
    user = User.objects.filter(email=person.email).first()
    if user is None:
        user = User.objects.create_user(person.email, PASSWORD, name=person.name)
        audit.record("person.demonstration_made", by=None, obj=user, mechanism=mechanism, role=person.role)
    elif not (user.is_active and user.check_password(PASSWORD)):
        user.is_active, user.retired_at = True, None
        user.set_password(PASSWORD)
        user.save(update_fields=["is_active", "retired_at", "password"])
    where = {"body": body, "mechanism": None} if body else {"body": None, "mechanism": mechanism}
    Affiliation.objects.filter(user=user, ends_on=None).exclude(role=person.role, **where).update(ends_on=date.today())
    Affiliation.objects.get_or_create(user=user, role=person.role, ends_on=None, **where, defaults={"starts_on": SINCE})
    sync_groups(user)
    return str(body or mechanism)
