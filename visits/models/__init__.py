from visits.models.attachment import Attachment
from visits.models.authority import Authority
from visits.models.change import VisitChange
from visits.models.combination import VisitCombination
from visits.models.download import Download
from visits.models.figure import VisitFigure
from visits.models.finding import Finding
from visits.models.form_draft import FormDraft
from visits.models.mandate_letter import MandateLetter
from visits.models.need import NeedExamined
from visits.models.note import VisitNote
from visits.models.number import VisitNumber
from visits.models.place import Place
from visits.models.place_code import PlaceCode
from visits.models.place_facts import CapacityPeriod, OperatorPeriod, PlaceName
from visits.models.place_links import NoDuplicate, PlaceMerge, PlaceSuccession
from visits.models.place_request import PlaceRequest
from visits.models.plan import Plan, PlanEvent, PlanMember, PlanPartner, PlanSaving
from visits.models.programme_target import ProgrammeTarget
from visits.models.question import Answer, Question, QuestionSet, QuestionVersion
from visits.models.rating import Grade, RatingScale, ScaleVersion, Standard, VisitRating
from visits.models.saved_view import SavedView
from visits.models.team import TeamMember
from visits.models.theme import Theme
from visits.models.transition import TRANSITIONS, Transition, VisitEvent
from visits.models.visit import Visit
from visits.models.visit_import import Import, ImportedPlace, ImportedVisit, ImportMapping
from visits.models.visit_interval import VisitInterval
from visits.models.visit_partner import VisitPartner
from visits.models.visit_text import VisitText

__all__ = [
    "TRANSITIONS",
    "Answer",
    "Attachment",
    "Authority",
    "CapacityPeriod",
    "Download",
    "Finding",
    "FormDraft",
    "Grade",
    "Import",
    "ImportMapping",
    "ImportedPlace",
    "ImportedVisit",
    "MandateLetter",
    "NeedExamined",
    "NoDuplicate",
    "OperatorPeriod",
    "Place",
    "PlaceCode",
    "PlaceMerge",
    "PlaceName",
    "PlaceRequest",
    "PlaceSuccession",
    "Plan",
    "PlanEvent",
    "PlanMember",
    "PlanPartner",
    "PlanSaving",
    "ProgrammeTarget",
    "Question",
    "QuestionSet",
    "QuestionVersion",
    "RatingScale",
    "SavedView",
    "ScaleVersion",
    "Standard",
    "TeamMember",
    "Theme",
    "Transition",
    "Visit",
    "VisitChange",
    "VisitCombination",
    "VisitEvent",
    "VisitFigure",
    "VisitInterval",
    "VisitNote",
    "VisitNumber",
    "VisitPartner",
    "VisitRating",
    "VisitText",
]
