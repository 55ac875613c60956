"""Threat T11: what people type is text on every page, also where it looks like markup or like a template."""

import pytest
from django.conf import settings
from django.urls import reverse

from counseling.models import TalkLog, TalkOption, TalkPart, TextTemplate
from reports.models import Summary, SummarySection
from schools.models import Person, Unit
from schools.queries import current_term
from students.models import FlagReport, Guardian, Student
from tests.security.test_t05_canaries import crawl
from tests.walking import arrived

SCRIPT = "<script>alert(1)</script>"
PAYLOADS = [SCRIPT, '"><img src=x onerror=alert(2)>', "{{7*7}}{% now 'Y' %}", "'-alert(3)-'", "</textarea><b>bold"]
RAW = ["<script>alert", "<img src=x", "</textarea><b>", 'onerror=alert(2)>"']


ALL = " ".join(PAYLOADS[:3])


def put(rows, text, *names):
    """The text in these columns; where it is too long, one payload after the other, row by row."""
    for number, pk in enumerate(rows.order_by("pk").values_list("pk", flat=True)):
        rows.model.objects.filter(pk=pk).update(**{name: fitting(rows.model, name, text, number) for name in names})


def fitting(model, name, text, number):
    width = model._meta.get_field(name).max_length
    return text if width is None or len(text) <= width else PAYLOADS[number % 3][:width]


def write(world, text):
    """The text wherever people type."""
    a = world.a
    put(Student.objects.filter(school=a.unit), text, "name", "former_name", "student_number")
    put(Guardian.objects.filter(student__school=a.unit), text, "name")
    for guardian in Guardian.objects.filter(student__school=a.unit):
        guardian.phone = text
        guardian.save(update_fields=["phone"])
    for part in TalkPart.objects.filter(talk__school=a.unit):
        part.background = part.words = part.view = part.agreed = part.effect = text
        part.save()
    for talk in TalkLog.objects.filter(school=a.unit):
        talk.others_present, talk.place = text, text[:40]
        talk.save()
    for report in FlagReport.objects.filter(flag__school=a.unit):
        report.text = text
        report.save()
    put(TalkOption.objects.filter(unit=None), text, "label_zh", "label_en")
    put(TextTemplate.objects.all(), text, "title", "body")
    put(Person.objects.filter(memberships__unit=a.unit), text, "name")
    put(Unit.objects.filter(pk=a.unit.pk), text, "name", "short_name")
    summary = Summary.objects.create(unit=a.unit, term=current_term(a.unit))
    SummarySection.objects.create(summary=summary, code="plan", body=text, version=1)


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["counselor", "leader"])
def test_typed_text_is_escaped_on_every_page(who, counted, sign_in):
    """A script, the end of an attribute and a template, all at once."""
    write(counted, ALL)
    pages = list(crawl(arrived(sign_in(counted.a.people[who])), most=45))
    assert [
        (url, answer.status_code) for url, answer in pages if answer.status_code >= 400 and answer.status_code != 405
    ] == []
    assert [(url, sign) for url, answer in pages for sign in RAW if sign in answer.told] == []
    for shown in ("{{7*7}}{% now", "&lt;script&gt;alert", "&quot;&gt;&lt;img src=x"):
        assert any(shown in answer.told for _url, answer in pages)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_no_typed_text_runs_in_a_browser(world, sign_in, open_page, live_server):
    """`open_page` fails the test where the policy had to stop something."""
    write(world, PAYLOADS[0][:25] + PAYLOADS[1])
    said, page = [], open_page(width=1280)
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    cookie = sign_in(world.a.counselor).cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    part = TalkPart.objects.get(talk=world.a.talks["own"])
    urls = ["/", world.a.student.get_absolute_url(), reverse("counseling:talk_detail", args=[part.pk])]
    urls += [reverse("counseling:talk_new"), reverse("reports:summary_detail", args=["2025-2026-2"])]
    shown = []
    for url in urls:
        page.goto(url)
        shown.append("onerror=alert" in page.content())
        assert page.locator("img[src=x]").count() == 0
    assert said == []
    assert any(shown)
