"""What the audit log calls acts about instruments and rounds."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from schools.audit.particulars import explains
from schools.audit.verbs import Kind, Verb, declare

declare(
    Verb("instrument.imported", _("imported an instrument")),
    Verb("instrument.retired", _("took an instrument out of the choice")),
    Verb("instrument.offered", _("put an instrument into the choice")),
    Verb("instrument.started", _("began a survey of their own")),
    Verb("instrument.changed", _("changed a survey of their own")),
    Verb("instrument.published", _("published a survey of their own")),
    Verb("instrument.discarded", _("threw a draft of a survey away")),
    Verb("text_pack.attested", _("brought the texts of an instrument and answered for the licence")),
    Verb("round.made", _("prepared a screening")),
    Verb("round.opened", _("opened a screening")),
    Verb("round.closed", _("closed a screening")),
    Verb("round.extended", _("gave a class longer for a screening")),
    Verb("slips.started", _("started slips to print"), Kind.SYSTEM),
    Verb("slips.printed", _("printed the slips of a class, with PINs"), Kind.READ),
    Verb("slip.reissued", _("issued a slip anew")),
    Verb("slip.revoked", _("withdrew a slip")),
    Verb("slip.absent", _("marked a student absent")),
    Verb("paper.entered", _("typed in answers from paper")),
    Verb("paper.compared", _("opened what was read differently from paper"), Kind.READ),
    Verb("paper.decided", _("decided what was read differently from paper")),
    Verb("consent.recorded", _("recorded a consent on paper")),
    Verb("consent_letters.started", _("started letters to families"), Kind.SYSTEM),
    Verb("consent_letters.printed", _("printed letters to families, with the codes of guardians"), Kind.READ),
    Verb("consent_link.opened", _("opened the links of a student's guardians"), Kind.READ),
    Verb("consent_link.reissued", _("issued the link of a guardian anew")),
    Verb("consent.reminded", _("reminded class teachers of families that have not answered")),
    Verb("round_results.exported", _("took the answers of a screening out"), Kind.EXPORT),
    Verb("round_table.started", _("began a table of the answers of a screening"), Kind.SYSTEM),
    Verb("interview.planned", _("planned talks after a screening")),
    Verb("interview.missed", _("noted that a student did not come to a talk")),
    Verb("response.printed", _("printed the result of a screening"), Kind.READ),
    Verb("response_pdf.started", _("began to print the result of a screening"), Kind.SYSTEM),
    Verb("response.opened", _("opened the result of a screening"), Kind.READ),
)
explains(
    labels={
        "code": pgettext_lazy("in the log", "code"),
        "version": pgettext_lazy("in the log", "version"),
        "language": pgettext_lazy("in the log", "language"),
        "items": pgettext_lazy("in the log", "questions"),
        "classes": pgettext_lazy("in the log", "classes"),
        "students": pgettext_lazy("in the log", "students"),
        "class": pgettext_lazy("in the log", "class"),
        "given": pgettext_lazy("in the log", "given"),
        "names": pgettext_lazy("in the log", "with names"),
        "absent": pgettext_lazy("in the log", "absent"),
    },
    values={},
    fields={},
    kinds={
        "screening.instrument": pgettext_lazy("in the log", "instrument"),
        "screening.textpack": pgettext_lazy("in the log", "texts of an instrument"),
        "screening.round": pgettext_lazy("in the log", "screening"),
        "screening.slip": pgettext_lazy("in the log", "slip"),
        "screening.consent": pgettext_lazy("in the log", "consent"),
        "screening.consentlink": pgettext_lazy("in the log", "link of a guardian"),
        "screening.response": pgettext_lazy("in the log", "result of a screening"),
    },
)
