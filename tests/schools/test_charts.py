import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.editions import HIDDEN
from schools.common.charts import (
    TONES,
    Bar,
    HistogramColumn,
    Slice,
    Stack,
    bar_chart,
    histogram,
    show,
    stacked_bar,
    stacked_rows,
)

SVG = "{http://www.w3.org/2000/svg}"
EVIL = "\"><script>alert('x')</script>&\x00\x0b"
numbers = st.one_of(st.integers(0, 10**6), st.floats(0, 100), st.just(HIDDEN))
words = st.one_of(st.text(max_size=20), st.just(EVIL))


def every_drawing(word, value):
    return [
        bar_chart([Bar(word, value, 40, "/classes/1?a=1&b=2"), Bar(word, value)], title=word, ident="a"),
        stacked_bar([Slice(word, value, tone) for tone in TONES], title=word, ident="c"),
        stacked_rows([Stack(word, [Slice(word, value, tone) for tone in TONES], 40, word)], title=word, ident="d"),
        histogram(
            [HistogramColumn(word, [Slice(word, value, "l4"), Slice(word, 2, "l1")], 3.5)], title=word, ident="e"
        ),
    ]


def bar(value, ident="i"):
    return bar_chart([Bar("x", value, 4)], title="t", ident=ident)


def widths(drawing, kind):
    return [
        float(rect.get("width").rstrip("%")) for rect in drawn(drawing).iter(f"{SVG}rect") if rect.get("class") == kind
    ]


def drawn(text):
    return ET.fromstring(text)


def texts(text):
    return [element.text for element in drawn(text).iter(f"{SVG}text")]


@given(words, numbers)
def test_every_drawing_is_well_formed_and_names_itself(word, value):
    for text in every_drawing(word, value):
        root = drawn(text)
        title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")

        assert root.get("aria-labelledby") == title.get("id")
        assert root.get("aria-describedby") == desc.get("id")


@pytest.mark.parametrize("text", every_drawing(EVIL, 7))
def test_every_drawing_escapes_its_words(text):
    assert "<script" not in text
    assert "\x00" not in text
    assert "alert('x')" in drawn(text).find(f"{SVG}title").text


@pytest.mark.parametrize("text", every_drawing("x", HIDDEN) + every_drawing("x", 7))
def test_every_drawing_obeys_the_content_security_policy(text):
    for element in drawn(text).iter():
        assert "style" not in element.attrib
        assert not any(name.startswith("on") for name in element.attrib)
        assert element.tag != f"{SVG}style"


@pytest.mark.parametrize("text", every_drawing("x", HIDDEN)[:2])
def test_withheld_number_is_hatched_and_starred(text):
    root = drawn(text)

    assert "*" in texts(text) or "*/40" in texts(text)
    assert any(element.get("class") == "hidden-value" for element in root.iter(f"{SVG}rect"))
    assert "*" in root.find(f"{SVG}desc").text


def test_drawing_without_withheld_numbers_has_no_hatching():
    assert "hatch" not in bar(3)


def test_ids_belong_to_the_drawing():
    first, second = (bar(HIDDEN, ident) for ident in ("one", "two"))
    ids = [element.get("id") for text in (first, second) for element in drawn(text).iter() if element.get("id")]

    assert len(ids) == len(set(ids)) == 6
    assert "url(#one-hatch)" in first


@pytest.mark.parametrize("ident", ["", "1a", 'a"b', "a b", "a\n"])
def test_ident_that_is_no_id_is_refused(ident):
    with pytest.raises(ValueError, match="letter"):
        bar(1, ident)


@pytest.mark.parametrize("href", ["javascript:alert(1)", "https://example.org/", "//example.org/"])
def test_link_out_of_the_site_is_refused(href):
    with pytest.raises(ValueError, match="within the site"):
        bar_chart([Bar("x", 1, 2, href)], title="t", ident="i")


def test_bar_shows_its_share_of_the_total():
    chart = bar_chart([Bar("三(1)班", 27, 36), Bar("三(2)班", 50, 40), Bar("三(3)班", 0, 0)], title="t", ident="i")

    assert widths(chart, "now") == [75, 100]
    assert texts(chart) == ["三(1)班", "27/36", "三(2)班", "50/40", "三(3)班", "0/0"]


def test_bar_without_totals_is_beside_the_longest():
    assert widths(bar_chart([Bar("a", 10), Bar("b", 40), Bar("c", HIDDEN)], title="t", ident="i"), "now") == [25, 100]


def test_bars_stand_one_to_a_line_between_their_words_and_their_numbers():
    root = drawn(bar_chart([Bar("一(1)班", 1, 40), Bar("二(12)班", 40, 40)], title="t", ident="i", room=180))
    lines = [
        (float(line.get("x")[:-1]), float(line.get("width")[:-1])) for line in root.iter(f"{SVG}svg") if line.get("x")
    ]

    assert root.get("height") == "40"
    assert len(set(lines)) == 1
    assert 180 * lines[0][0] / 100 > 4.2 * 12  # two characters, two brackets, two figures
    assert 180 * (100 - sum(lines[0])) / 100 > 5 * 0.55 * 12


def test_bars_leave_room_for_themselves_beside_long_words():
    root = drawn(bar_chart([Bar("很长的学校名称" * 5, 1, 123456)], title="t", ident="i"))
    assert float(root.find(f".//{SVG}svg").get("width")[:-1]) > 10


def test_bar_with_a_link_opens_it_and_is_a_group():
    root = drawn(bar_chart([Bar("a", 10, 20, "/classes/1")], title="t", ident="i"))

    assert [link.get("href") for link in root.iter(f"{SVG}a")] == ["/classes/1"]
    assert root.get("role") == "group"
    assert drawn(bar(1)).get("role") == "img"


def test_stacked_bar_fills_the_whole():
    chart = stacked_bar([Slice("a", 10, "l4"), Slice("b", 30, "l1")], title="t", ident="i")

    assert widths(chart, "l4") == [25]
    assert widths(chart, "l1") == [75]
    assert texts(chart) == ["◆", "a", "10", "●", "b", "30"]


def test_stacked_bar_gives_a_withheld_part_no_length_of_its_own():
    lengths = [
        widths(stacked_bar([Slice("a", HIDDEN, "l4"), Slice("b", 9)], title="t", ident="i"), "hidden-value"),
        widths(stacked_bar([Slice("a", HIDDEN, "l4"), Slice("b", 900)], title="t", ident="i"), "hidden-value"),
    ]

    assert lengths == [[4], [4]]


def test_long_label_is_cut_in_the_picture_and_whole_in_the_description():
    label = "很长很长的班级名称" * 4
    chart = bar_chart([Bar(label, 1, 2)], title="t", ident="i")

    assert texts(chart)[0].endswith("…")
    assert len(texts(chart)[0]) <= 18
    assert label in drawn(chart).find(f"{SVG}desc").text


def test_drawing_stays_small():
    classes = bar_chart([Bar(f"三({n})班", n, 40) for n in range(8)], title="t", ident="i")

    assert len(classes) < 3400


@pytest.mark.parametrize(("value", "shown"), [(0, "0"), (53492, "53,492"), (96.44, "96.4"), (HIDDEN, "*")])
def test_show_writes_numbers_for_people(value, shown):
    assert show(value) == shown


def test_rows_are_shares_of_their_own_whole_and_the_largest_fills_the_width():
    rows = [Stack("a", [Slice("x", 1, "l4"), Slice("y", 3, "l1")], 40, ""), Stack("b", [Slice("x", 1, "l4")], 20, "")]
    text = stacked_rows(rows, title="t", ident="i")
    assert (widths(text, "l4"), widths(text, "l1")) == ([25.0, 50.0], [75.0])


def test_columns_of_a_histogram_stand_on_the_floor_and_in_proportion():
    text = histogram(
        [HistogramColumn("0", [Slice("x", 4, "brand")]), HistogramColumn("1", [Slice("x", 2, "l4")], 1)],
        title="t",
        ident="i",
    )
    boxes = {
        one.get("class"): (float(one.get("y")), float(one.get("height"))) for one in drawn(text).iter(f"{SVG}rect")
    }
    assert boxes["brand"][1] == 2 * boxes["l4"][1]
    assert sum(boxes["brand"]) == sum(boxes["l4"])
    assert [one.get("class") for one in drawn(text).iter(f"{SVG}line")].count("then") == 1
