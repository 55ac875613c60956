import pytest

pytestmark = pytest.mark.django_db


def test_the_cast_reads_back_what_was_sealed(world):
    from counseling.models import TalkPart

    part = TalkPart.objects.get(talk=world.a.talks["own"])
    assert part.words == "SENTINEL-a-own0-words"


def test_each_viewer_sees_only_their_own_students(world, viewer):
    from students.models import Student

    seen = {
        name: Student.objects.visible_to(viewer(m)).count() for name, m in world.members().items() if name[0] != "b"
    }
    assert seen == {
        "a.leader": 5,
        "a.counselor": 5,
        "a.counselor_2": 5,
        "a.grade_head": 4,
        "a.teacher": 3,
        "a.teacher_2": 1,
        "a.teacher_4": 1,
        "a.subject_teacher": 1,
        "city_staff": 0,
        "district_staff": 0,
        "other_staff": 0,
        "cluster_staff": 0,
        "admin": 0,
        "auditor": 0,
    }


def test_each_viewer_sees_only_the_talk_parts_they_may(world, viewer):
    from counseling.models import TalkPart

    names = (
        "a.counselor",
        "a.leader",
        "a.grade_head",
        "a.teacher",
        "a.teacher_2",
        "a.subject_teacher",
        "district_staff",
    )
    members = world.members()
    seen = {name: TalkPart.objects.visible_to(viewer(members[name])).count() for name in names}
    assert seen == {
        "a.counselor": 6,
        "a.leader": 5,
        "a.grade_head": 4,
        "a.teacher": 3,
        "a.teacher_2": 1,
        "a.subject_teacher": 1,
        "district_staff": 0,
    }
