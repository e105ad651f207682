"""Everything the page of a body prints, read once: what it is called, its standing, its law, its means."""

from datetime import date
from typing import Any

from django.db.models import Prefetch, Q

from members.models import (
    BodyName,
    Contact,
    Coordination,
    Designation,
    LegalBasis,
    MemberBody,
    Power,
    Succession,
    Workforce,
)


def facts_of(body: MemberBody, on: date, *, is_desk: bool) -> dict[str, Any]:
    """Return the facts of ``body`` for its page as at ``on``, in a constant number of queries.

    The public page shows the addresses that are public; the desk, open to the network’s people alone, shows all.
    """
    names, designations, coordinations, laws = (
        list(model.objects.filter(body=body).select_related("source").order_by("starts_on"))
        for model in (BodyName, Designation, Coordination, LegalBasis)
    )
    powers = Power.objects.filter(body=body).select_related("source", "basis").order_by("letter", "starts_on")
    facts = [*names, *designations, *coordinations, *laws, *powers]
    used = [[fact for fact in some if fact.is_used] for some in (names, designations, coordinations, laws)]
    successions = _successions(body, on)
    workforce = list(_workforce(body))
    contacts = Contact.objects.as_at(on).filter(body=body)
    return {
        "names": used[0],
        "designations": used[1],
        "standing": next((d for d in used[1] if d.holds_on(on)), None),
        "coordinations": used[2],
        "laws": used[3],
        "powers": _powers([p for p in powers if p.is_used], on),
        "has_powers": any(p.is_used for p in powers),
        "conflicts": [fact for fact in facts if not fact.is_used],
        "successions": successions,
        "workforce": workforce,
        "contacts": list(contacts if is_desk else contacts.filter(is_public=True)),
        "read_in": [fact.source for fact in (*facts, *successions, *workforce)],
    }


def _powers(powers: list[Power], on: date) -> list[tuple[str, Power | None]]:
    """Return the six powers of Article 20 in their order, each with what is recorded for the day; None: nothing is."""
    holding = {power.kind: power for power in powers if power.holds_on(on)}
    return [(str(label), holding.get(kind)) for kind, label in Power.Kind.choices]


def _successions(body: MemberBody, on: date) -> list[Succession]:
    rows = Succession.objects.filter(Q(predecessor=body) | Q(successor=body)).select_related("source")
    bodies = MemberBody.objects.with_names_as_at(on)
    found = list(rows.prefetch_related(Prefetch("predecessor", bodies), Prefetch("successor", bodies)))
    for row in found:
        row.other = row.successor if row.predecessor_id == body.pk else row.predecessor  # type: ignore[attr-defined]
        row.is_successor = row.predecessor_id == body.pk  # type: ignore[attr-defined]
    return found


def _workforce(body: MemberBody) -> Any:
    return Workforce.objects.filter(body=body).select_related("source").prefetch_related("professions")
