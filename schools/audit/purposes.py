"""What a list may leave as a file for; the log keeps the code."""

from django.utils.translation import gettext_lazy

PURPOSES = {
    "meeting": gettext_lazy("a meeting of the school"),
    "report": gettext_lazy("a report to the district"),
    "archive": gettext_lazy("the school's paper archive"),
    "handover": gettext_lazy("handing over to a colleague"),
}
