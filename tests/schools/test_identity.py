from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schools.common.identity import (
    InvalidIdentity,
    InvalidPhone,
    InvalidRegistryNumber,
    check_digit,
    check_identity_number,
    check_phone,
    check_registry_number,
    mask_identity_number,
    mask_phone,
)


def number(first17):
    return first17 + check_digit(first17)


def refusal(text):
    with pytest.raises(InvalidIdentity) as caught:
        check_identity_number(text)
    return caught.value.code


def test_identity_number_first_published_example():
    found = check_identity_number("11010519491231002X")

    assert (found.birth, found.gender, found.kind) == (date(1949, 12, 31), "f", "resident")


def test_identity_number_second_published_example():
    found = check_identity_number("440524188001010014")

    assert (found.birth, found.gender) == (date(1880, 1, 1), "m")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("110105194912310020", "checksum"),
        ("110105194902310026", "birth"),  # 31 February
        (number("11010529991231002"), "birth"),  # not yet born
        (number("99010519491231002").replace("99", "00", 1), "region"),
        ("", "empty"),
        (" 　", "empty"),
        ("11010549123100", "length"),
        ("110105491231002", "length"),  # 15 digits: the numbers before 1999 are no longer valid
        ("1101051949X231002X", "characters"),
        ("110105194912310000", "ruined"),
    ],
)
def test_identity_number_is_refused_with_its_reason(text, code):
    assert refusal(text) == code


def test_identity_number_is_tidied_before_it_is_checked():
    assert check_identity_number(" １１０１０５ 19491231-002x ").number == "11010519491231002X"


@pytest.mark.parametrize("prefix", ["810000", "820000", "830000"])
def test_identity_number_of_a_residence_permit_is_accepted(prefix):
    assert check_identity_number(number(f"{prefix}20100203001")).kind == "hk_macau_taiwan"


def test_identity_number_of_a_foreign_permanent_resident_is_accepted():
    assert check_identity_number(number("91115620100203001")).kind == "foreign_resident"


@given(st.dates(date(1900, 1, 1), date(2020, 12, 31)), st.integers(0, 999))
def test_identity_number_gives_back_birth_and_gender(birth, serial):
    found = check_identity_number(number(f"440608{birth:%Y%m%d}{serial:03}"))

    assert (found.birth, found.gender) == (birth, "m" if serial % 2 else "f")


@given(st.integers(0, 16), st.integers(1, 9))
def test_identity_number_with_one_wrong_digit_is_never_accepted(position, shift):
    good = number("44060820120315123")
    wrong = good[:position] + str((int(good[position]) + shift) % 10) + good[position + 1 :]

    assert refusal(wrong) in ("checksum", "birth", "region", "ruined")


@given(st.text())
def test_identity_number_of_any_text_is_an_answer_or_a_refusal(text):
    try:
        assert check_identity_number(text).number
    except InvalidIdentity as error:
        assert error.code


def test_registry_number_g_is_made_of_the_identity_number():
    found = check_registry_number("g11010519491231002x")

    assert (found.number, found.kind) == ("G11010519491231002X", "formal")
    assert found.identity.number == "11010519491231002X"


def test_registry_number_j_needs_its_check_digit():
    good = "J" + number("44060820120315123")

    assert check_registry_number(good).kind == "formal_without_identity"
    with pytest.raises(InvalidRegistryNumber, match="checksum"):
        check_registry_number(good[:-1] + ("0" if good[-1] != "0" else "1"))


def test_registry_number_l_has_no_check_digit():
    assert check_registry_number("L440608201203159999").kind == "temporary"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "format"),
        ("20210001", "format"),
        ("G4406082012031512", "format"),
        ("440608201203151234", "format"),
        ("L440608201213159999", "birth"),
        ("G110105194912310020", "checksum"),
        ("G110105194902310026", "birth"),
    ],
)
def test_registry_number_is_refused_with_its_reason(text, code):
    with pytest.raises(InvalidRegistryNumber) as caught:
        check_registry_number(text)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("typed", "dialled"),
    [
        ("13800000000", "13800000000"),
        ("138 0000 0000", "13800000000"),
        ("138-0000-0000", "13800000000"),
        ("+86 13800000000", "13800000000"),
        ("８６13800000000", "13800000000"),
        ("020-12345678", None),  # no subscriber number begins with 1
        ("020-22345678", "02022345678"),
        ("(0759)2234567", "07592234567"),
        ("2234567", "2234567"),
        ("020-22345678-801", "02022345678-801"),
        ("020-22345678转801", "02022345678-801"),
        ("+852 2123 4567", "+85221234567"),
        ("12345678901", None),
        ("1380000000", None),
        ("无", None),
        ("", None),
    ],
)
def test_phone_is_written_as_it_is_dialled(typed, dialled):
    if dialled is None:
        with pytest.raises(InvalidPhone):
            check_phone(typed)
    else:
        assert check_phone(typed) == dialled


def test_masks_hide_the_middle():
    assert mask_identity_number("11010519491231002X") == "110***********002X"
    assert mask_phone("13812345678") == "138****5678"


@given(st.text(max_size=30))
def test_masks_keep_the_length_and_hide_something(text):
    masked = mask_identity_number(text)

    assert len(masked) == len(text)
    assert "*" in masked or not text
