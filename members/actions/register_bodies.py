"""Bodies come into the register with a name and, if they are members, a designation; only a mistake takes them out."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from members.actions.register_changes import record_change, values_of
from members.actions.register_facts import RegisterError, add_fact
from members.actions.register_lists import next_position
from members.models import Mechanism, MemberBody, RegisterChange, User
from members.register_kinds import KINDS


@transaction.atomic
def create_body(
    *,
    mechanism: Mechanism,
    fields: dict[str, Any],
    name: dict[str, Any],
    designation: dict[str, Any] | None,
    source: dict[str, Any],
    by: User,
) -> MemberBody:
    """Enter a body with its first name and, unless it is no member, its first designation; return it.

    ``fields`` are the columns of the body and `jurisdictions`; ``name`` and ``designation`` those of the two facts.
    """
    Mechanism.objects.select_for_update(of=("self",), no_key=True).get(pk=mechanism.pk)
    plain = {key: value for key, value in fields.items() if key != "jurisdictions"}
    if MemberBody.objects.filter(mechanism=mechanism, slug=plain["slug"]).exists():
        raise RegisterError(_("Another body has this short name already."), "slug")
    body = MemberBody.objects.create(
        mechanism=mechanism, position=next_position(MemberBody, mechanism), **plain
    )  # fmt: skip
    body.jurisdictions.set(fields.get("jurisdictions", []))
    record_change(
        act=RegisterChange.Act.CHANGE,
        row=body,
        mechanism=mechanism,
        body=body,
        by=by,
        before={},
        after=values_of(body),
        effective_on=name["starts_on"],
    )
    add_fact(kind=KINDS["names"], mechanism=mechanism, owner=body, values=name, source=source, by=by)
    if designation:
        kind = KINDS["designations"]
        add_fact(kind=kind, mechanism=mechanism, owner=body, values=designation, source=source, by=by)
    return body
