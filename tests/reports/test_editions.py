"""What the public edition makes of a count."""

from hypothesis import given, settings
from hypothesis import strategies as st

from reports.editions import HIDDEN, published, share_of
from schools.minutes import class_of, median_of

counts = st.integers(0, 100_000)


@given(counts)
@settings(max_examples=200)
def test_published_count_is_hidden_from_1_to_4_and_else_a_multiple_of_5_at_most_2_away(count):
    told = published(count)
    if 1 <= count <= 4:
        assert told is HIDDEN
    else:
        assert told % 5 == 0
        assert abs(told - count) <= 2


@given(counts, counts)
@settings(max_examples=200)
def test_published_parts_are_never_more_than_their_whole(part, rest):
    told, whole = published(part), published(part + rest)
    share = share_of(told, whole)
    assert share is HIDDEN or share is None or 0 <= share <= 1


def test_published_keeps_the_smallest_that_may_be_told():
    assert [published(count) for count in (0, 1, 4, 5, 7, 8, 12, 13)] == [0, HIDDEN, HIDDEN, 5, 5, 10, 10, 15]


def test_share_is_told_of_told_counts_only():
    assert [share_of(5, 10), share_of(0, 0), share_of(HIDDEN, 10), share_of(5, HIDDEN)] == [0.5, None, HIDDEN, HIDDEN]


@given(st.floats(0, 60 * 24 * 200))
@settings(max_examples=200)
def test_class_of_a_time_is_as_near_as_it_is_written(minutes):
    width = 1 if minutes < 120 else 6 if minutes < 2 * 1440 else 144
    assert abs(class_of(minutes) - minutes) <= width / 2


@given(st.lists(st.integers(0, 119), min_size=1, max_size=30))
@settings(max_examples=100)
def test_median_of_classes_is_the_median_of_the_times(times):
    from collections import Counter
    from statistics import median

    assert median_of(Counter(times)) == median(times)


def test_median_of_nothing_is_nothing():
    from collections import Counter

    assert median_of(Counter()) is None
