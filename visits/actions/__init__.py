"""What people do with visits and places: each function one promise, in one transaction, written down."""

from visits.actions.places import PlaceTaken, may_keep_places, save_place
from visits.actions.transitions import ReasonMissing, StepRefused, VisitIncomplete, steps_open_to, take_transition
from visits.actions.visits import ReferenceTaken, VisitChangedMeanwhile, change_visit, log_visit

__all__ = [
    "PlaceTaken",
    "ReasonMissing",
    "ReferenceTaken",
    "StepRefused",
    "VisitChangedMeanwhile",
    "VisitIncomplete",
    "change_visit",
    "log_visit",
    "may_keep_places",
    "save_place",
    "steps_open_to",
    "take_transition",
]
