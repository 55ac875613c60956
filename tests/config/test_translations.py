import re
from pathlib import Path

import polib
import pytest

from config import translations


def test_translations_are_complete_and_used():
    assert list(translations.problems()) == []


@pytest.fixture
def scratch(tmp_path, monkeypatch):
    """A project of one template and one catalogue."""
    monkeypatch.setattr(translations, "HERE", tmp_path)
    monkeypatch.setattr(translations, "CATALOGUES", tmp_path / "locale")
    monkeypatch.setattr(translations, "COMPILED", tmp_path / "locale" / "LC_MESSAGES" / "django.mo")
    (tmp_path / "locale").mkdir()
    (tmp_path / "templates").mkdir()

    def write(template: str, **catalogues: str) -> list[str]:
        (tmp_path / "templates" / "page.html").write_text(template)
        for area, body in catalogues.items():
            (tmp_path / "locale" / f"{area}.po").write_text(body)
        return list(translations.problems())

    return write


def entry(english, chinese, comment=""):
    return f'{comment}\nmsgid "{english}"\nmsgstr "{chinese}"\n\n'


PAGE = '{% load i18n %}{% translate "Students" %}'


def test_translations_of_a_whole_project_have_no_problem(scratch):
    assert scratch(PAGE, area=entry("Students", "学生")) == []


def test_translations_name_a_missing_text_and_its_place(scratch):
    assert scratch(PAGE) == ["templates/page.html:1: not translated: 'Students'"]


def test_translations_refuse_an_empty_text(scratch):
    assert scratch(PAGE, area=entry("Students", "")) == ["area.po: empty or fuzzy: 'Students'"]


def test_translations_refuse_two_texts_for_one_message(scratch):
    found = scratch(PAGE, one=entry("Students", "学生"), two=entry("Students", "同学"))
    assert found == ["two.po: 'Students' is translated otherwise in one.po"]


def test_translations_refuse_what_nothing_asks_for(scratch):
    found = scratch(PAGE, area=entry("Students", "学生") + entry("Pupils", "学生"))
    assert found == ["area.po: nothing asks for 'Pupils'"]


def test_translations_keep_a_text_of_another_package(scratch):
    assert scratch(PAGE, area=entry("Students", "学生") + entry("Pupils", "学生", "# third-party")) == []


def test_translations_refuse_a_lost_placeholder(scratch):
    page = "{% load i18n %}{% blocktranslate %}Hello {{ name }}{% endblocktranslate %}"
    assert scratch(page, area=entry("Hello %(name)s", "你好")) == ["area.po: a placeholder is lost: 'Hello %(name)s'"]


def test_translations_refuse_chinese_in_a_template(scratch):
    assert scratch("<p>学生</p>{# 注 #}") == ["templates/page.html:1: Chinese in a template"]


def test_chinese_in_code_is_found_in_strings_but_not_in_comments():
    assert translations.chinese_lines('"""文"""\nx = 1  # 注\ny = "学生"\nz = "年"  # zh\n') == [3]


def test_compiled_catalogue_holds_every_area(scratch, tmp_path):
    scratch(PAGE, one=entry("Students", "学生"), two=entry("Talks", "谈话"))
    assert translations.compile_catalogues() == 2
    compiled = polib.mofile(str(tmp_path / "locale" / "LC_MESSAGES" / "django.mo"))
    assert {item.msgid: item.msgstr for item in compiled} == {"Students": "学生", "Talks": "谈话"}


# Between Chinese characters the marks are full width; the class name 三(1)班 is written by code, not by a catalogue.
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff] ?[,:;?!()]|[,;?!()] ?[\u4e00-\u9fff]|[\u4e00-\u9fff]\.(?:\s|$)")


def test_chinese_is_written_with_full_width_marks():
    found = []
    for catalogue in sorted(Path(translations.__file__).parent.parent.glob("locale/zh_Hans/*.po")):
        for entry in polib.pofile(str(catalogue)):
            words = [entry.msgstr, *entry.msgstr_plural.values()]
            found += [(catalogue.name, text) for text in words if HALF_WIDTH.search(text) and text != "是,否"]
    assert found == []
