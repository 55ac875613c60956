"""What the audit log calls acts about talks."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from counseling.actions.incident_changes import CORRECTED
from counseling.models import Incident, IncidentAct, IncidentReport, TalkLog, TalkOption
from counseling.models.incidents import EventClass
from schools.audit.particulars import explains
from schools.audit.verbs import Kind, Verb, declare, declare_topic

declare(
    Verb("talklog.opened", _("opened a talk"), Kind.READ),
    Verb("talkpart.opened", _("opened a talk"), Kind.READ),
    Verb("talk.opened", _("opened a talk"), Kind.READ),
    Verb("talk.filed", _("filed a talk")),
    Verb("talk.revised", _("revised a talk")),
    Verb("talk.deleted", _("deleted a talk")),
    Verb("talk.printed", _("printed a talk"), Kind.READ),
    Verb("talk_list.exported", _("exported the list of talks"), Kind.EXPORT),
    Verb("talk_draft.started", _("began a draft")),
    Verb("talk_draft.discarded", _("threw a draft away")),
    Verb(
        "talks.reminded", _("reminded a class teacher of talks"), labels={"rows": pgettext_lazy("in the log", "people")}
    ),
    Verb("talk_option.added", _("added a word for talks")),
    Verb("talk_option.changed", _("changed a word for talks")),
    Verb("text_template.added", _("added a text template")),
    Verb("text_template.changed", _("changed a text template")),
    Verb("incident.opened", _("opened an incident"), Kind.READ),
    Verb("incident.printed", _("printed an incident"), Kind.READ),
    Verb("incident.numbers_seen", _("looked at telephone numbers for an incident"), Kind.READ),
    Verb("incident.started", _("started an incident"), values={"kind": dict(EventClass.choices)}),
    Verb("incident.kept", _("kept an incident from somebody")),
    Verb("incident.led", _("took the lead of an incident")),
    Verb(
        "incident.act",
        _("wrote into an incident"),
        labels={"number": pgettext_lazy("in the log", "step")},
        values={"kind": dict(IncidentAct.Kind.choices)},
    ),
    Verb("incident.person_added", _("added a person to an incident")),
    Verb("incident.safety_agreed", _("agreed a safety plan")),
    Verb(
        "incident.reported",
        _("reported an incident to the unit above"),
        labels={"form": pgettext_lazy("in the log", "kind")},
        values={"form": dict(IncidentReport.Form.choices)},
    ),
    Verb("incident.report_opened", _("opened the report of an incident"), Kind.READ),
    Verb("incident.acknowledged", _("acknowledged the report of an incident")),
    Verb("incident.passed_on", _("passed the report of an incident on to the unit above")),
    Verb("incident.corrected", _("corrected an incident")),
    Verb("incident.reopened", _("opened an incident again")),
    Verb("crisis_free.signed", _("signed that there was no crisis event in a term")),
    Verb("incident.closed", _("closed an incident"), values={"outcome": dict(Incident.Outcome.choices)}),
)
# What a talk's head holds is told of each student's part.
HEAD = ("happened_at", "minutes", "place", "kind", "mode", "initiative", "others_present", "is_restricted")
explains(
    labels={
        "list": pgettext_lazy("in the log", "list"),
        "shown": pgettext_lazy("in the log", "shown"),
        "submission": pgettext_lazy("in the log", "number of the form"),
    },
    values={"list": dict(TalkOption.List.choices)},
    fields={
        # What both have, such as the place, is called as in a talk.
        **{field.name: field.verbose_name for field in Incident._meta.fields if field.name in CORRECTED},
        **{field.name: field.verbose_name for field in TalkLog._meta.fields if field.name in HEAD},
        "known_at": _("Known since"),
        "themes": pgettext_lazy("in the log", "themes"),
        "mood": _("mood"),
        "flag": pgettext_lazy("in the log", "risk flag"),
    },
    kinds={
        "schools.classgroup": pgettext_lazy("in the log", "class"),
        "counseling.talklog": pgettext_lazy("in the log", "talk"),
        "counseling.talkpart": pgettext_lazy("in the log", "talk"),
        "counseling.talkdraft": pgettext_lazy("in the log", "draft of a talk"),
        "counseling.talkoption": pgettext_lazy("in the log", "word for talks"),
        "counseling.incident": pgettext_lazy("in the log", "incident"),
        "counseling.incidentreport": pgettext_lazy("in the log", "report of an incident"),
        "counseling.texttemplate": pgettext_lazy("in the log", "text template"),
    },
)

declare_topic(
    "talk",
    _("Talks"),
    "talk",
    "talklog",
    "talkpart",
    "talk_list",
    "talk_draft",
    "talk_option",
    "text_template",
    "talks",
)
declare_topic("incident", _("Crisis events"), "incident", "crisis_free")
