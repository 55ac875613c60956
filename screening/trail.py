"""What the audit log calls acts about instruments."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from schools.audit.particulars import explains
from schools.audit.verbs import Verb, declare

declare(
    Verb("instrument.imported", _("imported an instrument")),
    Verb("instrument.retired", _("took an instrument out of the choice")),
    Verb("instrument.offered", _("put an instrument into the choice")),
    Verb("instrument.started", _("began a survey of their own")),
    Verb("instrument.changed", _("changed a survey of their own")),
    Verb("instrument.published", _("published a survey of their own")),
    Verb("instrument.discarded", _("threw a draft of a survey away")),
    Verb("text_pack.attested", _("brought the texts of an instrument and answered for the licence")),
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
