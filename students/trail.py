"""What the audit log calls acts about students, rosters and flags."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from schools.audit.particulars import explains
from schools.audit.trail import PAGE_OPENED
from schools.audit.verbs import Kind, Verb, declare, declare_topic
from students.actions.roll import Move, Return
from students.file import KINDS
from students.forms import UnmaskForm
from students.models import BreakGlass, FlagStep, PlanPart, RiskFlag

FILE_KINDS = {kind.code: kind.label for kind in KINDS.values()}
declare(
    Verb("student.opened", PAGE_OPENED, Kind.READ),
    Verb(
        "student.file_printed",
        _("took a student's file on paper"),
        Kind.READ,
        labels={"kind": pgettext_lazy("in the log", "kind"), "term": pgettext_lazy("in the log", "term")},
        values={"kind": FILE_KINDS},
    ),
    Verb("student_file.started", _("started a PDF of a student's file"), Kind.SYSTEM),
    Verb("student.found_by_number", _("looked the student up by a number"), Kind.READ),
    Verb("student_list.exported", _("exported the list of students"), Kind.EXPORT),
    Verb("student.added", _("put a student on the roll")),
    Verb(
        "student.moved",
        _("changed where a student stands on the roll"),
        labels={"what": pgettext_lazy("in the log", "what happened"), "on": _("Day")},
    ),
    Verb("student.locked", _("closed the records of a student who was handed over; their time was over"), Kind.SYSTEM),
    Verb(
        "student.unlocked",
        _("opened the records of a student who came back"),
        labels={"reason": pgettext_lazy("in the log", "because")},
    ),
    Verb("class.added", _("added a class")),
    Verb("class.changed", _("changed a class")),
    Verb("class.closed", _("closed a class")),
    Verb("class.opened_again", _("opened a class again")),
    Verb("class_list.exported", _("exported the list of classes"), Kind.EXPORT),
    Verb("student.corrected", _("corrected base data")),
    Verb("student.unmasked", _("looked at masked numbers"), Kind.READ),
    Verb("student.groups_set", _("set special groups")),
    Verb("special_group.added", _("added a special group")),
    Verb("special_group.changed", _("changed a special group")),
    Verb("guardian.added", _("added a guardian")),
    Verb("guardian.corrected", _("corrected a guardian")),
    Verb("roster.key_fields_changed", _("changed key fields by an import")),
    Verb("roster.imported", _("imported a roster")),
    Verb("roster.columns_set", _("explained columns of a roster")),
    Verb("roster.column_forgotten", _("forgot a column of a roster")),
    Verb("riskflag.opened", _("opened a risk flag"), Kind.READ),
    Verb("flag.raised", _("raised a risk flag")),
    Verb("flag.repeated", _("added to a risk flag")),
    Verb("flag.acknowledged", _("took a risk flag in hand")),
    Verb("flag.assigned", _("handed a risk flag on")),
    Verb("flag.closed", _("closed a risk flag")),
    Verb("flag.escalated", _("handed an overdue risk flag on")),
    Verb("flag.step", _("wrote a step of a risk flag")),
    Verb("flag.step_corrected", _("corrected a step of a risk flag")),
    Verb("flag.asked", _("asked the class teacher about a risk flag")),
    Verb("flag.answered", _("answered a question about a risk flag")),
    Verb("flag.level_set", _("changed the level of a risk flag")),
    Verb("flag.watched", _("set a risk flag on watch")),
    Verb("flag.watch_over", _("the watch over a risk flag ended")),
    Verb("flag.proposed", _("proposed how a risk flag ends")),
    Verb("flag.sent_back", _("sent a proposal about a risk flag back")),
    Verb("flag.taken_back", _("took a proposal about a risk flag back")),
    Verb("flag.reopened", _("opened a risk flag again")),
    Verb(
        "flag.kept",
        _("kept a risk flag from somebody"),
        labels={"from": pgettext_lazy("in the log", "as another flag of the student")},
    ),
    Verb("flag.numbers_seen", _("looked at telephone numbers for a risk flag"), Kind.READ),
    Verb("flag_list.exported", _("exported the list of risk flags"), Kind.EXPORT),
    Verb("glass.opened", _("opened in an emergency what was closed")),
    Verb("glass.looked_at", _("looked at an emergency opening"), Kind.READ),
    Verb(
        "glass.reviewed", _("reviewed an emergency opening"), labels={"finding": pgettext_lazy("in the log", "found")}
    ),
    Verb("guardian.do_not_call", _("marked a guardian “do not call”")),
    Verb("guardian.may_call", _("took the mark “do not call” away")),
)
explains(
    labels={
        "held": pgettext_lazy("in the log", "held back"),
        "kept": pgettext_lazy("in the log", "kept as set by hand"),
        "missing": pgettext_lazy("in the log", "not in the file"),
        "new_classes": pgettext_lazy("in the log", "new classes"),
        "problems": pgettext_lazy("in the log", "rows with problems"),
        "columns": pgettext_lazy("in the log", "columns"),
        "outcome": pgettext_lazy("in the log", "outcome"),
        "what": pgettext_lazy("in the log", "seen"),
        "added": pgettext_lazy("in the log", "added"),
        "ended": pgettext_lazy("in the log", "ended"),
        "number": pgettext_lazy("in the log", "step"),
    },
    values={
        "outcome": dict(RiskFlag.Outcome.choices),
        "finding": dict(BreakGlass.Finding.choices),
        "kind": dict(FlagStep.Kind.choices),
        "what": dict(UnmaskForm.WHAT) | dict(Move.choices),
        "reason": dict(UnmaskForm.REASONS) | dict(Return.choices),
    },
    fields={
        "class_group": _("class"),
        "is_guardian": _("is guardian"),
        "entry_year": pgettext_lazy("in the log", "year of entry"),
        "number": pgettext_lazy("in the log", "number of the class"),
        "prefix": pgettext_lazy("in the log", "department of the class"),
        "stage": pgettext_lazy("in the log", "stage"),
    },
    kinds={
        "schools.classgroup": _("Class"),
        "students.student": _("Student"),
        "students.specialgroup": pgettext_lazy("in the log", "special group"),
        "students.guardian": pgettext_lazy("in the log", "guardian of a student"),
        "students.breakglass": pgettext_lazy("in the log", "emergency opening"),
        "students.riskflag": pgettext_lazy("in the log", "risk flag"),
    },
)
declare(
    Verb("center.asked", _("asked the center for help")),
    Verb("center.acknowledged", _("acknowledged a request for help")),
    Verb("center.answered", _("answered a request for help")),
    Verb("center.closed", _("closed a request for help")),
    Verb("center.second_asked", _("asked the center to confirm a decision")),
    Verb("center.confirmed", _("confirmed a decision of a school")),
    Verb("center.sent_back", _("sent a decision of a school back")),
    Verb("center.opened", _("opened a request for help"), Kind.READ),
)
explains(kinds={"students.centerrequest": pgettext_lazy("in the log", "request for help")})
declare(
    Verb("registryentry.opened", _("opened a plan"), Kind.READ),
    Verb("registry.printed", _("printed the plan of a student"), Kind.READ),
    Verb("registry.ledger_printed", _("printed the registry"), Kind.EXPORT),
    Verb("registry_ledger.started", _("started a PDF of the registry"), Kind.SYSTEM),
    Verb("registry_list.exported", _("exported the registry"), Kind.EXPORT),
    Verb("registry.listed", _("put a student on the registry")),
    Verb("registry.changed", _("changed an entry of the registry")),
    Verb("registry.reviewed", _("reviewed a plan")),
    Verb("registry.proposed", _("proposed a lower level, or to leave the registry")),
    Verb("registry.sent_back", _("sent a proposal about a plan back")),
    Verb("registry.taken_back", _("took a proposal about a plan back")),
    Verb("registry.left", _("took a student off the registry")),
    Verb("plan.measure_added", _("added a measure to a plan")),
    Verb("plan.measure_done", _("noted a measure as done")),
    Verb("plan.measure_dropped", _("dropped a measure")),
    Verb("plan.told", _("wrote what somebody is told of a plan"), labels={"part": pgettext_lazy("in the log", "for")}),
)
declare(
    Verb("handover.opened", _("opened a hand-over"), Kind.READ),
    Verb("handover.offered", _("offered a student to another school")),
    Verb("handover.accepted", _("accepted a student from another school")),
    Verb("handover.returned", _("sent the offer of a student back")),
    Verb("handover.taken_back", _("took the offer of a student back")),
    Verb("handover.received", _("recorded that a school outside the network received a student's file")),
    Verb("handover.asked", _("asked another school to hand a student over")),
    Verb("handover.printed", _("took what is handed over on paper"), Kind.READ),
    Verb("hand_over.started", _("started a PDF of what is handed over"), Kind.SYSTEM),
)
explains(
    labels={"kinds": pgettext_lazy("in the log", "what goes along")},
    values={"kinds": FILE_KINDS},
    kinds={"students.handover": pgettext_lazy("in the log", "hand-over")},
)
explains(
    fields={
        "reasons": _("reasons"),
        "found_how": _("how it was found"),
        "treatment": _("treatment and medication as the family told it"),
        "signs": _("signs to watch for"),
        "calls": _("whom to call"),
        "categories": _("categories"),
        "leader": _("responsible leader"),
        "counselor": _("counselor"),
        "teacher": _("class teacher"),
    },
    values={"part": dict(PlanPart.Audience.choices)},
    kinds={"students.registryentry": pgettext_lazy("in the log", "plan of a student")},
)

declare_topic(
    "student",
    _("Students"),
    "student",
    "student_list",
    "student_file",
    "guardian",
    "class",
    "class_list",
    "special_group",
)
declare_topic("import", _("Imports"), "roster")
declare_topic("flag", _("Risk flags"), "flag", "riskflag", "flag_list")
declare_topic("registry", _("Registry"), "registry", "registryentry", "registry_ledger", "registry_list", "plan")
declare_topic("hand_over", _("Hand-overs"), "handover", "hand_over")
declare_topic("center", _("Requests for help"), "center")
declare_topic("glass", _("Emergency openings"), "glass")
