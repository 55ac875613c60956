from students.models.center import CenterRequest
from students.models.flag_steps import FlagStep, GuardianContact
from students.models.flags import FlagReport, KeptFrom, RiskFlag
from students.models.glass import BreakGlass
from students.models.groups import GroupMember, SpecialGroup
from students.models.hand_over import HandOver
from students.models.registry import PlanMeasure, PlanPart, PlanReview, RegistryCategory, RegistryEntry
from students.models.roster import ColumnMapping, RosterImport
from students.models.states import StudentState
from students.models.students import Guardian, Student

__all__ = [
    "BreakGlass",
    "CenterRequest",
    "ColumnMapping",
    "FlagReport",
    "FlagStep",
    "GroupMember",
    "Guardian",
    "GuardianContact",
    "HandOver",
    "KeptFrom",
    "PlanMeasure",
    "PlanPart",
    "PlanReview",
    "RegistryCategory",
    "RegistryEntry",
    "RiskFlag",
    "RosterImport",
    "SpecialGroup",
    "Student",
    "StudentState",
]
