"""What the audit log calls acts about talks."""

from django.utils.translation import gettext_lazy as _

from schools.trail import says

says(
    {
        "talklog.opened": _("opened a talk"),
        "talkpart.opened": _("opened a talk"),
        "talk.opened": _("opened a talk"),
        "talk.filed": _("filed a talk"),
        "talk.revised": _("revised a talk"),
        "talk.deleted": _("deleted a talk"),
        "talk.printed": _("printed a talk"),
        "talk_list.exported": _("exported the list of talks"),
        "talk_draft.started": _("began a draft"),
        "talk_draft.discarded": _("threw a draft away"),
        "talk_option.added": _("added a word for talks"),
        "talk_option.changed": _("changed a word for talks"),
        "text_template.added": _("added a text template"),
        "text_template.changed": _("changed a text template"),
    }
)
