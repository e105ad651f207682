"""Which visits a person may see, change or know of: the one place that says so (design section 4)."""

from typing import Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from npmportal.access import LOG_VISITS, VIEW_SUBMITTED_VISITS, VIEW_VISITS, Grants, grants_of

# What `rows_of` and `last_of` read of a visit; the other forty columns stay where they are.
LISTED = (
    "reference", "starts_on", "ends_on", "body_ids", "lead_body", "mechanism", "state", "confidentiality",
    "mode", "kind", "notice", "validity", "access", "place__name", "setting__name_en", "setting__name_nl",
    "jurisdiction__name_en", "jurisdiction__name_nl",
)  # fmt: skip

# What makes a visit count as having been to the place: approved, not refused or abandoned, and on the spot. One
# definition for the figures, for what other members know, and for the index that answers both (ADR 0024).
MADE = {"state": "approved", "validity": "valid", "mode": "on_site"}


def may_open(visit: Any, user: Any) -> bool:
    """Tell of a visit that is loaded what ``visible_to`` asks the database: whether ``user`` may read its content."""
    grants = grants_of(user)
    if not grants.on(VIEW_VISITS).isdisjoint(visit.body_ids):
        return True
    return visit.mechanism_id in grants.on(VIEW_SUBMITTED_VISITS) and visit.state in visit.HANDED_IN


def mechanisms_knowing_visits(grants: Grants) -> frozenset[int]:
    """Return the mechanisms in which visits are logged, read or reviewed: administrators do none of it."""
    return grants.mechanisms(VIEW_VISITS) | grants.mechanisms(VIEW_SUBMITTED_VISITS)


class VisitQuerySet(models.QuerySet[Any]):
    """The one place that says who sees which visits (design section 4)."""

    def visible_to(self, user: Any) -> Self:
        """Return the visits whose content ``user`` may read.

        The bodies involved see theirs in every state; the coordinator sees what was handed in and not returned.
        """
        grants = grants_of(user)
        seen = Q(pk__in=[])
        if bodies := grants.on(VIEW_VISITS):
            seen |= Q(body_ids__overlap=sorted(bodies))
        if mechanisms := grants.on(VIEW_SUBMITTED_VISITS):
            seen |= Q(mechanism__in=sorted(mechanisms), state__in=self.model.HANDED_IN)
        return self.filter(seen)

    def known_to(self, user: Any) -> Self:
        """Return the visits of which ``user`` may know the place, bodies and dates, but not the content.

        Other members and the coordinator know that a place was visited once that visit is approved, unless restricted.
        One that was refused, abandoned or made by telephone is none of these: else it could be told from the others
        by what the figures leave out, and how a visit went is not theirs to know.
        """
        return self.filter(
            **MADE,
            mechanism__in=mechanisms_knowing_visits(grants_of(user)),
            confidentiality=self.model.Confidentiality.NETWORK,
        )

    def visible_or_known_to(self, user: Any) -> Self:
        """Return the visits ``user`` may read, and those of which they may know the place, bodies and dates alone."""
        return self.visible_to(user) | self.known_to(user)

    def editable_by(self, user: Any) -> Self:
        """Return the visits ``user`` may change, of a lead body the person logs for: open and approved ones.

        What changes an approved visit puts it back into review (visits.actions.visits.change_visit).
        """
        return self.logged_by(user).filter(state__in=self.model.CHANGEABLE)

    def logged_by(self, user: Any) -> Self:
        """Return the visits, in every state, of the lead bodies ``user`` logs for."""
        return self.filter(lead_body__in=grants_of(user).on(LOG_VISITS))

    def for_list(self) -> Self:
        """Load what a list of visits prints (visits.views.rows); the names of bodies come from BodyNames."""
        return self.select_related("place", "setting", "jurisdiction").only(*LISTED)

    def for_detail(self) -> Self:
        """Load what a visit's own page prints, and whether there are ratings and answers: most visits have none.

        Also whether the network needs any for the annual return: where not, no body's scales and questions are read.
        """
        rows = self.select_related("place", "place__parent", "setting", "jurisdiction", "lead_body", "mechanism")
        of_visit = {"visit": OuterRef("pk")}

        def needed(model: str, **of_mechanism: Any) -> Any:
            return apps.get_model(f"visits.{model}").objects.filter(is_required=True, **of_mechanism)

        return rows.annotate(
            has_ratings=Exists(apps.get_model("visits.VisitRating").objects.filter(**of_visit)),
            has_answers=Exists(apps.get_model("visits.Answer").objects.filter(**of_visit)),
            needs_ratings=Exists(needed("Standard", version__scale__mechanism=OuterRef("mechanism"))),
            needs_answers=Exists(needed("Question", version__question_set__mechanism=OuterRef("mechanism"))),
        )

    def newest_first(self) -> Self:
        """Order by first day, newest first; the id makes the order complete, as keyset paging needs."""
        return self.order_by("-starts_on", "-id")

    def counted(self) -> Self:
        """Return the approved visits, the only ones in any figure; attempts that failed are among them (`validity`)."""
        return self.filter(state=self.model.State.APPROVED)
