"""The kinds of facts the register holds, as one table: it drives the acts, the forms, the pages and the words.

A fact belongs to a body (its names, its designations) or to the mechanism (who coordinates, who followed whom). Of some
kinds only one can be true at a time; of others several may be (two laws, three addresses).
"""

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from members.models import (
    BodyName,
    Contact,
    Coordination,
    Designation,
    LegalBasis,
    Mechanism,
    MechanismProfile,
    MemberBody,
    Power,
    Succession,
    Workforce,
)


@dataclass(frozen=True)
class FactKind:
    """One kind of fact: its model, whose it is, what excludes what, and its words."""

    slug: str
    model: Any
    plural: Promise
    one: Promise
    add: Promise
    is_of_body: bool = True
    exclusive: tuple[str, ...] = ()  # the fields within which only one fact holds on a day; empty: several may
    first_day: str = "starts_on"
    path: str = "body__mechanism"

    @property
    def is_dated(self) -> bool:
        """Whether facts of this kind hold from a day on, and so can end."""
        return self.first_day == "starts_on"

    def rows(self, mechanism: Mechanism) -> Any:
        """Return the facts of this kind in the register of ``mechanism``."""
        return self.model.objects.filter(**{self.path: mechanism})

    def body_of(self, row: Any) -> MemberBody | None:
        """Return the body that ``row`` tells of, for the trace; None for a fact of the mechanism as a whole."""
        found: MemberBody | None = getattr(row, "body", None) or getattr(row, "predecessor", None)
        return found

    def same_group(self, row: models.Model) -> dict[str, Any]:
        """Return the values within which only one fact may hold, as a filter."""
        return {name: getattr(row, name) for name in self.exclusive}


KINDS: dict[str, FactKind] = {
    kind.slug: kind
    for kind in (
        FactKind("names", BodyName, _("Names"), _("name"), _("A new name"), exclusive=("body",)),
        FactKind(
            "designations", Designation, _("Designations"), _("designation"), _("A designation"), exclusive=("body",)
        ),
        FactKind("legal-bases", LegalBasis, _("Legal basis"), _("law or act"), _("A law or act")),
        FactKind(
            "powers",
            Power,
            _("Powers under Article 20"),
            _("power"),
            _("A power"),
            exclusive=("body", "kind"),
        ),
        FactKind("contacts", Contact, _("Contact"), _("address"), _("An address")),
        FactKind(
            "workforce",
            Workforce,
            _("Staff and volunteers"),
            _("count"),
            _("A yearly count"),
            first_day="counted_on",
        ),
        FactKind(
            "coordination",
            Coordination,
            _("Coordination"),
            _("coordinator"),
            _("A coordinator"),
            is_of_body=False,
            exclusive=("mechanism",),
            path="mechanism",
        ),
        FactKind(
            "successions",
            Succession,
            _("Predecessors and successors"),
            _("merger, split or takeover"),
            _("A merger, split or takeover"),
            is_of_body=False,
            first_day="happened_on",
            path="predecessor__mechanism",
        ),
        FactKind(
            "profiles",
            MechanismProfile,
            _("Form of the mechanism"),
            _("form"),
            _("A new form"),
            is_of_body=False,
            exclusive=("mechanism",),
            path="mechanism",
        ),
    )
}
