"""What the audit log calls acts about instruments."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from schools.audit.particulars import explains
from schools.audit.trail import says

says(
    {
        "instrument.imported": _("imported an instrument"),
        "instrument.retired": _("took an instrument out of the choice"),
        "instrument.ready": _("put an instrument into the choice"),
        "instrument.started": _("began a survey of their own"),
        "instrument.changed": _("changed a survey of their own"),
        "instrument.discarded": _("threw a draft of a survey away"),
        "text_pack.attested": _("brought the texts of an instrument and answered for the licence"),
    }
)
explains(
    labels={
        "code": pgettext_lazy("in the log", "code"),
        "version": pgettext_lazy("in the log", "version"),
        "language": pgettext_lazy("in the log", "language"),
        "items": pgettext_lazy("in the log", "questions"),
    },
    values={},
    fields={},
    kinds={
        "screening.instrument": pgettext_lazy("in the log", "instrument"),
        "screening.textpack": pgettext_lazy("in the log", "texts of an instrument"),
    },
)
