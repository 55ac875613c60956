"""What a viewer knows after it was asked once: it lives for one request and answers for itself alone."""

import pytest

from schools.access import once
from schools.models import ClassGroup

pytestmark = pytest.mark.django_db


@once
def class_names(viewer):
    return [group.name for group in ClassGroup.objects.visible_to(viewer).select_related("school")]


def test_a_question_is_asked_once_by_one_viewer(world, viewer, django_assert_num_queries):
    teacher = viewer(world.a.teacher)
    with django_assert_num_queries(1):
        assert class_names(teacher) == class_names(teacher) == [world.a.class_1.name]


def test_an_answer_is_no_other_viewers(world, viewer):
    teacher, colleague = viewer(world.a.teacher), viewer(world.a.teacher_4)
    assert class_names(teacher) == [world.a.class_1.name]
    assert class_names(colleague) == [world.a.class_4.name]


def test_the_next_request_asks_anew(world, viewer):
    assert class_names(viewer(world.a.teacher)) == [world.a.class_1.name]
    world.a.teacher.classes.add(world.a.class_2)
    assert class_names(viewer(world.a.teacher)) == [world.a.class_1.name, world.a.class_2.name]


def test_classes_terms_and_levels_cost_a_query_each(world, viewer, django_assert_num_queries):
    teacher = viewer(world.a.teacher)
    with django_assert_num_queries(3):
        for _turn in range(2):
            assert [group.name for group in teacher.class_groups] == [world.a.class_1.name]
            assert teacher.class_ids == {world.a.class_1.pk}
            assert teacher.term in teacher.terms
            assert teacher.scheme.code == "four_colors"
