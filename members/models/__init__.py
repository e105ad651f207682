from members.models.attendance import Attendance
from members.models.body import BodyName, Designation, MemberBody
from members.models.capacity import Contact, Profession, Workforce
from members.models.coordination import Coordination
from members.models.gap import CoverageGap, CoverageNote, ExpectedLayer, GapInquiry
from members.models.group import GroupSeat, WorkingGroup
from members.models.mechanism import Jurisdiction, Mechanism, MechanismProfile
from members.models.meeting import AgendaItem, Decision, Meeting, MeetingEvent
from members.models.minutes import Minutes, MinutesAddition
from members.models.permissions import (
    BodyGroupPermission,
    BodyUserPermission,
    MechanismGroupPermission,
    MechanismUserPermission,
)
from members.models.person import Affiliation, Invitation, User
from members.models.powers import LegalBasis, Power
from members.models.register_change import RegisterChange
from members.models.register_memory import RegisterVersion
from members.models.reminder import Reminder, ReminderChoice
from members.models.remit import Remit, RemitBody
from members.models.safekeeping import FactorReset, PeopleReview, RoleRequest
from members.models.setting import DetentionSetting, SupervisionArea
from members.models.source import Source
from members.models.succession import Succession
from members.models.task import Task, TaskStep
from members.models.terms import Terms, TermsAcceptance

__all__ = [
    "Affiliation",
    "AgendaItem",
    "Attendance",
    "BodyGroupPermission",
    "BodyName",
    "BodyUserPermission",
    "Contact",
    "Coordination",
    "CoverageGap",
    "CoverageNote",
    "Decision",
    "Designation",
    "DetentionSetting",
    "ExpectedLayer",
    "FactorReset",
    "GapInquiry",
    "GroupSeat",
    "Invitation",
    "Jurisdiction",
    "LegalBasis",
    "Mechanism",
    "MechanismGroupPermission",
    "MechanismProfile",
    "MechanismUserPermission",
    "Meeting",
    "MeetingEvent",
    "MemberBody",
    "Minutes",
    "MinutesAddition",
    "PeopleReview",
    "Power",
    "Profession",
    "RegisterChange",
    "RegisterVersion",
    "Reminder",
    "ReminderChoice",
    "Remit",
    "RemitBody",
    "RoleRequest",
    "Source",
    "Succession",
    "SupervisionArea",
    "Task",
    "TaskStep",
    "Terms",
    "TermsAcceptance",
    "User",
    "WorkingGroup",
    "Workforce",
]
