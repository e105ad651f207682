"""What people do with visits and places: each function one promise, in one transaction, written down."""

from visits.actions.form_drafts import NotKept, TooLong, TooMany, keep_draft, throw_draft_away
from visits.actions.notes import (
    QuestionSettled,
    add_to_record,
    answer,
    ask,
    may_add,
    may_answer,
    may_ask,
    may_settle,
    settle,
    side_of,
    write_note,
)
from visits.actions.place_facts import (
    PlaceFactRefused,
    correct_place_fact,
    end_place_fact,
    enter_place_fact,
    remove_place_fact,
    rename_place,
)
from visits.actions.places import PlaceChangedMeanwhile, PlaceTaken, add_place, change_place, may_keep_places
from visits.actions.record import change_record
from visits.actions.transitions import (
    ReasonMissing,
    StepRefused,
    VisitIncomplete,
    note_looks,
    note_looks_at,
    steps_open_to,
    take_transition,
)
from visits.actions.visits import ReferenceTaken, VisitChangedMeanwhile, change_visit, log_visit
from visits.models.place_hold import PlaceGone

__all__ = [
    "NotKept",
    "PlaceChangedMeanwhile",
    "PlaceFactRefused",
    "PlaceGone",
    "PlaceTaken",
    "QuestionSettled",
    "ReasonMissing",
    "ReferenceTaken",
    "StepRefused",
    "TooLong",
    "TooMany",
    "VisitChangedMeanwhile",
    "VisitIncomplete",
    "add_place",
    "add_to_record",
    "answer",
    "ask",
    "change_place",
    "change_record",
    "change_visit",
    "correct_place_fact",
    "end_place_fact",
    "enter_place_fact",
    "keep_draft",
    "log_visit",
    "may_add",
    "may_answer",
    "may_ask",
    "may_settle",
    "may_keep_places",
    "note_looks",
    "note_looks_at",
    "remove_place_fact",
    "rename_place",
    "settle",
    "side_of",
    "steps_open_to",
    "take_transition",
    "throw_draft_away",
    "write_note",
]
