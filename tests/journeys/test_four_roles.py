"""The first thing that really works, end to end: a roster becomes students, a talk is logged on a phone, the
counselor and the leader see it, and school and district take the summary out as PDF. Four people, one browser each.
"""

import datetime as dt
import io
import re

import pypdf
import pytest
from django.utils import timezone

from schools.models import Term
from students.models import Student
from tests.axe import faults
from tests.files import xlsx_bytes

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ROSTER = [
    ["全国中小学生学籍信息", "", "", "", ""],
    ["姓名", "性 别", "出生日期", "年级", "班级"],
    ["林雨桐", "女", "2019-03-04", "三年级", "1班"],
    ["𠮷安之", "男", "20190518", "三年级", "1班"],
    ["合计", "2人", "", "", ""],
]


@pytest.fixture
def term(world):
    """The browser's clock is the real one, so today must lie in a term."""
    today = timezone.localdate()
    year = today.year if today.month >= 8 else today.year - 1
    starts, ends = today - dt.timedelta(days=20), today + dt.timedelta(days=90)
    Term.objects.filter(code=f"{year}-{year + 1}-1").delete()
    return Term.objects.create(unit=world.city, code=f"{year}-{year + 1}-1", starts=starts, ends=ends)


@pytest.fixture
def enter(open_as, term):
    """On the workbench of somebody who is signed in."""

    def go(staff_number, width=1440):
        page = open_as(staff_number, width=width, height=800)
        page.goto("/")
        page.wait_for_selector("main h1")
        return page

    return go


def assert_accessible(page):
    assert faults(page) == []


def download(page, press):
    with page.expect_download() as got:
        press()
    return got.value.path().read_bytes()


def text_of(pdf):
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def exported(page, term):
    """Ask for the summary as PDF, wait for the worker, take the file."""
    page.goto(f"/summaries/{term.code}/export")
    page.check("[name=reason][value=submission]", force=True)
    page.check("[name=file_format][value=pdf]", force=True)
    page.click("main form .btn.go")
    page.wait_for_selector("a[href$='/file']")
    return download(page, lambda: page.click("a[href$='/file']"))


def test_a_roster_file_becomes_students(enter, world):
    page = enter("a-leader")
    page.goto("/roster/")
    page.set_input_files(
        "input[type=file]", {"name": "名册.xlsx", "mimeType": "application/zip", "buffer": xlsx_bytes(ROSTER)}
    )
    page.click("main form .btn.go")
    page.wait_for_selector("text=林雨桐")
    assert not Student.objects.filter(name="林雨桐").exists()
    assert_accessible(page)
    page.click("form[action$='/commit'] .btn.go")
    page.wait_for_url("**/done*")
    assert Student.objects.filter(school=world.a.unit, name__in=["林雨桐", "𠮷安之"]).count() == 2
    page.goto("/students/?q=lyt")
    assert page.locator("main").inner_text().count("林雨桐") == 1


def test_a_talk_on_a_phone_is_seen_by_counselor_and_leader(enter, world):
    phone = enter("a-teacher", width=360)
    phone.goto("/")
    phone.click(".dock a[href='/talks/new/']")
    phone.check(f"input[name=students][value='{world.a.student_3.pk}']", force=True)
    phone.check("input[name=themes][value=sleep]", force=True)
    phone.fill("textarea[name$=-words]:enabled", "这周睡不着")
    phone.check("input[name$=-severity][value='3']:enabled", force=True)
    phone.click(".formfoot .btn.go")
    phone.wait_for_url(re.compile(r"/talks/[0-9a-f-]{36}/$"))
    assert "这周睡不着" in phone.locator("main").inner_text()
    assert_accessible(phone)
    for name in ("a-counselor", "a-leader"):
        desk = enter(name)
        assert world.a.student_3.name in desk.locator("main").inner_text()
        desk.goto("/coverage/")
        assert "1 / 5" in desk.locator("main").inner_text()


def test_the_school_takes_its_summary_out_as_pdf(enter, world, term):
    page = enter("a-leader")
    text = text_of(exported(page, term))
    assert "甲小学" in text
    assert "SENTINEL" not in text


def test_the_district_takes_its_summary_out_as_pdf(enter, world, term):
    page = enter("district_staff")
    text = text_of(exported(page, term))
    assert "东区中心" in text
    assert "SENTINEL" not in text
