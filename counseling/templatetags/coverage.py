"""The bars and rows of the coverage page, drawn in Python: there are a hundred of them for a school."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django import template
from django.template.context import Context
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from counseling.queries import Coverage
from schools.common.addresses import around
from schools.templatetags.look import day, initial, share

register = template.Library()


@register.simple_tag(takes_context=True)
def coverage_rows(context: Context, table: Any) -> SafeString:
    """A row for each class under the sum of its grade: how far, how far by today, key students left, remind."""
    lines = []
    for grade in table.grades:
        if len(table.grades) > 1:
            lines.append(_grade(grade, table))
        lines += [_class(context, Coverage(row.class_group.name, [row]), table) for row in grade.classes]
    return format_html_join("\n", "{}", ((one,) for one in lines))


def _address(table: Any, name: str, key: Any) -> str:
    """That of the students left in a part, with what else the page was asked for."""
    return f"?{table.asked}{urlencode({name: key})}#left"


def _grade(grade: Coverage, table: Any) -> SafeString:
    cells = _numbers(grade, table.pace)
    start = '<tr class="sum"><th scope="row" data-label="{}"><a href="{}">{}</a></th><td></td>{}'
    closing = mark_safe("<td></td></tr>") if table.may_remind else mark_safe("</tr>")
    return format_html(start + "{}", _("Grade"), _address(table, "grade", grade.key), grade.label, cells, closing)


def _class(context: Context, row: Coverage, table: Any) -> SafeString:
    pk = row.classes[0].class_group.pk
    chosen = context.get("chosen")
    current = (
        mark_safe(' aria-current="true"') if chosen and [one.class_group.pk for one in chosen.classes] == [pk] else ""
    )
    names = [(_address(table, "teacher", one.key), one.label) for one in table.teachers.get(pk, [])]
    teachers = format_html_join(" ", '<a href="{}">{}</a>', names)
    return format_html(
        '<tr><th scope="row" data-label="{}"><a href="{}"{}>{}</a></th><td data-label="{}">{}</td>{}{}</tr>',
        _("Class"), _address(table, "class", pk), current, row.label,
        _("Class teacher"), teachers, _numbers(row, table.pace),
        _remind(context, pk, row, bool(names)) if table.may_remind else "",
    )  # fmt: skip


def _numbers(row: Coverage, pace: float) -> SafeString:
    """The bar with a mark where it should be today, the numbers, how many behind, key students left."""
    behind = round(pace * row.students) - row.reached
    words = format_html('<span class="tag warn">{}</span>', _("%(n)s behind") % {"n": behind}) if behind > 0 else ""
    if row.left and not words:
        words = format_html('<span class="tag good">{}</span>', pgettext("of talks", "in time"))
    keys = _keys_left(row.key_left) if row.key_left else ""
    return format_html(
        '<td class="wide" data-label="{}"><span class="bar"><svg width="100%" height="8" aria-hidden="true">'
        '<rect width="{}" height="8" rx="4"/><rect class="pace" x="{}" width="2" height="8"/></svg></span></td>'
        '<td class="num" data-label="{}">{} / {}</td><td data-label="{}">{}</td><td data-label="{}">{}</td>',
        _("How far"), share(row.reached, row.students), share(pace, 1),
        _("Talked to"), row.reached, row.students, _("By today"), words, _("Key students"), keys,
    )  # fmt: skip


def _remind(context: Context, pk: int, row: Coverage, has_teacher: bool) -> SafeString:
    if not row.left or not has_teacher:
        return mark_safe("<td></td>")
    return format_html(
        '<td><form method="post" action="{}"><input type="hidden" name="csrfmiddlewaretoken" value="{}">'
        '<button class="btn small">{}<span class="sr"> {}</span></button></form></td>',
        str(pk).join(around("counseling:coverage_remind", 0)), context["csrf_token"], _("Remind"), row.label,
    )  # fmt: skip


def _keys_left(left: int) -> SafeString:
    words = ngettext("1 key student left", "%(n)s key students left", left) % {"n": left}
    return format_html(' <small class="tag warn">{}</small>', words)


@register.simple_tag
def rows_left(left: Iterable[Any]) -> SafeString:
    """Who is left: why they come first, when somebody last talked to them, and the way to the form."""
    key = format_html(' <span class="tag warn">{}</span>', _("key student"))
    form, button = reverse("counseling:talk_new"), _("Log a talk")
    rows = (
        (
            initial(one.student.name),
            one.student.name,
            key if one.is_key else "",
            _told(one),
            form,
            one.student.pk,
            button,
        )
        for one in left
    )
    return format_html_join(
        "",
        '<div class="row"><span class="face" aria-hidden="true">{}</span><span class="grow"><span class="t">{}</span>'
        '{}<br><small>{}</small></span><a class="btn small" href="{}?student={}">{}</a></div>',
        rows,
    )


def _told(one: Any) -> str:
    last = _("last talk %(day)s") % {"day": day(one.last_talk)} if one.last_talk else _("never yet")
    return " · ".join(filter(None, [one.student.class_group.name, one.why, last]))
