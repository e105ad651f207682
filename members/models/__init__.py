from members.models.body import BodyName, Designation, MemberBody
from members.models.coordination import Coordination
from members.models.gap import CoverageGap
from members.models.mechanism import Jurisdiction, Mechanism
from members.models.permissions import (
    BodyGroupPermission,
    BodyUserPermission,
    MechanismGroupPermission,
    MechanismUserPermission,
)
from members.models.person import Affiliation, Invitation, User
from members.models.remit import Remit, RemitBody
from members.models.setting import DetentionSetting, SupervisionArea
from members.models.source import Source

__all__ = [
    "Affiliation",
    "BodyGroupPermission",
    "BodyName",
    "BodyUserPermission",
    "Coordination",
    "CoverageGap",
    "Designation",
    "DetentionSetting",
    "Invitation",
    "Jurisdiction",
    "Mechanism",
    "MechanismGroupPermission",
    "MechanismUserPermission",
    "MemberBody",
    "Remit",
    "RemitBody",
    "Source",
    "SupervisionArea",
    "User",
]
