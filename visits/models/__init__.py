from visits.models.authority import Authority
from visits.models.combination import VisitCombination
from visits.models.number import VisitNumber
from visits.models.place import Place
from visits.models.transition import TRANSITIONS, Transition, VisitEvent
from visits.models.visit import Visit
from visits.models.visit_partner import VisitPartner

__all__ = [
    "TRANSITIONS",
    "Authority",
    "Place",
    "Transition",
    "Visit",
    "VisitCombination",
    "VisitEvent",
    "VisitNumber",
    "VisitPartner",
]
