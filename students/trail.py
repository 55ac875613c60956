"""What the audit log calls an act, in words, for the page "who opened"."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "student.opened": _("opened the student's page"),
    "student.found_by_number": _("looked the student up by a number"),
    "student.corrected": _("corrected base data"),
    "student.unmasked": _("looked at masked numbers"),
    "student.groups_set": _("set special groups"),
    "guardian.added": _("added a guardian"),
    "guardian.corrected": _("corrected a guardian"),
    "roster.key_fields_changed": _("changed key fields by an import"),
    "riskflag.opened": _("opened a risk flag"),
    "flag.raised": _("raised a risk flag"),
    "flag.repeated": _("added to a risk flag"),
    "flag.acknowledged": _("took a risk flag in hand"),
    "flag.assigned": _("handed a risk flag on"),
    "flag.closed": _("closed a risk flag"),
    "flag.escalated": _("handed an overdue risk flag on"),
    "talklog.opened": _("opened a talk"),
    "talkpart.opened": _("opened a talk"),
    "talk.opened": _("opened a talk"),
    "talk.filed": _("filed a talk"),
    "talk.revised": _("revised a talk"),
    "talk.deleted": _("deleted a talk"),
    "talk.printed": _("printed a talk"),
}


def words_of(verb: str) -> str:
    """The act in words; one this list does not know stands with its code, so that nothing is hidden."""
    return str(WORDS.get(verb, verb))
