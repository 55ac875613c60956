import pytest
from django.urls import reverse

from schools.access import Viewer, can_manage, can_manage_account, fitting_roles, grantable_roles
from schools.actions.accounts import Post, create_person
from schools.models import ClassGroup, Membership, Person, Role, Unit
from tests.world import NOW, PASSWORD

pytestmark = pytest.mark.django_db


def people_on(response):
    return {person.staff_number for person in response.context["list"].page_obj}


def answer(**more):
    """A complete form for a new counselor."""
    base = {
        "staff_number": "N-1",
        "name": "新人",
        "phone": "",
        "role": "counselor",
        "title": "",
        "employment": "full_time",
        "starts_on": "2026-03-18",
        "ends_on": "",
    }
    return base | more


SEEN = {
    "a.leader": lambda m: m.unit.code == "2144000001",
    "cluster_staff": lambda m: m.unit.path.startswith("440600/440608/44060801/"),
    "district_staff": lambda m: m.unit.path.startswith("440600/440608/"),
    "other_staff": lambda m: m.unit.path.startswith("440600/440609/"),
    "city_staff": lambda m: True,
    "admin": lambda m: True,
}


@pytest.mark.parametrize("who", SEEN)
def test_the_list_shows_the_people_one_is_responsible_for(world, sign_in, who):
    expected = {m.person.staff_number for m in Membership.objects.select_related("unit", "person") if SEEN[who](m)}

    assert people_on(sign_in(world.members()[who]).get(reverse("schools:person_list"))) == expected


@pytest.mark.parametrize("who", ["a.leader", "other_staff", "district_staff"])
def test_the_list_and_the_people_one_can_open_are_the_same(world, sign_in, who):
    client = sign_in(world.members()[who])
    listed = people_on(client.get(reverse("schools:person_list")))
    opened = {
        person.staff_number
        for person in Person.objects.all()
        if client.get(reverse("schools:person_detail", args=[person.pk])).status_code == 200
    }

    assert opened == listed


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=a-teacher_2", {"a-teacher_2"}),
        ("q=甲校counselor_2", {"a-counselor_2"}),
        ("role=grade_head", {"a-grade_head"}),
        ("q=b-teacher", set()),
        ("state=closed", {"a-teacher_4"}),
        ("state=ended", {"a-subject_teacher"}),
        ("state=waiting", {"a-counselor"}),
    ],
)
def test_search_and_filters(world, sign_in, query, found):
    Person.objects.filter(staff_number="a-teacher_4").update(is_active=False)
    Person.objects.exclude(staff_number="a-counselor").update(last_login=NOW)
    Membership.objects.filter(pk=world.a.subject_teacher.pk).update(ends_on="2026-03-01")

    assert people_on(sign_in(world.a.leader).get(f"{reverse('schools:person_list')}?{query}")) == found


def test_the_list_says_which_classes_or_grade_a_role_covers(world, sign_in):
    page = sign_in(world.a.leader).get(reverse("schools:person_list")).content.decode()
    grade = ClassGroup(school=world.a.unit, stage="primary", entry_year=world.a.grade_head.cohort_year).grade_name

    assert world.a.grade_head.covers == [grade]
    assert world.a.teacher.covers == [world.a.class_1.name]
    assert page.count(f"{world.a.teacher.get_role_display()} {world.a.class_1.name}") == 1


def test_search_by_phone_number(world, sign_in):
    phone = world.a.teacher.person.phone

    assert people_on(sign_in(world.a.leader).get(reverse("schools:person_list"), {"q": phone})) == {"a-teacher"}


@pytest.mark.parametrize(
    ("query", "status"), [("role=nonsense", 400), ("state=%27", 400), ("unit=2144000002", 400), ("page=x", 200)]
)
def test_what_the_address_cannot_mean_is_refused(world, sign_in, query, status):
    assert sign_in(world.a.leader).get(f"{reverse('schools:person_list')}?{query}").status_code == status


def test_the_list_costs_the_same_for_many_people(world, sign_in, viewer, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = sign_in(world.a.leader)
    client.get(reverse("schools:person_list"))
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(reverse("schools:person_list"))
    for number in range(30):
        create_person(
            by=None, unit=world.a.unit, staff_number=f"M{number}", name=f"M{number}", post=Post(role=Role.CLASS_TEACHER)
        )
    with django_assert_num_queries(len(few)):
        client.get(reverse("schools:person_list"))


def test_inviting_shows_the_first_password_once(world, sign_in, client):
    leader = sign_in(world.a.leader)
    page = leader.post(
        reverse("schools:person_new"), answer(role="class_teacher", classes=[world.a.class_1.pk], former="stays")
    )

    password = page.context["password"]
    person = Person.objects.get(staff_number="N-1")
    assert password in page.content.decode()
    assert person.check_password(password)
    assert list(person.memberships.get().classes.all()) == [world.a.class_1]
    assert password not in leader.get(reverse("schools:person_detail", args=[person.pk])).content.decode()
    assert password not in str(dict(leader.session))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"staff_number": ""}, "staff_number"),
        ({"name": ""}, "name"),
        ({"phone": "123"}, "phone"),
        ({"role": "school_leader"}, "role"),
        ({"role": "system_admin"}, "role"),
        ({"classes": ["999999"]}, "classes"),
        ({"starts_on": "yesterday"}, "starts_on"),
        ({"employment": "visiting"}, "__all__"),
        ({"role": "grade_head"}, "__all__"),
        ({"role": "class_teacher"}, "classes"),
        ({"role": "subject_teacher"}, "classes"),
    ],
)
def test_inviting_says_what_is_wrong_and_keeps_the_rest(world, sign_in, wrong, field):
    page = sign_in(world.a.leader).post(reverse("schools:person_new"), answer(**wrong))

    assert field in page.context["form"].errors
    assert not Person.objects.filter(name="新人").exists()
    if "name" not in wrong:
        assert 'value="新人"' in page.content.decode()


@pytest.mark.parametrize("former,is_over", [("", False), ("stays", False), ("left", True)])
def test_a_second_class_teacher_for_a_class_asks_whether_the_first_has_left(world, sign_in, former, is_over):
    leader = sign_in(world.a.leader)
    fields = answer(role="class_teacher", classes=[world.a.class_1.pk], former=former)
    page = leader.post(reverse("schools:person_new"), fields).content.decode()
    world.a.teacher.refresh_from_db()
    assert (world.a.teacher.ends_on is not None) is is_over
    assert Person.objects.filter(staff_number=fields["staff_number"]).exists() is bool(former)
    assert ('name="former"' in page) is not bool(former)


def test_a_school_without_classes_invites_its_teachers_before_them(world, sign_in):
    new = Unit.objects.create(
        parent=world.cluster, kind=world.a.unit.kind, code="S9", name="新校", path=world.cluster.path + "S9/"
    )
    page = sign_in(world.cluster_staff).post(
        f"{reverse('schools:person_new')}?unit={new.code}", answer(role="class_teacher")
    )

    assert page.context["password"]
    assert Membership.objects.get(unit=new).role == "class_teacher"


def test_inviting_to_another_school_does_not_exist(world, sign_in):
    response = sign_in(world.a.leader).post(f"{reverse('schools:person_new')}?unit=2144000002", answer())

    assert response.status_code == 404
    assert not Person.objects.filter(name="新人").exists()


def test_inviting_ignores_fields_that_are_not_asked(world, sign_in):
    """Threat T13."""
    more = {"is_active": "", "is_superuser": "1", "unit": world.b.unit.pk, "person": world.b.leader.person_id}
    more |= {"must_change_password": "", "session_epoch": "9", "password": "x", "id": world.b.leader.person_id}
    sign_in(world.a.leader).post(reverse("schools:person_new"), answer(**more))

    person = Person.objects.get(staff_number="N-1")
    assert (person.is_active, person.must_change_password, person.session_epoch) == (True, True, 0)
    assert person.memberships.get().unit == world.a.unit


def test_inviting_someone_from_another_school_adds_a_role_and_no_password(world, sign_in):
    known = world.b.teacher.person
    page = sign_in(world.a.leader).post(
        reverse("schools:person_new"), answer(staff_number="b-teacher", name=known.name)
    )

    assert page.status_code == 302
    assert known.memberships.filter(unit=world.a.unit, role="counselor").exists()
    known.refresh_from_db()
    assert known.check_password(PASSWORD)


def test_inviting_a_known_number_under_another_name_is_refused(world, sign_in):
    page = sign_in(world.a.leader).post(reverse("schools:person_new"), answer(staff_number="b-teacher"))

    assert page.context["form"].non_field_errors()
    assert world.b.teacher.person.name not in page.content.decode()
    assert not world.b.teacher.person.memberships.filter(unit=world.a.unit).exists()


def test_a_leader_sees_only_the_roles_at_their_own_school(world, sign_in):
    elsewhere = Membership.objects.create(person=world.a.teacher.person, unit=world.b.unit, role=Role.COUNSELOR)
    client = sign_in(world.a.leader)
    page = client.get(reverse("schools:person_detail", args=[world.a.teacher.person_id]))

    assert [m.unit for m, _manageable in page.context["current"]] == [world.a.unit]
    assert "乙小学" not in page.content.decode()
    url = reverse("schools:membership_edit", args=[world.a.teacher.person_id, elsewhere.pk])
    assert client.get(url).status_code == 404


def test_a_membership_must_belong_to_the_person_in_the_address(world, sign_in):
    """Threat T4: parent and child of a nested address."""
    client = sign_in(world.a.leader)
    mixed = [world.a.teacher_2.person_id, world.a.teacher.pk]

    assert client.get(reverse("schools:membership_edit", args=mixed)).status_code == 404
    assert client.post(reverse("schools:membership_end", args=mixed)).status_code == 404
    assert world.a.teacher.is_current()


def test_changing_a_role_through_the_page(world, sign_in):
    url = reverse("schools:membership_edit", args=[world.a.teacher.person_id, world.a.teacher.pk])
    form = {"role": "counselor", "title": "", "employment": "part_time", "starts_on": "2025-08-20", "ends_on": ""}
    assert sign_in(world.a.leader).post(url, form).status_code == 302

    current = Membership.objects.current().get(person=world.a.teacher.person)
    assert (current.role, current.employment) == ("counselor", "part_time")


ACTIONS = ["password_reset", "person_deactivate", "factor_remove", "person_activate"]


@pytest.mark.parametrize("name", ACTIONS)
@pytest.mark.parametrize("who", ["b.leader", "other_staff"])
def test_a_stranger_cannot_touch_an_account(world, sign_in, name, who):
    person = world.a.teacher.person
    response = sign_in(world.members()[who]).post(reverse(f"schools:{name}", args=[person.pk]))

    assert response.status_code == 404
    person.refresh_from_db()
    assert person.is_active
    assert person.check_password(PASSWORD)


@pytest.mark.parametrize("name", ACTIONS)
def test_an_equal_cannot_touch_an_account(world, sign_in, name):
    """Two leaders of one school see each other; neither is above the other."""
    made = create_person(
        by=None, unit=world.a.unit, staff_number="L-2", name="另一校长", post=Post(role=Role.SCHOOL_LEADER)
    )
    response = sign_in(world.a.leader).post(reverse(f"schools:{name}", args=[made.person.pk]))

    assert response.status_code == 302
    made.person.refresh_from_db()
    assert made.person.is_active
    assert made.person.check_password(made.password)


@pytest.mark.parametrize("name", [*ACTIONS, "membership_end"])
def test_changes_need_a_post(world, sign_in, name):
    args = [world.a.teacher.person_id] + ([world.a.teacher.pk] if name == "membership_end" else [])

    assert sign_in(world.a.leader).get(reverse(f"schools:{name}", args=args)).status_code == 405


def test_resetting_a_password_shows_the_new_one_once(world, sign_in):
    page = sign_in(world.a.leader).post(reverse("schools:password_reset", args=[world.a.teacher.person_id]))

    person = Person.objects.get(pk=world.a.teacher.person_id)
    assert person.check_password(page.context["password"])
    assert person.must_change_password


def test_phone_numbers_are_masked_on_the_page(world, sign_in):
    phone = world.a.teacher.person.phone
    page = (
        sign_in(world.a.leader).get(reverse("schools:person_detail", args=[world.a.teacher.person_id])).content.decode()
    )

    assert phone not in page
    assert phone[:3] + "****" + phone[-4:] in page


def test_the_system_administrator_sees_no_student(world, viewer):
    from counseling.models import TalkPart
    from students.models import Guardian, RiskFlag, Student

    by = viewer(world.admin)
    assert [model.objects.visible_to(by).count() for model in (Student, Guardian, RiskFlag, TalkPart)] == [0, 0, 0, 0]


def test_buttons_and_actions_agree(world, viewer):
    """Whoever can_manage says yes to has a role that may be granted there, and the other way round."""
    for by in world.members().values():
        acting = viewer(by)
        for membership in Membership.objects.select_related("unit__kind", "person"):
            allowed = membership.role in grantable_roles(acting, membership.unit)
            assert can_manage(acting, membership) == (allowed and membership.person_id != by.person_id)


def test_nobody_manages_an_account_with_a_role_they_may_not_grant(world):
    for member in world.members().values():
        acting = Viewer(person=member.person, membership=member)
        for person in Person.objects.all():
            if can_manage_account(acting, person):
                for held in Membership.objects.filter(person=person).select_related("unit__kind"):
                    assert held.role in grantable_roles(acting, held.unit)


@pytest.mark.parametrize("key", ["a", "city"])
def test_roles_fit_the_kind_of_unit(world, key):
    unit = {"a": world.a.unit, "city": world.city}[key]

    assert (Role.CLASS_TEACHER in fitting_roles(unit)) == unit.is_school
    assert (Role.CENTER_STAFF in fitting_roles(unit)) != unit.is_school


# --- a center and the units below it ----------------------------------------------------------------------------------


@pytest.fixture
def alone(world, sign_in):
    """Somebody of a center that has no unit below it."""
    center = Unit.objects.create(
        parent=world.city, kind_id="district", code="440610", name="新区中心", path=f"{world.city.path}440610/"
    )
    person = Person.objects.create(staff_number="alone", name="独自")
    return sign_in(Membership.objects.create(person=person, unit=center, role="center_staff"))


@pytest.mark.parametrize("name", ["schools:person_new", "schools:staff_import"])
@pytest.mark.parametrize("query", ["", "?unit=440610"])
def test_a_center_without_units_below_is_told_what_comes_first(alone, name, query):
    answer = alone.get(reverse(name) + query)

    assert answer.status_code == 200
    assert "尚无下级单位" in answer.content.decode()
    assert f'href="{reverse("schools:unit_new")}"' in answer.content.decode()


def test_a_center_without_units_below_can_write_nothing_there(alone):
    before = Person.objects.count()

    assert alone.post(reverse("schools:person_new"), answer()).status_code == 200
    assert Person.objects.count() == before


def test_a_unit_out_of_sight_is_not_there_for_a_center_without_units_either(alone):
    assert alone.get(reverse("schools:person_new") + "?unit=2144000001").status_code == 404


@pytest.mark.parametrize(("unit", "offered"), [("", True), ("2144000001", True), ("44060801", False)])
def test_inviting_is_offered_only_where_one_may_invite(world, sign_in, unit, offered):
    page = sign_in(world.cluster_staff).get(reverse("schools:person_list"), {"unit": unit}).content.decode()

    assert (reverse("schools:person_new") in page) == offered
    assert (reverse("schools:staff_import") in page) == offered
