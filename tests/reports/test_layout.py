"""How tables stand on paper: nothing is lost, and what is wide or long stands alone."""

from hypothesis import given
from hypothesis import strategies as st

from reports.document import Amount, Row, Section, Table
from reports.layout import HIGHEST, Band, blocks


def table(code, *, rows, columns=2):
    cells = [Amount(1)] * (columns - 1)
    return Table(code, code, ["c"] * columns, [Row(f"{code}{n}", cells) for n in range(rows)])


def laid(*tables):
    return blocks(Section("s", 1, "s", "", tables=tables))


def codes(found):
    return [
        ([item.code for item in one.left], [item.code for item in one.right]) if isinstance(one, Band) else one.code
        for one in found
    ]


def test_narrow_tables_stand_beside_each_other_and_wide_ones_alone():
    found = laid(table("a", rows=6), table("b", rows=2), table("c", rows=4), table("d", rows=9, columns=5))
    assert codes(found) == [(["a"], ["b", "c"]), "d"]


def test_band_that_is_full_is_followed_by_another():
    found = laid(*(table(code, rows=HIGHEST - 5) for code in "abc"))
    assert codes(found) == [(["a"], ["b"]), (["c"], [])]


def test_long_narrow_table_is_cut_in_two_that_stand_beside_each_other():
    (band,) = laid(table("a", rows=25))
    assert codes([band]) == [(["a"], ["a-2"])]
    assert [row.label for half in (*band.left, *band.right) for row in half.rows] == [f"a{n}" for n in range(25)]
    assert band.right[0].caption == "a（续）"


def test_very_long_narrow_table_is_left_to_break_by_itself():
    assert codes(laid(table("a", rows=4 * HIGHEST))) == ["a"]


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(2, 6)), max_size=12))
def test_every_row_is_laid_out_once_and_no_column_is_higher_than_a_band(sizes):
    tables = [table(f"t{n}-", rows=rows, columns=columns) for n, (rows, columns) in enumerate(sizes)]
    found = laid(*tables)
    items = [item for one in found for item in ([*one.left, *one.right] if isinstance(one, Band) else [one])]
    assert sorted(row.label for item in items for row in item.rows) == sorted(
        row.label for one in tables for row in one.rows
    )
    for one in found:
        if isinstance(one, Band):
            assert max(sum(len(item.rows) + 3 for item in side) for side in (one.left, one.right)) <= HIGHEST
