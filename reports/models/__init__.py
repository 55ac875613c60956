from reports.models.barometer import Barometer, BarometerLink
from reports.models.daily import DailyReport, ReportException, ReportingScheme, ReportQuestion, ReportVersion, StandIn
from reports.models.summaries import AUTHORS, Summary, SummaryQuerySet, SummarySection
from reports.models.sweeps import Sweep, SweepNote, SweepSignature

__all__ = [
    "AUTHORS",
    "Barometer",
    "BarometerLink",
    "DailyReport",
    "ReportException",
    "ReportQuestion",
    "ReportVersion",
    "ReportingScheme",
    "StandIn",
    "Summary",
    "SummaryQuerySet",
    "SummarySection",
    "Sweep",
    "SweepNote",
    "SweepSignature",
]
