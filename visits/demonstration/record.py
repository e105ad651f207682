"""Teams, numbers and needs for the newest invented visits: enough to look at, few enough to be there at once."""

from collections.abc import Iterable, Iterator
from random import Random

from django.db import transaction
from django.db.models import Exists, OuterRef

from members.models import Mechanism
from visits.demonstration import names
from visits.models import NeedExamined, TeamMember, Visit, VisitChange, VisitFigure

NEWEST = 3_000
IN_ONE_GO = 5_000
Measure, Availability = VisitFigure.Measure, VisitFigure.Availability
LANGUAGES = ("English", "Polish", "Arabic", "Turkish", "Dutch", "Romanian")
NAMED_SHARE, NOT_ASKED_SHARE, WRONG_SHARE = 0.7, 0.08, 0.05
NOTE_EN = "Invented for demonstration. What the group needs was asked and looked at."
NOTE_NL = "Verzonnen voor demonstratie. Gevraagd en bekeken is wat de groep nodig heeft."


@transaction.atomic
def fill_records(mechanism: Mechanism, seed: str) -> int:
    """Give the newest invented visits of ``mechanism`` a team, numbers and needs; return how many got them.

    A visit that has any of these, or that a person has changed, stays as it is: the same again changes nothing.
    """
    is_dutch = mechanism.languages[:1] == ["nl"]
    visits = list(_without_record(mechanism))
    team: list[TeamMember] = []
    figures: list[VisitFigure] = []
    needs: list[NeedExamined] = []
    for visit in visits:
        rng = Random(f"{seed}/{visit.pk}/record")
        team.extend(_team(rng, visit, "(verzonnen)" if is_dutch else "(invented)"))
        if visit.validity == Visit.Validity.VALID:
            figures.extend(_figures(rng, visit))
            needs.extend(_needs(rng, visit, NOTE_NL if is_dutch else NOTE_EN))
            visit.privacy, visit.interpreting = _talks(rng)
    TeamMember.objects.bulk_create(team, batch_size=IN_ONE_GO)
    VisitFigure.objects.bulk_create(figures, batch_size=IN_ONE_GO)
    NeedExamined.objects.bulk_create(needs, batch_size=IN_ONE_GO)
    Visit.objects.bulk_update(visits, ["privacy", "interpreting"], batch_size=500)
    return len(visits)


def _without_record(mechanism: Mechanism) -> Iterable[Visit]:
    """Return those of the newest invented visits that have no record yet and that nobody has changed."""
    invented = Visit.objects.filter(mechanism=mechanism, place__is_invented=True, created_by__isnull=False)
    newest = invented.filter(reference__contains="-D").newest_first()[:NEWEST]
    found = Visit.objects.filter(pk__in=list(newest.values_list("pk", flat=True)))
    for model in (TeamMember, VisitFigure, NeedExamined, VisitChange):
        found = found.exclude(Exists(model._default_manager.filter(visit=OuterRef("pk"))))
    wanted = ("body_ids", "lead_body", "validity", "people_in_custody", "privacy", "interpreting", "place__capacity")
    return found.select_related("place").only(*wanted).order_by("pk")


def _team(rng: Random, visit: Visit, invented: str) -> Iterator[TeamMember]:
    """Draw two to five people: each body sends somebody, the first leads."""
    sizes = max(rng.randint(2, 5), len(visit.body_ids))
    for number in range(sizes):
        body_id = visit.body_ids[number] if number < len(visit.body_ids) else visit.lead_body_id
        profession = rng.choice(TeamMember.Profession.values)
        is_lay = profession == TeamMember.Profession.OTHER
        yield TeamMember(
            visit=visit,
            body_id=body_id,
            name=f"{names.town(rng)} {invented}" if rng.random() < NAMED_SHARE else "",
            role=TeamMember.Role.LEAD if number == 0 else rng.choice(TeamMember.Role.values[1:]),
            standing=TeamMember.Standing.LAY if is_lay else TeamMember.Standing.PROFESSIONAL,
            profession="" if is_lay else profession,
            sex=rng.choice((TeamMember.Sex.FEMALE, TeamMember.Sex.MALE)),
            languages=rng.sample(LANGUAGES, rng.randint(1, 2)),
            has_conflict_of_interest=rng.choice((None, False, False, False)),
        )


def _figures(rng: Random, visit: Visit) -> Iterator[VisitFigure]:
    """Draw numbers that add up, but for a few that do not, as in real returns; some are not asked or refused."""
    held = visit.people_in_custody if visit.people_in_custody is not None else rng.randint(3, 90)
    capacity = visit.place.capacity or max(held, 10)
    women, remand, young = (int(held * rng.random() * share) for share in (0.2, 0.6, 0.15))
    foreign = int(held * rng.random() * 0.4)
    numbers: dict[str, int] = {
        Measure.CAPACITY_OFFICIAL: capacity,
        Measure.CAPACITY_OPERATIONAL: capacity + capacity // 20,
        Measure.HELD: held,
        Measure.HELD_WOMEN: women,
        Measure.HELD_MEN: held - women,
        Measure.HELD_SEX_UNKNOWN: 0,
        Measure.HELD_YOUNG_ADULTS: young,
        Measure.HELD_ADULTS: held - young,
        Measure.HELD_REMAND: remand,
        Measure.HELD_SENTENCED: held - remand,
        Measure.HELD_FOREIGN: foreign,
        Measure.RESTRAINTS: int(rng.expovariate(0.4)),
        Measure.ISOLATIONS: int(rng.expovariate(0.5)),
        Measure.ISOLATIONS_PROLONGED: 0,
        Measure.DEATHS: 1 if rng.random() < 0.02 else 0,
        Measure.SELF_HARM: int(rng.expovariate(0.5)),
    }
    if rng.random() < WRONG_SHARE:
        numbers[Measure.HELD_SENTENCED] += 1
    for measure, value in numbers.items():
        if measure != Measure.HELD and rng.random() < NOT_ASKED_SHARE:
            why = rng.choice((Availability.NOT_ASKED, Availability.NOT_RECORDED, Availability.REFUSED))
            yield VisitFigure(visit=visit, measure=measure, availability=why)
        else:
            yield VisitFigure(visit=visit, measure=measure, value=value)


def _needs(rng: Random, visit: Visit, note: str) -> Iterator[NeedExamined]:
    for group in NeedExamined.Group:
        answer = rng.choice(NeedExamined.Answer.values)
        if rng.random() < 0.85:
            is_examined = answer == NeedExamined.Answer.EXAMINED
            yield NeedExamined(visit=visit, group=group, answer=answer, note=note if is_examined else "")


def _talks(rng: Random) -> tuple[str, str]:
    privacy = rng.choice((Visit.Privacy.PRIVATE, Visit.Privacy.PRIVATE, Visit.Privacy.PRIVATE, Visit.Privacy.IN_SIGHT))
    drawn = rng.random()
    if drawn < 0.75:
        return privacy, Visit.Interpreting.NOT_NEEDED
    return privacy, Visit.Interpreting.USED if drawn < 0.95 else Visit.Interpreting.UNAVAILABLE
