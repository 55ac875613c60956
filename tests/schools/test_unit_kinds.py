"""The levels of the network and the page on which the system administrator sets them."""

import pytest
from django.urls import reverse

from schools.actions.unit_kinds import MOST, add_unit_kind, raise_unit_kind, remove_unit_kind, rename_unit_kind
from schools.actions.units import create_unit
from schools.common.errors import Refused
from schools.models import AuditEntry, UnitKind
from tests.security.test_t26_duplicate_submissions import race

pytestmark = pytest.mark.django_db
LEVELS = ["city", "district", "cluster", "school", "college"]


def level(code):
    return UnitKind.objects.get(pk=code)


def in_order():
    assert list(UnitKind.objects.values_list("rank", flat=True)) == list(range(UnitKind.objects.count()))
    return list(UnitKind.objects.order_by("rank").values_list("code", flat=True))


def unchanged():
    return in_order() == LEVELS and not AuditEntry.objects.filter(verb__startswith="unit_kind").exists()


def test_a_level_is_added_right_below_another_and_units_find_their_place_in_it(world, viewer):
    area = add_unit_kind(by=viewer(world.admin), label_zh="片区", above=level("district"))
    unit = create_unit(by=None, parent=world.district, kind=level(area.pk), code="P1", name="东片")
    create_unit(by=None, parent=unit, kind=level("cluster"), code="P2", name="学区")

    assert in_order() == ["city", "district", area.pk, "cluster", "school", "college"]
    assert AuditEntry.objects.get(verb="unit_kind.created").details == {"rank": 2, "is_school": False}


def test_a_level_added_below_none_is_the_highest(world, viewer):
    area = add_unit_kind(by=viewer(world.admin), label_zh="省级中心", above=None)

    assert in_order() == [area.pk, *LEVELS]


@pytest.mark.parametrize("names", [("学校", ""), ("新", "school"), ("cluster", "")])
def test_a_name_is_never_two_levels(world, viewer, names):
    with pytest.raises(Refused):
        add_unit_kind(by=viewer(world.admin), label_zh=names[0], label_en=names[1])
    with pytest.raises(Refused):
        rename_unit_kind(by=viewer(world.admin), kind=level("district"), label_zh=names[0], label_en=names[1])

    assert unchanged()


def test_there_is_an_end_to_levels(world, viewer):
    for n in range(MOST - len(LEVELS)):
        add_unit_kind(by=viewer(world.admin), label_zh=f"级{n}", above=level("college"))
    with pytest.raises(Refused):
        add_unit_kind(by=viewer(world.admin), label_zh="再一级", above=level("college"))

    assert UnitKind.objects.count() == MOST


def test_a_level_is_renamed_and_may_keep_one_of_its_names(world, viewer):
    rename_unit_kind(by=viewer(world.admin), kind=level("cluster"), label_zh="教育集团", label_en="cluster")

    assert (level("cluster").label_zh, level("cluster").label_en) == ("教育集团", "cluster")
    assert AuditEntry.objects.filter(verb="unit_kind.renamed", subject_id="cluster").count() == 1


def test_a_level_moves_up_past_one_that_has_none_of_its_units_below(world, viewer):
    area = add_unit_kind(by=viewer(world.admin), label_zh="片区", above=level("cluster"))
    raise_unit_kind(by=viewer(world.admin), kind=level(area.pk))

    assert in_order() == ["city", "district", area.pk, "cluster", "school", "college"]
    assert AuditEntry.objects.filter(verb="unit_kind.moved", subject_id=area.pk).count() == 1


@pytest.mark.parametrize("code", ["city", "district", "school"])
def test_a_level_does_not_move_up_past_what_its_units_stand_below(world, viewer, code):
    with pytest.raises(Refused):
        raise_unit_kind(by=viewer(world.admin), kind=level(code))

    assert unchanged()


def test_a_level_without_units_is_removed(world, viewer):
    remove_unit_kind(by=viewer(world.admin), kind=level("college"))

    assert in_order() == LEVELS[:-1]
    assert AuditEntry.objects.filter(verb="unit_kind.removed", subject_id="college").count() == 1


@pytest.mark.parametrize("code", LEVELS[:-1])
def test_a_level_with_units_stays(world, viewer, code):
    with pytest.raises(Refused):
        remove_unit_kind(by=viewer(world.admin), kind=level(code))

    assert unchanged()


def test_the_last_level_of_schools_stays(world, viewer):
    UnitKind.objects.filter(pk="school").update(is_school=False)
    UnitKind.objects.filter(pk="college").update(is_school=True)
    with pytest.raises(Refused):
        remove_unit_kind(by=viewer(world.admin), kind=level("college"))

    assert unchanged()


@pytest.mark.parametrize("who", ["city_staff", "a.leader", "auditor"])
def test_nobody_but_the_system_administrator_changes_a_level(world, viewer, who):
    by = viewer(world.members()[who])
    for act in (
        lambda: add_unit_kind(by=by, label_zh="片区"),
        lambda: rename_unit_kind(by=by, kind=level("college"), label_zh="片区"),
        lambda: raise_unit_kind(by=by, kind=level("college")),
        lambda: remove_unit_kind(by=by, kind=level("college")),
    ):
        with pytest.raises(Refused):
            act()

    assert unchanged()


ACTS = {
    "add below": lambda by, kind: add_unit_kind(by=by, label_zh="片区", above=kind),
    "rename": lambda by, kind: rename_unit_kind(by=by, kind=kind, label_zh="片区"),
    "move": lambda by, kind: raise_unit_kind(by=by, kind=kind),
    "remove": lambda by, kind: remove_unit_kind(by=by, kind=kind),
}


@pytest.mark.parametrize("act", ACTS)
def test_a_level_that_somebody_removed_meanwhile_is_refused_with_a_sentence(world, viewer, act):
    gone = level("college")
    UnitKind.objects.filter(pk="college").delete()
    with pytest.raises(Refused, match="其他人删除"):
        ACTS[act](viewer(world.admin), gone)

    assert in_order() == LEVELS[:-1]
    assert not AuditEntry.objects.filter(verb__startswith="unit_kind").exists()


@pytest.mark.django_db(transaction=True)
def test_levels_added_at_once_stand_one_below_the_other_until_there_is_no_room(world, viewer):
    names = ["甲", "乙", "丙", "丁", "戊"]
    added = race(lambda: add_unit_kind(by=viewer(world.admin), label_zh=names.pop()))

    assert sorted(type(one).__name__ for one in added) == ["Refused"] + ["UnitKind"] * 4
    assert in_order()[4:] == LEVELS


def test_the_path_has_room_for_a_unit_of_the_lowest_level(world, viewer):
    for n in range(MOST - len(LEVELS)):
        add_unit_kind(by=viewer(world.admin), label_zh=f"级{n}", above=level("college"))
    unit = None
    for n, kind in enumerate(UnitKind.objects.order_by("rank")):
        unit = create_unit(by=None, parent=unit, kind=kind, code=str(n) * 20, name=kind.label_zh)

    unit.full_clean(exclude=["short_name"])
    assert len(unit.path) == 21 * MOST


# --- the page ---------------------------------------------------------------------------------------------------------


def test_the_page_lists_the_levels_from_the_top_with_their_units(world, sign_in):
    page = sign_in(world.admin).get(reverse("schools:unit_kind_list"))

    assert [(kind.code, bool(kind.units)) for kind in page.context["kinds"]] == [
        ("city", True),
        ("district", True),
        ("cluster", True),
        ("school", True),
        ("college", False),
    ]


def test_only_an_unused_level_can_be_removed_on_the_page(world, sign_in):
    page = sign_in(world.admin).get(reverse("schools:unit_kind_list")).content.decode()

    assert reverse("schools:unit_kind_remove", args=["college"]) in page
    assert reverse("schools:unit_kind_remove", args=["school"]) not in page


def test_only_a_level_that_may_rise_can_be_moved_on_the_page(world, sign_in):
    page = sign_in(world.admin).get(reverse("schools:unit_kind_list")).content.decode()

    assert [reverse("schools:unit_kind_raise", args=[code]) in page for code in LEVELS] == [False] * 4 + [True]


def test_the_forms_add_rename_move_and_remove(world, sign_in):
    client = sign_in(world.admin)
    client.post(reverse("schools:unit_kind_new"), {"label_zh": "片区", "label_en": "area", "above": "cluster"})
    code = UnitKind.objects.get(label_zh="片区").pk
    client.post(reverse("schools:unit_kind_edit", args=[code]), {"label_zh": "教育片区", "label_en": "area"})
    client.post(reverse("schools:unit_kind_raise", args=[code]))
    assert in_order() == ["city", "district", code, "cluster", "school", "college"]
    assert level(code).label_zh == "教育片区"

    client.post(reverse("schools:unit_kind_remove", args=[code]))
    assert in_order() == LEVELS


def test_a_refusal_stands_on_the_page_and_keeps_what_was_typed(world, sign_in):
    page = sign_in(world.admin).post(reverse("schools:unit_kind_new"), {"label_zh": "学校", "above": "cluster"})

    assert "已有同名的级别" in page.content.decode()
    assert 'value="学校"' in page.content.decode()
    assert unchanged()


def test_the_units_page_leads_there_for_the_system_administrator_only(world, sign_in):
    link = reverse("schools:unit_kind_list")

    assert link in sign_in(world.admin).get(reverse("schools:unit_list")).content.decode()
    assert link not in sign_in(world.city_staff).get(reverse("schools:unit_list")).content.decode()
