"""What the audit log calls acts about units, people, roles, jobs and the log itself."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from schools import registers  # noqa: F401  they declare what is done with their rows
from schools.audit.verbs import Kind, Verb, declare, declare_topic
from schools.common.floors import ask_apps

declare(
    Verb("audit_log.exported", _("exported the audit log"), Kind.EXPORT),
    Verb("audit.opened", _("read the audit log"), Kind.READ),
    Verb(
        "audit.accepted",
        _("accepted a new beginning of the log"),
        Kind.SYSTEM,
        labels={"why": pgettext_lazy("in the log", "because")},
    ),
    Verb(
        "chain.started",
        _("began a chain of the log"),
        Kind.SYSTEM,
        labels={"scope": pgettext_lazy("in the log", "chain")},
    ),
    Verb(
        "demo.loaded",
        _("loaded the demo"),
        Kind.SYSTEM,
        labels={"scale": pgettext_lazy("in the log", "size"), "schools": pgettext_lazy("in the log", "schools")},
    ),
    Verb("job.retried", _("tried a background job again")),
    Verb("reminders.retried", _("tried reminders again that had failed"), labels={"reminders": _("reminders")}),
    Verb("job.file_taken", _("took a finished file"), Kind.READ),
    Verb("membership.granted", _("gave a role")),
    Verb("membership.changed", _("changed a role")),
    Verb("membership.ended", _("ended a role")),
    Verb("person.created", _("created an account")),
    Verb("person.changed", _("corrected an account")),
    Verb("person.activated", _("opened an account again")),
    Verb("person.deactivated", _("closed an account")),
    Verb("person.signed_in", _("signed in"), Kind.SIGN_IN),
    Verb("person.password_changed", _("changed the own password"), Kind.SIGN_IN),
    Verb("person.password_reset", _("made a new first password"), Kind.SIGN_IN),
    Verb("person.sessions_ended", _("signed out everywhere else"), Kind.SIGN_IN),
    Verb("person.factor_removal_asked", _("asked to take a second factor away"), Kind.SIGN_IN),
    Verb("person.factor_removed", _("took a second factor away"), Kind.SIGN_IN),
    Verb("person.totp_activated", _("set up an authenticator app"), Kind.SIGN_IN),
    Verb("person.totp_deactivated", _("removed an authenticator app"), Kind.SIGN_IN),
    Verb("person.webauthn_added", _("added a passkey"), Kind.SIGN_IN),
    Verb("person.webauthn_removed", _("removed a passkey"), Kind.SIGN_IN),
    Verb("person.recovery_codes_generated", _("made recovery codes"), Kind.SIGN_IN),
    Verb("staff.imported", _("imported staff")),
    Verb("staff_import.started", _("started an import of staff"), Kind.SYSTEM),
    Verb("unit_kind.created", _("added a level of units")),
    Verb("unit_kind.renamed", _("renamed a level of units")),
    Verb("unit_kind.moved", _("moved a level of units")),
    Verb("unit_kind.removed", _("removed a level of units")),
    Verb("certificate_level.added", _("added a kind of certificate")),
    Verb("certificate_level.changed", _("changed a kind of certificate")),
    Verb("certificate_level.removed", _("removed a kind of certificate")),
    Verb("unit.created", _("added a unit"), labels={"kind": pgettext_lazy("in the log", "level of units")}),
    Verb("unit.changed", _("changed a unit")),
    Verb("unit.settings", _("changed the rules of a unit")),
    Verb("unit.term", _("set a term")),
    Verb("unit.term_removed", _("took a term back")),
    Verb("unit.talk_duty", _("set the date for the talks of a term")),
    Verb("unit.channel", _("set a channel outside")),
    Verb("unit.channel_tried", _("tried a channel outside")),
    Verb("person.channels", _("chose how to be called")),
    Verb("unit.ladder", _("said when to remind"), labels={"steps": pgettext_lazy("in the log", "steps")}),
    Verb("unit.duty", _("said who is on duty"), labels={"until": pgettext_lazy("in the log", "until")}),
    Verb("unit.calendar_day", _("changed a day of the calendar")),
)

ask_apps("file_kinds")  # each kind of file declares the acts of its import
ask_apps("reminders")  # what reminds says what it is called

declare_topic("person", _("Account"), "person")
declare_topic("membership", _("Roles"), "membership")
declare_topic("unit", _("Units"), "unit", "unit_kind")
declare_topic("import", _("Imports"), "staff", "staff_import")
declare_topic("register", _("Work records"), "certificate_level")
declare_topic("audit", _("Audit log"), "audit", "audit_log", "chain")
declare_topic("system", _("Machinery"), "job", "reminders", "demo")
