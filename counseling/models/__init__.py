from counseling.models.incidents import (
    EventClass,
    Incident,
    IncidentAct,
    IncidentBarrier,
    IncidentPerson,
    IncidentReport,
    IncidentVersion,
    SafetyPlan,
)
from counseling.models.options import TalkOption, TextTemplate
from counseling.models.statements import CrisisFreeTerm
from counseling.models.talks import TalkDraft, TalkLog, TalkPart, TalkRevision

__all__ = [
    "CrisisFreeTerm",
    "EventClass",
    "Incident",
    "IncidentAct",
    "IncidentBarrier",
    "IncidentPerson",
    "IncidentReport",
    "IncidentVersion",
    "SafetyPlan",
    "TalkDraft",
    "TalkLog",
    "TalkOption",
    "TalkPart",
    "TalkRevision",
    "TextTemplate",
]
