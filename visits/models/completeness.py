"""What a visit still lacks, in words: for the submit button, the meter and the questions beside the numbers."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import Remit
from visits.models.visit import Visit


@dataclass(frozen=True)
class Gap:
    """Something not recorded that submitting asks for: the form's field and a sentence."""

    field: str
    sentence: str


# The parts of a visit's record as the meter counts them, each with the fields of which one makes it “recorded”.
PARTS: tuple[tuple[Promise, tuple[str, ...]], ...] = (
    (gettext_lazy("Times in and out"), ("time_in", "time_out")),
    (gettext_lazy("Access"), ("access",)),
    (gettext_lazy("Numbers of people"), Visit.FUNNEL),
    (gettext_lazy("Judgement of the place"), ("satisfaction",)),
    (gettext_lazy("Summary"), ("summary",)),
)


@dataclass(frozen=True)
class Part:
    """One part of the record and whether anything of it is recorded."""

    label: Promise
    is_recorded: bool


def parts_of(visit: Visit, sees: frozenset[str]) -> list[Part]:
    """Return the parts of the record beyond the few every visit has, for the completeness meter.

    Only what the reader ``sees`` counts: that something is recorded in a hidden field is not told either.
    """
    seen = [(label, [name for name in fields if name in sees]) for label, fields in PARTS]
    return [
        Part(label, any(getattr(visit, name) not in (None, "") for name in names)) for label, names in seen if names
    ]


def gaps_in(visit: Visit) -> list[Gap]:
    """Return what must be recorded before ``visit`` is handed in: access (OPCAT Article 20 c) and some reasons."""
    gaps = []
    took_place_there = visit.mode == Visit.Mode.ON_SITE
    if took_place_there and not visit.access:
        gaps.append(Gap("access", _("Record whether the visitors had access to everything.")))
    if visit.access == Visit.Access.DELAYED and visit.access_delay_minutes is None:
        gaps.append(Gap("access_delay_minutes", _("Record how many minutes access was delayed.")))
    if visit.has_access_problem and not (visit.access_reason or visit.access_note):
        gaps.append(Gap("access_reason", _("Record the reason given for the access problem, or describe it.")))
    if not visit.outside_remit_reason and not is_within_remit(visit):
        gaps.append(Gap("outside_remit_reason", _("Record why the body visited outside its remit.")))
    return gaps


def is_within_remit(visit: Visit) -> bool:
    """Tell whether the lead body has a remit for the setting and jurisdiction on the visit's first day."""
    return Remit.objects.of_body(visit.lead_body, visit.setting, visit.jurisdiction, visit.starts_on).exists()


def questions_about_numbers(visit: Visit) -> list[str]:
    """Return what does not add up in the interview funnel, with its numbers; an empty number is not nought.

    The rules of domain.md 3.3: in custody = offered + not offered + not available; offered = accepted + declined.
    """
    questions = []
    parts = [visit.people_offered, visit.people_not_offered, visit.people_not_available]
    if visit.people_in_custody is not None and None not in parts:
        total = sum(part for part in parts if part is not None)
        if total != visit.people_in_custody:
            questions.append(
                _("%(custody)s people in custody, but %(total)s were offered, not offered or not available.")
                % {"custody": visit.people_in_custody, "total": total}
            )
    if None not in (visit.people_offered, visit.people_seen, visit.people_declined):
        answered = (visit.people_seen or 0) + (visit.people_declined or 0)
        if answered != visit.people_offered:
            questions.append(
                _("%(offered)s people were offered a conversation, but %(answered)s accepted or declined.")
                % {"offered": visit.people_offered, "answered": answered}
            )
    return questions
