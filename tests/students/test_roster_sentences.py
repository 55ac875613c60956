import re
from pathlib import Path

import pytest
from django.utils import translation

from schools.imports.problems import Problem
from schools.imports.sentences import SENTENCES, problem_line, sentence_of
from students import roster
from students.imports.sentences import PROBLEMS, ROWS

# The codes that the parser's source can say.
SOURCE = "".join(path.read_text(encoding="utf-8") for path in Path(roster.__file__).parent.glob("*.py"))
SAID = set(re.findall(r'(?:Bad|report)\(\s*"(\w+)"', SOURCE))
IDENTITY = {f"id_{code}" for code in ("empty", "ruined", "length", "characters", "region", "birth", "checksum")}
REGISTRY = {f"registry_{code}" for code in ("format", "birth", "checksum", "ruined")}


def test_every_code_of_the_parser_has_a_sentence_and_every_sentence_a_code():
    assert set(ROWS) == (SAID | IDENTITY | REGISTRY) - set(SENTENCES)


@pytest.mark.parametrize("code", sorted(PROBLEMS | SENTENCES))
def test_sentence_is_translated_and_filled_in(code):
    params = {"limit": 60, "length": 15, "other_row": 7}
    with translation.override("en"):
        english = sentence_of(code, params, PROBLEMS)
    with translation.override("zh-hans"):
        chinese = sentence_of(code, params, PROBLEMS)

    assert english.endswith(".")
    assert chinese.endswith("。")
    assert "%(" not in english + chinese


def test_sentence_of_a_code_without_parameters_needs_none():
    assert sentence_of("too_long", {}, PROBLEMS)


def test_line_for_the_console_names_row_column_and_value():
    problem = Problem(7, "出生日期", "birth_date", "birth_unreadable", "error", "不详")

    with translation.override("zh-hans"):
        assert problem_line(problem, PROBLEMS).startswith("第 7 行“出生日期”列 [不详]：看不出出生日期。")
