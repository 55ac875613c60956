"""What the audit log calls acts about students, rosters and flags."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from schools.audit.particulars import explains
from schools.audit.trail import PAGE_OPENED
from schools.audit.verbs import Kind, Verb, declare
from students.forms import UnmaskForm
from students.models import RiskFlag

declare(
    Verb("student.opened", PAGE_OPENED, Kind.READ),
    Verb("student.found_by_number", _("looked the student up by a number"), Kind.READ),
    Verb("student_list.exported", _("exported the list of students"), Kind.EXPORT),
    Verb("student.corrected", _("corrected base data")),
    Verb("student.unmasked", _("looked at masked numbers"), Kind.READ),
    Verb("student.groups_set", _("set special groups")),
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
    },
    values={
        "outcome": dict(RiskFlag.Outcome.choices),
        "what": dict(UnmaskForm.WHAT),
        "reason": dict(UnmaskForm.REASONS),
    },
    fields={"class_group": _("class"), "is_guardian": _("is guardian")},
    kinds={
        "students.student": _("Student"),
        "students.guardian": pgettext_lazy("in the log", "guardian of a student"),
        "students.riskflag": pgettext_lazy("in the log", "risk flag"),
    },
)
