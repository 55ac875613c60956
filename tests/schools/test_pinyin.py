import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypinyin import pinyin

from schools.common.pinyin import RARE, search_keys


@pytest.mark.parametrize(
    ("name", "first_key"),
    [
        ("张三", "zhangsan"),
        ("单晓", "shanxiao"),
        ("曾国", "zengguo"),
        ("解缙", "xiejin"),
        ("仇和", "qiuhe"),
        ("区志", "ouzhi"),
        ("查良", "zhaliang"),
        ("朴树", "piaoshu"),
        ("盖宁", "gening"),
        ("翟墨", "zhaimo"),
        ("覃辉", "qinhui"),
        ("尉迟恭", "yuchigong"),
        ("长孙明", "zhangsunming"),
        ("万俟青", "moqiqing"),
        ("单于明", "chanyuming"),
        ("万明", "wanming"),
        ("吕布", "lvbu"),
    ],
)
def test_search_keys_begin_with_the_reading_of_the_surname(name, first_key):
    assert search_keys(name).split()[0] == first_key


def test_search_keys_hold_every_reading_and_its_initials():
    keys = search_keys("单乐").split()

    assert {"shanle", "shanyue", "danle", "sl", "sy", "dl", "dy"} <= set(keys)


def test_search_keys_of_a_given_name_do_not_use_surname_readings_first():
    assert search_keys("王单").split()[0] == "wangdan"


def test_search_keys_of_lv_also_have_the_passport_spelling():
    assert "lyubu" in search_keys("吕布").split()


@pytest.mark.parametrize(
    ("name", "spelled", "initials"),
    [
        ("苏𠮷安", "sujian", "sja"),
        ("张㐂", "zhangxi", "zx"),
        ("李𬀩", "liwei", "lw"),
        ("王𫘝", "wangjue", "wj"),
        ("周𬭎", "zhouhong", "zh"),
        ("林𬘭", "linchen", "lc"),
        ("陈喆", "chenzhe", "cz"),
    ],
)
def test_search_keys_read_rare_characters(name, spelled, initials):
    assert {spelled, initials} <= set(search_keys(name).split())


def test_the_table_of_rare_characters_holds_only_what_is_missing_elsewhere():
    assert [character for character in RARE if pinyin(character, errors="ignore")] == []


def test_search_keys_pass_over_a_character_without_a_reading():
    assert search_keys("苏㐃安").split() == ["suan", "sa"]


def test_search_keys_of_characters_without_a_reading_are_nothing():
    assert search_keys("㐃") == ""


def test_search_keys_of_latin_names_are_lower_case_without_signs():
    assert search_keys("O'Neil Anna").split() == ["oneilanna"]


def test_search_keys_of_a_name_with_a_dot():
    assert "ayiguli" in search_keys("阿依古丽·买买提").split()[0]


def test_search_keys_of_nothing_are_nothing():
    assert search_keys("") == ""


@given(st.text(max_size=60))
def test_search_keys_are_short_enough_for_the_column(name):
    assert len(search_keys(name)) <= 200


@given(st.text(alphabet="单曾解仇区查朴盖乐行重长朝种", min_size=1, max_size=20))
def test_search_keys_are_bounded_however_many_readings(name):
    keys = search_keys(name).split()

    assert 1 <= len(keys) <= 16
    assert len(keys) == len(set(keys))
