from collections import defaultdict
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.suppression import (
    HIDDEN,
    Equation,
    audit,
    suppress,
    suppress_ratio,
)

TOTAL = "total"  # in place of a row or a column


def table_equations(rows, columns):
    """A two-way table with cells (row, column); TOTAL in place of either is that total.

    That the row of totals adds up across follows from the rest; saying it again would only make the search harder.
    """
    rows, columns = list(rows), list(columns)
    across = [Equation((row, TOTAL), [(row, column) for column in columns]) for row in rows]
    down = [Equation((TOTAL, column), [(row, column) for row in rows]) for column in [*columns, TOTAL]]
    return across + down


def tree_equations(parent_of, key=lambda node: node):
    """Every unit is the sum of the units right below it. `key` turns a unit into the key of its cell."""
    children = defaultdict(list)
    for node, parent in parent_of.items():
        if parent is not None:
            children[parent].append(node)
    return [Equation(key(parent), [key(child) for child in below]) for parent, below in children.items()]


def tree_table_equations(parent_of, columns):
    """A table with a row for every unit of a tree: cells (unit, column), and (unit, TOTAL) across.

    Only the lowest units are said to add up across: for those above it follows.
    """
    columns, inner = list(columns), set(parent_of.values())
    leaves = [node for node in parent_of if node not in inner]
    found = [Equation((leaf, TOTAL), [(leaf, column) for column in columns]) for leaf in leaves]
    for column in [*columns, TOTAL]:
        found += tree_equations(parent_of, lambda node, column=column: (node, column))
    return found


# Mostly small and empty cells: there suppression is hardest.
counts = st.one_of(st.just(0), st.integers(1, 4), st.integers(0, 9), st.integers(5, 60))


def listed(*parts):
    """A list with its total, as cells and equations."""
    cells = {"total": sum(parts)} | dict(enumerate(parts))
    return cells, [Equation("total", range(len(parts)))]


def shown(*parts):
    published = suppress(*listed(*parts))
    return [published[number] for number in range(len(parts))] + [published["total"]]


def totalled(inner, rows, columns):
    """The cells of a two-way table with its totals."""
    cells = dict(inner)
    cells |= {(row, TOTAL): sum(inner[row, column] for column in columns) for row in rows}
    cells |= {(TOTAL, column): sum(inner[row, column] for row in rows) for column in columns}
    return cells | {(TOTAL, TOTAL): sum(inner.values())}


@st.composite
def one_list(draw):
    return listed(*draw(st.lists(counts, min_size=1, max_size=8)))


@st.composite
def two_way_table(draw, largest=5):
    rows, columns = range(draw(st.integers(1, largest))), range(draw(st.integers(1, largest)))
    inner = {key: draw(counts) for key in product(rows, columns)}
    return totalled(inner, rows, columns), table_equations(rows, columns)


@st.composite
def parents(draw):
    """City, districts, clusters and schools, some with a single child."""
    parent_of, level = {"city": None}, ["city"]
    for depth in ("district", "cluster", "school"):
        below = {f"{node}/{depth}{n}": node for node in level for n in range(draw(st.integers(1, 3)))}
        parent_of, level = parent_of | below, list(below)
    return parent_of, level


@st.composite
def tree_table(draw):
    parent_of, schools = draw(parents())
    columns = range(draw(st.integers(1, 3)))
    cells = {(node, column): 0 for node in parent_of for column in [*columns, TOTAL]}
    for school, column in product(schools, columns):
        count, node = draw(counts), school
        while node is not None:
            cells[node, column] += count
            cells[node, TOTAL] += count
            node = parent_of[node]
    return cells, tree_table_equations(parent_of, columns), parent_of, columns


@st.composite
def tables_with_shared_totals(draw):
    """Each school's students by theme and again by level: two tables, one column of totals."""
    schools = range(draw(st.integers(1, 4)))
    themes, levels = ["family", "exam", "peers"], ["low", "middle", "high"]
    by_theme = {key: draw(counts) for key in product(schools, themes)}
    cells = totalled(by_theme, schools, themes)
    by_level = {}
    for school in schools:
        left = cells[school, TOTAL]
        for level in levels[:-1]:
            by_level[school, level] = draw(st.integers(0, left))
            left -= by_level[school, level]
        by_level[school, levels[-1]] = left
    cells |= totalled(by_level, schools, levels)
    return cells, table_equations(schools, themes) + table_equations(schools, levels)


@st.composite
def table_and_a_part_of_it(draw):
    """All students and the key students among them: the others are a subtraction away."""
    rows, columns = range(draw(st.integers(1, 3))), range(draw(st.integers(1, 3)))
    cells, equations = {}, []
    tables = {name: {key: draw(counts) for key in product(rows, columns)} for name in ("key", "others")}
    tables["all"] = {key: tables["key"][key] + tables["others"][key] for key in product(rows, columns)}
    for name, inner in tables.items():
        cells |= {(name, *key): count for key, count in totalled(inner, rows, columns).items()}
        for equation in table_equations(rows, columns):
            equations.append(Equation((name, *equation.total), [(name, *part) for part in equation.parts]))
    for key in product([*rows, TOTAL], [*columns, TOTAL]):
        equations.append(Equation(("all", *key), [("key", *key), ("others", *key)]))
    return cells, equations


anything = st.one_of(
    one_list(),
    two_way_table(),
    tree_table().map(lambda drawn: drawn[:2]),
    tables_with_shared_totals(),
    table_and_a_part_of_it(),
)


@settings(max_examples=400, deadline=None)
@given(anything)
def test_suppress_hides_every_small_cell_so_that_nobody_can_work_it_out(drawn):
    cells, equations = drawn
    published = suppress(cells, equations)

    assert all(published[key] is HIDDEN for key, count in cells.items() if 1 <= count <= 4)
    assert audit(published, equations) == []


@settings(deadline=None)
@given(anything)
def test_suppress_leaves_zeros_and_the_true_numbers(drawn):
    cells, equations = drawn
    published = suppress(cells, equations)

    assert list(published) == list(cells)
    assert all(published[key] in (HIDDEN, count) for key, count in cells.items())
    assert all(published[key] == 0 for key, count in cells.items() if count == 0)


@settings(deadline=None)
@given(anything)
def test_suppress_gives_the_same_answer_every_time(drawn):
    cells, equations = drawn

    assert suppress(cells, equations) == suppress(dict(cells), list(equations))


@settings(deadline=None)
@given(tree_table())
def test_suppress_holds_against_the_sums_across_that_follow_from_the_rest(drawn):
    cells, equations, parent_of, columns = drawn
    across = [Equation((node, TOTAL), [(node, column) for column in columns]) for node in parent_of]

    assert audit(suppress(cells, equations), equations + across) == []


def tables_that_agree(published, rows, columns, largest):
    """Every table with cells up to `largest` that shows what is published, with no zero under a hidden cell."""
    choices = [
        range(1, largest + 1) if published[key] is HIDDEN else [published[key]] for key in product(rows, columns)
    ]
    for chosen in product(*choices):
        cells = totalled(dict(zip(product(rows, columns), chosen, strict=True)), rows, columns)
        if all(count is HIDDEN or cells[key] == count for key, count in published.items()):
            yield cells


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 7), min_size=4, max_size=4))
def test_suppress_leaves_another_table_for_every_small_cell(numbers):
    rows, columns = range(2), range(2)
    cells = totalled(dict(zip(product(rows, columns), numbers, strict=True)), rows, columns)
    published = suppress(cells, table_equations(rows, columns))
    small = {key for key, count in cells.items() if 1 <= count <= 4}

    for other in tables_that_agree(published, rows, columns, largest=12):
        small -= {key for key in small if other[key] >= 5}
        if not small:
            break

    assert small == set()


def test_suppress_leaves_a_table_without_small_cells_alone():
    cells, equations = listed(0, 5, 17, 0)

    assert suppress(cells, equations) == cells


def test_suppress_hides_the_smallest_other_part_beside_a_single_small_cell():
    assert shown(2, 30, 9, 0) == [HIDDEN, 30, HIDDEN, 0, 41]


def test_suppress_does_not_trust_two_ones_to_hide_each_other():
    """Zeros are shown, so two hidden cells with the sum 2 are both 1."""
    assert shown(1, 1, 20, 8) == [HIDDEN, HIDDEN, 20, HIDDEN, 30]


def test_suppress_needs_no_other_cell_where_small_ones_cover_each_other():
    assert shown(2, 2, 2, 2, 30) == [HIDDEN, HIDDEN, HIDDEN, HIDDEN, 30, 38]


def test_suppress_hides_the_total_when_it_is_the_only_other_number():
    assert shown(3, 0, 0) == [HIDDEN, 0, 0, HIDDEN]
    assert shown(4, 1) == [HIDDEN, HIDDEN, HIDDEN]


def test_suppress_closes_the_rectangle_in_a_two_way_table():
    inner = {("a", "x"): 3, ("a", "y"): 20, ("b", "x"): 30, ("b", "y"): 40, ("c", "x"): 90, ("c", "y"): 99}
    published = suppress(totalled(inner, "abc", "xy"), table_equations("abc", "xy"))

    assert {key for key, count in published.items() if count is HIDDEN} == set(product("ab", "xy"))


def test_suppress_follows_a_tree_down_to_the_schools():
    parent_of = {"city": None, "north": "city", "south": "city", "n1": "north", "s1": "south", "s2": "south"}
    cells = {"city": 43, "north": 3, "south": 40, "n1": 3, "s1": 10, "s2": 30}
    published = suppress(cells, tree_equations(parent_of))

    assert {key for key, count in published.items() if count is HIDDEN} == {"north", "n1", "south", "s1"}


def test_suppress_knows_what_a_reader_can_subtract():
    cells = {"all": 40, "key students": 37, "others": 3}
    published = suppress(cells, [Equation("all", ["key students", "others"])])

    assert published == {"all": 40, "key students": HIDDEN, "others": HIDDEN}


def test_suppress_falls_back_to_hiding_all_that_hangs_together():
    """No step of one can raise `a` here: its double stands on the other side."""
    cells = {"a": 2, "b": 2, "twice": 4, "far": 21, "x": 3, "y": 8, "z": 10}
    equations = [Equation("twice", ["a", "b"]), Equation("a", ["b"]), Equation("far", ["x", "y", "z"])]
    published = suppress(cells, equations)

    assert [key for key, count in published.items() if count is HIDDEN] == ["a", "b", "twice", "x", "y"]
    assert audit(published, equations) == []


def test_suppress_takes_another_threshold():
    cells, equations = listed(8, 30, 40)

    assert suppress(cells, equations, threshold=10)[0] is HIDDEN
    assert suppress(cells, equations)[0] == 8


def test_suppress_ignores_an_equation_without_a_total():
    assert suppress({"a": 3, "b": 9}, [Equation(None, ["a", "b"])]) == {"a": HIDDEN, "b": 9}


@pytest.mark.parametrize(
    ("cells", "equations", "message"),
    [
        ({"t": 9, "a": 4, "b": 4}, [Equation("t", ["a", "b"])], "do not add up"),
        ({"t": 8, "a": 4}, [Equation("t", ["a", "a"])], "twice"),
        ({"a": -1}, [], "negative"),
    ],
)
def test_suppress_refuses_tables_that_are_wrong(cells, equations, message):
    with pytest.raises(ValueError, match=message):
        suppress(cells, equations)


def test_audit_finds_a_cell_that_is_a_subtraction_away():
    assert audit({"t": 41, 0: HIDDEN, 1: 30, 2: 9}, [Equation("t", range(3))]) == [0]


def test_audit_finds_two_ones():
    assert audit({"t": 22, 0: HIDDEN, 1: HIDDEN, 2: 20}, [Equation("t", range(3))]) == [0, 1]


def test_audit_finds_what_only_the_tables_together_tell():
    """No equation hides fewer than two cells, but one less the other leaves x alone."""
    published = {"row": 30, "x": HIDDEN, "p": HIDDEN, "q": HIDDEN, "column": 27}
    equations = [Equation("row", ["x", "p", "q"]), Equation("column", ["p", "q"])]

    assert audit(published, equations) == ["x"]


def test_audit_finds_a_cell_that_can_only_be_small():
    assert audit({"t": 5, 0: HIDDEN, 1: HIDDEN}, [Equation("t", range(2))]) == [0, 1]


def test_audit_is_content_with_cells_that_cover_each_other():
    assert audit({"t": 41, 0: HIDDEN, 1: 30, 2: HIDDEN}, [Equation("t", range(3))]) == []


@pytest.mark.parametrize(
    ("numerator", "denominator", "share"),
    [
        (0, 40, 0.0),
        (10, 40, 0.25),
        (40, 40, 1.0),
        (0, 0, None),
        (3, 40, HIDDEN),
        (37, 40, HIDDEN),
        (0, 4, HIDDEN),
        (HIDDEN, 40, HIDDEN),
        (10, HIDDEN, HIDDEN),
    ],
)
def test_ratio_is_hidden_where_it_gives_a_small_count_away(numerator, denominator, share):
    assert suppress_ratio(numerator, denominator) is share or suppress_ratio(numerator, denominator) == share


def test_hidden_is_shown_as_a_star_and_cannot_be_added_up():
    assert str(HIDDEN) == "*"
    with pytest.raises(TypeError):
        sum([HIDDEN, 3])
