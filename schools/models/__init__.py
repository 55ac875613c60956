from schools.models.audit import AuditChain, AuditEntry
from schools.models.classes import ClassGroup
from schools.models.duty import Duty
from schools.models.jobs import Job
from schools.models.notices import Notice, Pulse
from schools.models.people import Employment, Membership, Person, Role
from schools.models.tallies import TalliedTerm, Tally, TallyMark
from schools.models.terms import CalendarDay, Term
from schools.models.units import Unit, UnitKind, UnitSetting

__all__ = [
    "AuditChain",
    "AuditEntry",
    "CalendarDay",
    "ClassGroup",
    "Duty",
    "Employment",
    "Job",
    "Membership",
    "Notice",
    "Person",
    "Pulse",
    "Role",
    "TalliedTerm",
    "Tally",
    "TallyMark",
    "Term",
    "Unit",
    "UnitKind",
    "UnitSetting",
]
