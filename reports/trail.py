"""What the audit log calls acts about summaries."""

from django.utils.translation import gettext_lazy as _

from schools.trail import says

says(
    {
        "summary.written": _("wrote in a summary"),
        "summary.draft_restored": _("went back to the drafted text of a summary"),
        "summary.exported": _("exported a summary"),
        "opens.read": _("read who opened records outside their care"),
        "opens.read_one": _("read which records one person opened outside their care"),
        "semester_report.started": _("started a file of a summary"),
    }
)
