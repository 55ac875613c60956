"""What a drafted text may claim where a number is withheld."""

from dataclasses import replace

import pytest

from reports import drafts
from reports.editions import HIDDEN
from reports.material import Material
from schools.figures import Value
from schools.queries import current_term

pytestmark = pytest.mark.django_db

WITH_TWO = {
    ("talk_parts", "theme"): (Value(0, "sleep", "睡眠"), Value(1, "peers", "同伴")),
    ("group_entries", "group"): (Value(0, "migrant", "随迁子女"), Value(1, "ill", "病患")),
}


class Told:
    """A board that tells these values of two splits."""

    def __init__(self, board, told):
        self.board, self.told = board, told

    def split(self, figure, split):
        return self.told.get((figure, split), [])

    def __getattr__(self, name):
        return getattr(self.board, name)


@pytest.fixture
def material(world):
    """The school's, with two themes and two groups: 9 of the first, and of the second what is asked for."""

    def go(second):
        found = Material.of(world.a.unit, current_term(world.a.unit))
        counts = [9, second]
        told = {key: list(zip(values, counts, strict=True)) for key, values in WITH_TWO.items()}
        return replace(found, board=Told(found.board, told))

    return go


def test_largest_are_named_without_a_word_where_all_are_told(material):
    assert drafts.talks(material(6)).endswith("最常见的主题：睡眠 9、同伴 6。")
    assert drafts.students(material(6)) == "人数最多的重点群体：随迁子女 9、病患 6。"


def test_largest_are_called_the_largest_of_those_told_where_one_is_withheld(material):
    assert drafts.talks(material(HIDDEN)).endswith("在可公布的数字中，最常见的主题：睡眠 9。")
    assert drafts.students(material(HIDDEN)) == "在可公布的数字中，人数最多的重点群体：随迁子女 9。"


def test_furthest_is_the_furthest_of_those_told_where_one_is_withheld(material):
    found = material(6)
    coverages = {"甲": 0.5, "乙": 0.8}

    def text(withheld):
        amount = found.places[0].coverage
        told = [replace(found.places[0], label=key, coverage=replace(amount, value=n)) for key, n in coverages.items()]
        found.__dict__["places"] = told + withheld
        return drafts.coverage(found).splitlines()[1]

    starred = replace(found.places[0], coverage=replace(found.places[0].coverage, value=HIDDEN))
    assert text([]) == "覆盖率最高的是乙（80.0%），最低的是甲（50.0%）。"
    assert text([starred]) == "在可公布的数字中，覆盖率最高的是乙（80.0%），最低的是甲（50.0%）。"
