"""The quarterly review of leavers: each lead goes through the list of the body's people and confirms it."""

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.actions import people_rules as rules
from members.actions.people_rules import PeopleError
from members.models import PeopleReview, User


@transaction.atomic
def confirm_review(*, review: PeopleReview, still_there: Collection[int], by: User) -> PeopleReview:
    """Confirm that everybody on the list of the body's people is still there.

    ``still_there`` are the ids of the people ticked. Whoever is on the list and is not ticked is to be retired first
    (PeopleError names them): a confirmed list holds nobody who has left. So does a list that has changed meanwhile.
    """
    rules.check_may_manage(by, review.body)
    review = PeopleReview.objects.select_for_update(of=("self",)).get(pk=review.pk)
    if review.confirmed_at is not None:
        raise PeopleError(_("This list was confirmed already."))
    people = review.people_now()
    missing = [person.name for person in people if person.pk not in set(still_there)]
    if missing:
        sentence = _("Not ticked: {names}. Retire whoever has left; tick whoever is still there.")
        raise PeopleError(sentence.format(names=", ".join(missing)))
    review.confirmed_by, review.confirmed_at, review.people = by, timezone.now(), len(people)
    review.save(update_fields=["confirmed_by", "confirmed_at", "people"])
    rules.record("people_review.confirmed", by, review, review.body, people=len(people))
    return review
