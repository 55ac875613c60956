from schools.models.audit import AuditChain, AuditEntry
from schools.models.beats import Heartbeat
from schools.models.certificates import Certificate, CertificateLevel
from schools.models.channels import Channel, ChannelChoice, Delivery
from schools.models.classes import ClassGroup
from schools.models.duty import Duty
from schools.models.jobs import Job
from schools.models.notices import Notice, OnDuty, Pulse
from schools.models.people import Employment, Membership, Person, Role
from schools.models.records import Attachment, RecordVersion, WorkRecord
from schools.models.reminders import Reminder
from schools.models.rooms import CounselingRoom
from schools.models.tallies import TalliedTerm, Tally, TallyMark
from schools.models.terms import CalendarDay, Term
from schools.models.units import Unit, UnitKind, UnitSetting

__all__ = [
    "Attachment",
    "AuditChain",
    "AuditEntry",
    "CalendarDay",
    "Certificate",
    "CertificateLevel",
    "Channel",
    "ChannelChoice",
    "ClassGroup",
    "CounselingRoom",
    "Delivery",
    "Duty",
    "Employment",
    "Heartbeat",
    "Job",
    "Membership",
    "Notice",
    "OnDuty",
    "Person",
    "Pulse",
    "RecordVersion",
    "Reminder",
    "Role",
    "TalliedTerm",
    "Tally",
    "TallyMark",
    "Term",
    "Unit",
    "UnitKind",
    "UnitSetting",
    "WorkRecord",
]
