"""The words a unit sets for its talks. An inherited one is never changed: the unit gets its own row instead."""

from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from counseling.access import can_set_options
from counseling.models import TalkOption, TextTemplate
from counseling.queries import all_options_of, templates_of
from schools import audit
from schools.access import Viewer
from schools.common.errors import Refused


@transaction.atomic
def add_option(*, by: Viewer, name: str, label_zh: str, label_en: str = "") -> TalkOption:
    """A new word at the end of one of the four lists."""
    _check(by)
    position = max((row.position for row in all_options_of(by.unit, with_hidden=True)[name]), default=-1) + 1
    option = TalkOption.objects.create(
        unit=by.unit, list=name, code=uuid4().hex[:12], label_zh=label_zh, label_en=label_en, position=position
    )
    audit.record(by=by, verb="talk_option.added", about=option, details={"list": name})
    return option


@transaction.atomic
def change_option(*, by: Viewer, option: TalkOption, label_zh: str, label_en: str, is_active: bool) -> TalkOption:
    """Rename, hide or show a word for the own unit and those below."""
    _check(by)
    own, _new = TalkOption.objects.update_or_create(
        unit=by.unit,
        list=option.list,
        code=option.code,
        defaults={
            "label_zh": label_zh,
            "label_en": label_en,
            "is_active": is_active,
            "position": option.position,
        },
    )
    audit.record(by=by, verb="talk_option.changed", about=own, details={"list": own.list, "shown": is_active})
    return own


@transaction.atomic
def add_template(*, by: Viewer, box: str, title: str, body: str) -> TextTemplate:
    """A new text template."""
    _check(by)
    position = max((row.position for row in templates_of(by.unit, with_hidden=True)), default=-1) + 1
    template = TextTemplate.objects.create(
        unit=by.unit, code=uuid4().hex, box=box, title=title, body=body, position=position
    )
    audit.record(by=by, verb="text_template.added", about=template)
    return template


@transaction.atomic
def change_template(
    *, by: Viewer, template: TextTemplate, box: str, title: str, body: str, is_active: bool
) -> TextTemplate:
    """Reword, hide or show a text template for the own unit and those below."""
    _check(by)
    own, _new = TextTemplate.objects.update_or_create(
        unit=by.unit,
        code=template.code,
        defaults={
            "box": box,
            "title": title,
            "body": body,
            "is_active": is_active,
            "position": template.position,
        },
    )
    audit.record(by=by, verb="text_template.changed", about=own, details={"shown": is_active})
    return own


def _check(by: Viewer) -> None:
    if not can_set_options(by):
        raise Refused(_("Only counselors, leaders and center staff set the words of talks."))
