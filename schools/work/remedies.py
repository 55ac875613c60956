"""What an administrator does about a failure: a sentence for each kind, told beside its cause under "Machinery"."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from schools.work.sending import NO_ADDRESS, NO_ANSWER, NOT_NAMED

# Where docs/operations.md tells more, by its heading.
SECTION = "What failed, and what to do"
# Causes of a job are kept in English and told in the language of whoever reads them.
ROLE_ENDED = gettext_noop("the role has ended")
OWNER_READS_WHY = gettext_noop("refused: its owner reads why")
WORKER_DIED = gettext_noop("its worker died each time")

_NO_MEMORY = _(
    "Most likely memory ran out: look at the log of the worker and of the machine, and try again while little else "
    "runs."
)
_NO_DATABASE = _("The database did not answer: see that it runs and has room, then try again.")
_NO_FILE = _(
    "A file could not be read or written: see whether the disk is full, and whether the folder of data belongs to the "
    "service, then try again."
)
_BROKEN = _(
    "This is a fault of the program: send the line above, which holds no data, to whoever maintains Xinyu, and try "
    "again after an update."
)
_OF_FAILURES = {
    ROLE_ENDED: _("Nothing is broken: who started it has lost this role. Whoever does the work now starts it again."),
    OWNER_READS_WHY: _(
        "Nothing is broken: its owner reads what to correct, and starts it again. Another try changes nothing."
    ),
    WORKER_DIED: _NO_MEMORY,
    "MemoryError": _NO_MEMORY,
    "OperationalError": _NO_DATABASE,
    "InterfaceError": _NO_DATABASE,
    "OSError": _NO_FILE,
    "PermissionError": _NO_FILE,
    "FileNotFoundError": _NO_FILE,
}

_CHANNEL = _("The other side refuses: set its address and key anew under “Channels”, and try it there.")
_MAIL_SERVER = _("The mail server refuses: see the mail settings in .env, then try it under “Channels”.")
_OF_ANSWERS = {
    NO_ANSWER: _("Nobody answers there: see whether the other side runs, and whether this machine reaches it."),
    NOT_NAMED: _("Name host and port in NOTICE_HOSTS in .env and start the site anew, or correct the address."),
    NO_ADDRESS: _("Ask this person to enter a mail address among the settings of their notices."),
}


def about_failure(cause: str) -> Any:
    """Of a job its cause, of a reminder its error: a sentence of ours, or what broke and where."""
    return _OF_FAILURES.get(cause) or _OF_FAILURES.get(cause.partition(" ")[0], _BROKEN)


def about_answer(answer: str) -> Any:
    """Of a message outside that was given up: by what came back last."""
    if answer.startswith(("HTTP 5", "HTTP 429")):
        return _("The other side has a fault of its own, or too much to do: ask whoever runs it.")
    if answer.startswith("SMTP"):
        return _MAIL_SERVER
    return _OF_ANSWERS.get(answer, _CHANNEL)
