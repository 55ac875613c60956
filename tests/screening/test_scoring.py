"""Every key scores as its manual says: published results, cases worked by hand, and a second scorer."""

import random

import pytest

from screening.content import shipped
from screening.definition import COUNTED
from screening.quality import doubts
from screening.scoring import BadAnswer, critical_answers, is_shown, score
from tests.screening.plain import CODES, KEY, VECTORS, criticals, scales_of

DEFINITIONS = {found.code: found for _data, found in shipped()}


def sheet(code, *groups, rest=None):
    """Answers by number: each group is (numbers, value), everything else has the lowest value, or `rest`."""
    items = [item for item in DEFINITIONS[code].items if item.scored]
    found = {item.number: min(item.values) if rest is None else rest for item in items}
    for numbers, value in groups:
        found.update(dict.fromkeys(numbers, value))
    return found


def total(code, answers):
    return next(one for one in score(DEFINITIONS[code], answers).scales if one.scale == "total")


def scale(code, name, answers):
    return next(one for one in score(DEFINITIONS[code], answers).scales if one.scale == name)


# --- published results -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vector", [v for v in VECTORS if "total" in v["expected"]], ids=lambda v: str(v["answers"]))
def test_published_results_are_met(vector):
    answers = dict(enumerate(vector["answers"], start=1))
    scored = score(DEFINITIONS[CODES[vector["instrument"]]], answers)
    expected = vector["expected"]
    assert scored.scales[0].raw == expected["total"]
    assert scored.scales[0].band == expected.get("band", scored.scales[0].band)
    assert scored.is_critical == (answers.get(9, 0) >= 1)


# --- a second scorer ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", KEY)
def test_every_key_agrees_with_the_plain_scorer(name):
    """Lowest, highest and mixed sheets, and many at random around the cut-offs."""
    definition, values, chance = DEFINITIONS[CODES[name]], KEY[name]["values"], random.Random(name)
    numbers = range(1, KEY[name]["items"] + 1)
    sheets = [dict.fromkeys(numbers, value) for value in values]
    for _again in range(60):
        weights = [chance.random() for _value in values]
        sheets.append(dict(zip(numbers, chance.choices(values, weights, k=len(numbers)), strict=True)))
    for answers in sheets:
        scored = score(definition, answers)
        known = {one.scale: (one.raw, one.score, one.band) for one in scored.scales}
        for code, (raw, result, band) in scales_of(name, answers).items():
            assert known[code] == (raw, result, known[code][2] if band is None else band), (name, code, answers)
        if name != "C-SSRS-screener":
            assert {alert.item for alert in scored.alerts} == criticals(name, answers)


@pytest.mark.parametrize("name", KEY)
def test_the_items_of_every_file_are_those_of_the_key(name):
    definition = DEFINITIONS[CODES[name]]
    assert len(definition.scored_items) == KEY[name]["items"]
    assert all(item.type in COUNTED for item in definition.items)


def test_missing_answers_never_score_as_the_lowest():
    """Without a rule for gaps a scale with one has no score and no band, and the sheet is not valid."""
    for code, definition in DEFINITIONS.items():
        full = sheet(code)
        for one in definition.scales:
            if one.missing.rule == "all" and one.items:
                answers = {number: value for number, value in full.items() if number != one.items[0]}
                found = scale(code, one.code, answers) if not one.optional else None
                if found is not None and not definition.by_number[one.items[0]].show_if:
                    assert (found.raw, found.score, found.valid) == (None, None, False), (code, one.code)


# --- the traps of facts 1 ----------------------------------------------------------------------------------------


def test_phq9_leaves_the_tenth_item_out_of_the_total():
    assert total("phq9", {**sheet("phq9", rest=1), 10: 3}).raw == 9


def test_phq9_without_all_answers_has_no_band_but_its_ninth_item_calls():
    scored = score(DEFINITIONS["phq9"], {1: 3, 2: 3, 9: 1})
    assert (scored.scales[0].band, scored.valid, scored.is_critical) == ("", False, True)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ((2, 2, 2, 2, 2, 0, 0, 0, 0), "major"),  # five symptoms, with item 1 and 2
        ((2, 1, 2, 2, 2, 0, 0, 0, 1), "major"),  # item 9 counts from 1 on
        ((2, 0, 2, 0, 0, 0, 0, 0, 0), "other"),
        ((1, 1, 2, 2, 2, 2, 2, 2, 1), "none"),  # neither item 1 nor 2
    ],
)
def test_phq9_algorithm_wants_item_1_or_2(answers, expected):
    scored = score(DEFINITIONS["phq9"], dict(enumerate(answers, start=1)))
    assert dict(scored.signs) == {"pattern": expected}


def test_gad7_bands_are_the_published_ones():
    """Not 0–4/5–9/10–13/14–18/19–21 of a clinic's form."""
    assert total("gad7", sheet("gad7", rest=2)).band == "moderate"
    assert total("gad7", sheet("gad7", ([1], 3), rest=2)).band == "severe"


def test_phq4_bands_and_its_two_halves():
    """Kroenke et al. 2009: 0–2, 3–5, 6–8, 9–12; each half is positive from 3 on."""
    sheets = [dict(enumerate(values, start=1)) for values in ([1, 1, 0, 0], [3, 0, 0, 0], [1, 1, 3, 1], [3, 3, 3, 0])]
    assert [total("phq4", one).band for one in sheets] == ["none", "mild", "moderate", "severe"]
    halves = [[scale("phq4", name, one).band for name in ("gad2", "phq2")] for one in sheets[1:3]]
    assert halves == [["positive", "negative"], ["negative", "positive"]]


def test_k10_leaves_one_missing_item_out_and_refuses_two():
    answers = sheet("k10", rest=3)
    one, two = {n: v for n, v in answers.items() if n > 1}, {n: v for n, v in answers.items() if n > 2}
    assert total("k10", one)[1:4] == (27, 27, "high")
    assert total("k10", two)[1:4] == (None, None, "")


def test_dass21_is_doubled_by_scale():
    answers = sheet("dass21", ([3, 5, 10, 13, 16, 17, 21], 1))
    assert scale("dass21", "depression", answers)[1:4] == (7, 14, "moderate")
    assert scale("dass21", "anxiety", answers)[1:4] == (0, 0, "normal")


def test_cesd_turns_its_four_items_round():
    assert total("cesd", sheet("cesd")).raw == 12


def test_who5_is_better_when_higher():
    assert total("who5", sheet("who5", rest=5))[2:5] == (100, "adequate", 0)
    assert total("who5", sheet("who5", rest=1))[2:5] == (20, "very_low", 3)


@pytest.mark.parametrize(("given", "expected"), [((1, 1, 0), 3), ((2, 1, 1), 7), ((1, 0, 0), 2)])
def test_sdq_scale_with_three_answers_is_prorated_and_rounded_half_up(given, expected):
    """4 from three items is 6.67, so 7; the scoring sheet's own example."""
    answers = sheet("sdqs")
    for number in (16, 24):
        del answers[number]
    answers.update(dict(zip((3, 8, 13), given, strict=True)))
    found = scale("sdqs", "emotional", answers)
    assert (found.raw, found.score, found.valid) == (sum(given), expected, True)


def test_sdq_half_point_is_rounded_up():
    """2 from four items is 2.5: 3, not Python's 2."""
    answers = sheet("sdqs", ([3, 8], 1))
    del answers[24]
    assert scale("sdqs", "emotional", answers).score == 3


def test_sdq_total_is_missing_if_more_than_one_scale_is():
    answers = sheet("sdqs", rest=1)
    for number in (3, 8, 13):
        del answers[number]
    assert (scale("sdqs", "emotional", answers).score, total("sdqs", answers).score) == (None, 20)
    for number in (2, 10, 15):
        del answers[number]
    assert total("sdqs", answers)[1:4] == (None, None, "")


def test_sdq_bands_depend_on_who_answers():
    answers = sheet("sdqs", ([7, 21, 25, 11, 14], 2), ([3, 8], 2))
    assert [scale(code, "emotional", answers).band for code in ("sdqs", "sdqp", "sdqt")] == [
        "close_to_average",
        "slightly_raised",
        "slightly_raised",
    ]


def test_sdq_prosocial_is_good_when_high_and_not_in_the_total():
    answers = sheet("sdqs", ([1, 4, 9, 17, 20], 2))
    assert scale("sdqs", "prosocial", answers)[2:5] == (10, "close_to_average", 0)
    assert total("sdqs", answers).raw == total("sdqs", sheet("sdqs")).raw


def test_sdq_impact_counts_0_0_1_2():
    answers = sheet("sdqs", ([28], 3), ([29], 2), ([30, 31], 1), ([32], 0))
    assert scale("sdqs", "impact", answers).score == 3
    assert [one.scale for one in score(DEFINITIONS["sdqs"], sheet("sdqs")).scales][-1] == "total"


def test_mht_total_leaves_the_validity_scale_out():
    answers = sheet("mht", (range(82, 101, 2), 1))
    assert (scale("mht", "效度", answers).raw, total("mht", answers).raw) == (10, 0)


def test_mht_item_100_is_no_loneliness():
    assert scale("mht", "孤独倾向", sheet("mht", ([100], 1))).raw == 0


@pytest.mark.parametrize(("count", "valid"), [(6, True), (7, False)])
def test_mht_is_not_to_be_trusted_from_7_on(count, valid):
    scored = score(DEFINITIONS["mht"], sheet("mht", (list(range(82, 101, 2))[:count], 1)))
    assert (scored.valid, scored.doubts) == (valid, () if valid else ("效度",))


def test_mht_gaps_in_the_validity_scale_do_not_hide_doubt():
    answers = sheet("mht", ([82, 84, 86, 88, 90, 92], 1))
    del answers[100]
    assert score(DEFINITIONS["mht"], answers).doubts == ("效度",)


@pytest.mark.parametrize(("name", "items"), [("学习焦虑", range(1, 9)), ("冲动倾向", range(81, 97, 2))])
def test_mht_scale_is_high_from_8_on(name, items):
    assert scale("mht", name, sheet("mht", (items, 1))).band == "at_or_above_cut"
    assert scale("mht", name, sheet("mht", (list(items)[1:], 1))).band == "below_cut"


def test_mht_total_is_high_from_65_on():
    assert total("mht", sheet("mht", (range(1, 66), 1))).band == "at_or_above_cut"
    assert total("mht", sheet("mht", (range(1, 65), 1))).band == "below_cut"


def test_mssmhs_compulsion_holds_item_48_and_fear_of_change_54_once():
    assert scale("mssmhs", "强迫症状", sheet("mssmhs", ([48], 5))).raw == 10
    assert scale("mssmhs", "心理不平衡", sheet("mssmhs", ([54], 5))).raw == 10


@pytest.mark.parametrize(("value", "band"), [(1, "无"), (2, "轻度"), (3, "中度"), (4, "较重"), (5, "严重")])
def test_mssmhs_bands_begin_at_whole_means(value, band):
    assert scale("mssmhs", "抑郁", sheet("mssmhs", rest=value))[2:4] == (value, band)


def test_scl90_factors_are_not_consecutive_blocks():
    assert scale("scl90", "躯体化", sheet("scl90", (range(1, 13), 5))).raw == 12 + 3 * 4  # 1, 4 and 12 of its twelve


@pytest.mark.parametrize(
    ("groups", "band"),
    [
        ([], "negative"),
        ([(range(1, 44), 2)], "negative"),  # 43 positive items, total 133
        ([(range(1, 45), 2)], "positive"),  # 44
        ([([11, 24, 63, 67, 74, 81], 2)], "negative"),  # a factor mean of exactly 2
        ([([11, 24, 63, 67, 74, 81], 2), ([11], 3)], "positive"),
    ],
)
def test_scl90_screen_is_any_of_its_three_limits(groups, band):
    assert total("scl90", sheet("scl90", *groups)).band == band


def test_scl90_total_of_160_is_not_above_it():
    """A quarter of each factor at 5 and the rest at 1: no factor above 2, 18 positive items."""
    fives = [n for one in DEFINITIONS["scl90"].scales[:-1] for n in one.items[: len(one.items) // 4]]
    high, edge = sheet("scl90", (fives, 5)), sheet("scl90", (fives, 5), (fives[:1], 3))
    assert [(total("scl90", one).raw, total("scl90", one).band) for one in (high, edge)] == [
        (162, "positive"),
        (160, "negative"),
    ]


@pytest.mark.parametrize(("raw", "standard", "band"), [(42, 52, "normal"), (43, 53, "mild"), (41, 51, "normal")])
def test_sds_standard_score_is_cut_off_not_rounded(raw, standard, band):
    """42 × 1.25 = 52.5: rounding would flip the band."""
    reverse = sorted(DEFINITIONS["sds"].reversed)
    answers = sheet("sds", (reverse, 4))  # the lowest sheet: 20
    straight = [number for number in answers if number not in reverse]
    left = raw - 20
    for number in straight:
        answers[number] += min(3, left)
        left -= min(3, left)
    assert total("sds", answers)[1:4] == (raw, standard, band)


@pytest.mark.parametrize(
    ("groups", "band"),
    [
        ([([1, 2, 3, 4, 6, 7], 1)], "III"),
        ([([8], 1)], "II"),
        ([([25], 1)], "I"),
        ([([64], 1)], "I"),
    ],
)
def test_upi_class_one_is_the_worst(groups, band):
    assert total("upi", sheet("upi", *groups)).band == band


def test_upi_bounds_are_20_and_25():
    plain = [n for n in range(1, 61) if n not in (5, 20, 35, 50, 8, 16, 25, 26)]
    found = [total("upi", sheet("upi", (plain[:count], 1))).band for count in (19, 20, 24, 25)]
    assert found == ["III", "II", "II", "I"]


def test_upi_is_invalid_only_if_all_four_lie_items_are_yes():
    assert score(DEFINITIONS["upi"], sheet("upi", ([5, 20, 35, 50], 1))).valid is False
    assert score(DEFINITIONS["upi"], sheet("upi", ([5, 20, 35], 1))).valid is True


def test_upi_incomplete_still_names_a_class_that_is_certain():
    answers = sheet("upi", ([25], 1))
    del answers[1]
    found = total("upi", answers)
    assert (found.band, found.valid) == ("I", False)


@pytest.mark.parametrize(
    ("answers", "band"),
    [
        ({1: 0, 2: 0, 3: 0, 4: 0}, "negative"),
        ({1: 0, 2: 1, 3: 0, 4: 0, 5: 0}, "non_acute_positive"),
        ({1: 0, 2: 1, 3: 0, 4: 0, 5: 1}, "acute_positive"),
        ({1: 0, 2: 1, 3: 0, 4: 0}, "positive"),
        ({1: 0, 2: 0, 3: 0}, "positive"),  # a refusal to answer
    ],
)
def test_asq_takes_a_refusal_for_a_yes(answers, band):
    assert total("asq", answers).band == band


@pytest.mark.parametrize(
    ("answers", "band"),
    [
        ({1: 0, 2: 0, 6: 0}, "none"),
        ({1: 1, 2: 0, 6: 0}, "low"),
        ({1: 1, 2: 1, 3: 1, 4: 0, 5: 0, 6: 0}, "moderate"),
        ({1: 0, 2: 0, 6: 1}, "moderate"),
        ({1: 0, 2: 0, 6: 2}, "high"),
        ({1: 1, 2: 1, 3: 0, 4: 1, 5: 0, 6: 0}, "high"),
        ({1: 1, 2: 1, 6: 0}, ""),  # three questions were to be asked and are not there
    ],
)
def test_cssrs_asks_three_more_only_after_a_yes(answers, band):
    assert total("cssrsscreener", answers).band == band


def test_items_behind_a_branch_are_shown_after_the_answer_they_depend_on():
    asq = DEFINITIONS["asq"]
    assert [is_shown(asq, 5, {1: 0}), is_shown(asq, 5, {1: 0, 3: 1}), is_shown(asq, 1, {})] == [False, True, True]


# --- what is refused, and what calls ------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [4, -1, "2", 1.5, True])
def test_value_outside_the_options_is_refused(value):
    with pytest.raises(BadAnswer):
        score(DEFINITIONS["phq9"], {1: value})


def test_critical_answer_is_found_in_a_page_saved_before_the_rest():
    assert [alert.item for alert in critical_answers(DEFINITIONS["phq9"], {9: 1})] == [9]
    assert critical_answers(DEFINITIONS["phq9"], {9: 0, 1: 3}) == ()


def test_critical_answer_asks_for_the_highest_attention():
    assert score(DEFINITIONS["phq9"], sheet("phq9", ([9], 1))).attention == 4
    assert score(DEFINITIONS["phq9"], sheet("phq9")).attention == 0


def test_review_of_dass21_calls_nobody():
    scored = score(DEFINITIONS["dass21"], sheet("dass21", ([21], 3)))
    assert ([alert.kind for alert in scored.alerts], scored.is_critical) == (["review"], False)


def test_answers_all_alike_are_doubted_where_items_are_turned_round():
    assert doubts(DEFINITIONS["sds"], sheet("sds", rest=2)) == ("all_same",)
    assert doubts(DEFINITIONS["phq9"], sheet("phq9")) == ()


def test_answers_faster_than_reading_are_doubted():
    assert doubts(DEFINITIONS["scl90"], sheet("scl90", ([1], 2)), seconds=60) == ("too_fast",)
    assert doubts(DEFINITIONS["scl90"], sheet("scl90", ([1], 2)), seconds=400) == ()
