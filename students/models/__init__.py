from students.models.flags import RiskFlag
from students.models.groups import GroupMember, SpecialGroup
from students.models.roster import ColumnMapping, RosterImport
from students.models.students import Guardian, Student

__all__ = ["ColumnMapping", "GroupMember", "Guardian", "RiskFlag", "RosterImport", "SpecialGroup", "Student"]
