from visits.models.authority import Authority
from visits.models.combination import VisitCombination
from visits.models.figure import VisitFigure
from visits.models.need import NeedExamined
from visits.models.number import VisitNumber
from visits.models.place import Place
from visits.models.team import TeamMember
from visits.models.transition import TRANSITIONS, Transition, VisitEvent
from visits.models.visit import Visit
from visits.models.visit_partner import VisitPartner

__all__ = [
    "TRANSITIONS",
    "Authority",
    "NeedExamined",
    "Place",
    "TeamMember",
    "Transition",
    "Visit",
    "VisitCombination",
    "VisitEvent",
    "VisitFigure",
    "VisitNumber",
    "VisitPartner",
]
