from screening.models.anonymous import AnonymousSheet
from screening.models.center import CenterRound, CenterRoundPart
from screening.models.instruments import Instrument, TextPack
from screening.models.interviews import PlannedTalk
from screening.models.letters import ConsentLink
from screening.models.paper import PaperEntry
from screening.models.responses import (
    AnswerCounts,
    CriticalAnswer,
    ReplacedResult,
    Response,
    Result,
    SavedAnswers,
    ScaleResult,
)
from screening.models.rounds import Consent, ConsentText, Round, RoundClass, RoundInstrument, Slip
from screening.models.staff import StaffAsked, StaffSheet, StaffSurvey

__all__ = [
    "AnonymousSheet",
    "AnswerCounts",
    "CenterRound",
    "CenterRoundPart",
    "Consent",
    "ConsentLink",
    "ConsentText",
    "CriticalAnswer",
    "Instrument",
    "PaperEntry",
    "PlannedTalk",
    "ReplacedResult",
    "Response",
    "Result",
    "Round",
    "RoundClass",
    "RoundInstrument",
    "SavedAnswers",
    "ScaleResult",
    "Slip",
    "StaffAsked",
    "StaffSheet",
    "StaffSurvey",
    "TextPack",
]
