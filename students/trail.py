"""What the audit log calls acts about students, rosters and flags."""

from django.utils.translation import gettext_lazy as _

from schools.trail import PAGE_OPENED, says

says(
    {
        "student.opened": PAGE_OPENED,
        "student.found_by_number": _("looked the student up by a number"),
        "student_list.exported": _("exported the list of students"),
        "student.corrected": _("corrected base data"),
        "student.unmasked": _("looked at masked numbers"),
        "student.groups_set": _("set special groups"),
        "guardian.added": _("added a guardian"),
        "guardian.corrected": _("corrected a guardian"),
        "roster.key_fields_changed": _("changed key fields by an import"),
        "roster.imported": _("imported a roster"),
        "roster.columns_set": _("explained columns of a roster"),
        "roster.column_forgotten": _("forgot a column of a roster"),
        "roster_preview.started": _("started a preview of a roster"),
        "roster_commit.started": _("started an import of a roster"),
        "riskflag.opened": _("opened a risk flag"),
        "flag.raised": _("raised a risk flag"),
        "flag.repeated": _("added to a risk flag"),
        "flag.acknowledged": _("took a risk flag in hand"),
        "flag.assigned": _("handed a risk flag on"),
        "flag.closed": _("closed a risk flag"),
        "flag.escalated": _("handed an overdue risk flag on"),
    }
)
