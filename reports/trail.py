"""What the audit log calls acts about summaries."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reports.actions.schemes import PRESETS
from reports.actions.summaries import EDITIONS, FORMATS, REASONS
from reports.models import DailyReport
from reports.parts import parts_by_code
from reports.sections import PARTS
from schools.audit.particulars import explains
from schools.audit.verbs import Kind, Verb, declare, declare_topic

# `from` names a person elsewhere.
DAYS = {"from": _("First day"), "until": _("Last day")}
declare(
    Verb("summary.written", _("wrote in a summary")),
    Verb("summary.draft_restored", _("went back to the drafted text of a summary")),
    Verb("summary.publishable_set", _("said whether a text of a summary may be published")),
    Verb("summary.exported", _("exported a summary"), Kind.READ),
    Verb("school.reminded", _("reminded schools of what waits there")),
    Verb("school_list.exported", _("exported the list of schools"), Kind.EXPORT),
    Verb("daily_board.printed", _("took a board of daily reports as PDF")),
    Verb("daily_board.started", _("started a file of a board"), Kind.SYSTEM),
    Verb("daily.signed", _("signed a daily report"), labels={"state": pgettext_lazy("in the log", "state")}),
    Verb("daily.answers_read", _("read what was answered in words in daily reports"), Kind.READ),
    Verb("daily.reminded", _("reminded of daily reports")),
    Verb("daily.put_off", _("let a report come later")),
    Verb("daily.stand_in", _("named who signs for a class"), labels=DAYS),
    Verb("daily.stand_in_ended", _("ended that somebody signs for a class")),
    Verb("daily_board.exported", _("exported the board of daily reports"), Kind.EXPORT),
    Verb("sweep.called", _("called a sweep"), labels={"until": pgettext_lazy("in the log", "until")}),
    Verb(
        "sweep.moved",
        _("moved the day of a sweep"),
        labels={"from": pgettext_lazy("in the log", "until then"), "until": pgettext_lazy("in the log", "until")},
    ),
    Verb("sweep.ended", _("ended a sweep")),
    Verb("sweep.noted", _("looked at a student in a sweep")),
    Verb("sweep.class_signed", _("signed a sweep for a class")),
    Verb("sweep.school_signed", _("signed a sweep for the school")),
    Verb("sweep.reminded", _("reminded of a sweep")),
    Verb("sweep_board.exported", _("exported the numbers of a sweep"), Kind.EXPORT),
    Verb("barometer.link_given", _("gave a class's delegate the link of the barometer")),
    Verb(
        "barometer.filed",
        _("a class barometer was handed in"),
        labels={"level": pgettext_lazy("in the log", "somebody should look")},
    ),
    Verb(  # in older logs only: each worrying sheet is kept now
        "barometer.replaced",
        _("a worrying class barometer took the place of this week's first one"),
        labels={"level": pgettext_lazy("in the log", "somebody should look")},
    ),
    Verb("barometer.read", _("read what delegates wrote in class barometers"), Kind.READ),
    Verb("scheme.set", _("set who reports when"), labels=DAYS),
    Verb("scheme.question_added", _("added a question to the daily reports"), labels=DAYS),
    Verb("scheme.question_ended", _("ended a question of the daily reports")),
    Verb("opens.read", _("read who opened records outside their care"), Kind.READ),
    Verb("opens.read_one", _("read which records one person opened outside their care"), Kind.READ),
    Verb("semester_report.started", _("started a file of a summary"), Kind.SYSTEM),
)
explains(
    labels={
        "week": pgettext_lazy("in the log", "week from"),
        "of": pgettext_lazy("in the log", "unit"),
        "section": pgettext_lazy("in the log", "section"),
        "version": pgettext_lazy("in the log", "version"),
        "format": pgettext_lazy("in the log", "format"),
        "edition": pgettext_lazy("in the log", "edition"),
        "concerns": pgettext_lazy("in the log", "students reported"),
        "part": _("grade or college"),
        "late": pgettext_lazy("in the log", "late"),
        "called": pgettext_lazy("in the log", "people called"),
        "preset": pgettext_lazy("in the log", "who reports"),
        "publishable": pgettext_lazy("in the log", "may be published"),
    },
    values={
        "format": FORMATS,
        "edition": EDITIONS,
        "preset": {code: one.title for code, one in PRESETS.items()},
        "section": {part.code: part.title for part in PARTS},
        "state": dict(DailyReport.State.choices),
        "reason": {**REASONS, "command": pgettext_lazy("in the log", "by a command on the server")},
    },
    kinds={
        "reports.summary": pgettext_lazy("in the log", "summary"),
        "reports.dailyreport": pgettext_lazy("in the log", "daily report"),
        "reports.reportexception": pgettext_lazy("in the log", "later hour of a report"),
        "reports.sweep": pgettext_lazy("in the log", "sweep"),
        "reports.sweepnote": pgettext_lazy("in the log", "note of a sweep"),
        "reports.sweepsignature": pgettext_lazy("in the log", "signature under a sweep"),
        "reports.barometer": pgettext_lazy("in the log", "class barometer"),
        "reports.barometerlink": pgettext_lazy("in the log", "link of the barometer"),
        "reports.standin": pgettext_lazy("in the log", "who stands in"),
        "reports.reportquestion": pgettext_lazy("in the log", "question of a report"),
        "reports.reportingscheme": pgettext_lazy("in the log", "rule of reporting"),
    },
    namers={"part": parts_by_code},
)

declare_topic("daily", _("Daily report"), "daily", "daily_board", "scheme", "school")
declare_topic("barometer", _("Class barometer"), "barometer")
declare_topic("sweep", _("Sweep"), "sweep", "sweep_board")
declare_topic("summary", _("Summary"), "summary", "semester_report")
declare_topic("unit", _("Units"), "school_list")
declare_topic("opens", _("Opens and exports"), "opens")
