from students.models.flags import FlagReport, RiskFlag
from students.models.groups import GroupMember, SpecialGroup
from students.models.roster import ColumnMapping, RosterImport
from students.models.states import StudentState
from students.models.students import Guardian, Student

__all__ = [
    "ColumnMapping",
    "FlagReport",
    "GroupMember",
    "Guardian",
    "RiskFlag",
    "RosterImport",
    "SpecialGroup",
    "Student",
    "StudentState",
]
