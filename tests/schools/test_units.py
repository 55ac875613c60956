import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from schools.actions.units import change_settings, change_unit, create_unit, set_calendar_day, set_term
from schools.common.errors import Refused
from schools.help_lines import help_lines
from schools.models import AuditEntry, CalendarDay, Term, Unit, UnitKind, UnitSetting
from schools.queries import calendar_of, terms_of
from schools.settings_of import DEFAULTS, setting_of
from schools.unpublished import warning_of

pytestmark = pytest.mark.django_db
MONDAY = dt.date(2026, 3, 23)


def kind(code):
    return UnitKind.objects.get(code=code)


def test_create_unit_stands_below_its_parent(world, viewer):
    unit = create_unit(
        by=viewer(world.district_staff), parent=world.cluster, kind=kind("school"), code="2144000009", name="丙小学"
    )

    assert unit.path == world.cluster.path + "2144000009/"
    assert AuditEntry.objects.latest("pk").verb == "unit.created"


@pytest.mark.parametrize(
    ("who", "code", "below"),
    [
        ("other_staff", "school", "cluster"),  # another district
        ("a.leader", "college", "a"),  # a leader builds nothing
        ("district_staff", "district", "district"),  # not below its own kind
        ("district_staff", "city", "cluster"),
        ("cluster_staff", "cluster", "district"),  # above oneself
    ],
)
def test_create_unit_is_refused(world, viewer, who, code, below):
    parent = {"cluster": world.cluster, "district": world.district, "a": world.a.unit}[below]
    before = Unit.objects.count()
    with pytest.raises(Refused):
        create_unit(by=viewer(world.members()[who]), parent=parent, kind=kind(code), code="X1", name="X")

    assert Unit.objects.count() == before


@pytest.mark.parametrize("code", ["", "a/b", "2144000001", "x" * 21, "校", "a b"])
def test_create_unit_refuses_a_code_that_would_break_the_tree(world, viewer, code):
    with pytest.raises(Refused):
        create_unit(by=viewer(world.admin), parent=world.cluster, kind=kind("school"), code=code, name="X")


def test_five_levels_and_a_level_of_ones_own(world, viewer):
    UnitKind.objects.create(code="campus", label_zh="校区", rank=5)
    school = create_unit(by=None, parent=world.a.unit, kind=kind("college"), code="C1", name="院系")
    campus = create_unit(by=None, parent=school, kind=kind("campus"), code="C2", name="校区")

    assert campus.ancestor_codes == ["440600", "440608", "44060801", "2144000001", "C1", "C2"]
    assert campus in Unit.objects.visible_to(viewer(world.district_staff))


WHO_LEADS = {
    "a.leader": {"a"},
    "a.counselor": set(),
    "cluster_staff": {"a", "b", "cluster"},
    "district_staff": {"a", "b", "cluster", "district"},
    "other_staff": set(),
    "admin": {"a", "b", "cluster", "district"},
    "auditor": set(),
}


@pytest.mark.parametrize("who", WHO_LEADS)
def test_who_sets_rules_and_days_of_which_unit(world, viewer, who):
    units = {"a": world.a.unit, "b": world.b.unit, "cluster": world.cluster, "district": world.district}
    allowed = set()
    for name, unit in units.items():
        try:
            set_calendar_day(by=viewer(world.members()[who]), unit=unit, day=MONDAY, is_school_day=False)
            allowed.add(name)
        except Refused:
            assert not CalendarDay.objects.filter(unit=unit).exists()

    assert allowed == WHO_LEADS[who]


def test_the_nearest_units_word_counts(world, viewer):
    by = viewer(world.district_staff)
    set_calendar_day(by=by, unit=world.district, day=MONDAY, is_school_day=False, note="区运动会")
    assert not calendar_of(world.a.unit).is_school_day(MONDAY)
    set_calendar_day(by=viewer(world.a.leader), unit=world.a.unit, day=MONDAY, is_school_day=True)
    assert calendar_of(world.a.unit).is_school_day(MONDAY)
    assert not calendar_of(world.b.unit).is_school_day(MONDAY)
    set_calendar_day(by=viewer(world.a.leader), unit=world.a.unit, day=MONDAY, is_school_day=None)

    assert not calendar_of(world.a.unit).is_school_day(MONDAY)


def test_a_units_own_term_comes_before_the_one_above(world, viewer):
    own = {"code": "2025-2026-2", "starts": dt.date(2026, 3, 2), "ends": dt.date(2026, 7, 10)}
    set_term(by=viewer(world.a.leader), unit=world.a.unit, **own)

    assert [t.starts for t in terms_of(world.a.unit)] == [dt.date(2025, 9, 1), dt.date(2026, 3, 2)]
    assert [t.starts for t in terms_of(world.b.unit)] == [dt.date(2025, 9, 1), dt.date(2026, 2, 26)]


@pytest.mark.parametrize("code", ["system", "SYSTEM", "sch-1"])
def test_create_unit_refuses_the_code_of_the_systems_chain_and_one_in_another_case(world, code):
    create_unit(by=None, parent=world.cluster, kind=kind("school"), code="SCH-1", name="丙小学")
    with pytest.raises(Refused):
        create_unit(by=None, parent=world.cluster, kind=kind("school"), code=code, name="丁小学")

    assert not Unit.objects.filter(name="丁小学").exists()


@pytest.mark.parametrize(
    ("code", "starts", "ends"),
    [
        ("2026", dt.date(2026, 9, 1), dt.date(2027, 1, 20)),
        ("2026-2028-1", dt.date(2026, 9, 1), dt.date(2027, 1, 20)),
        ("2026-2027-1", dt.date(2027, 1, 20), dt.date(2026, 9, 1)),
        ("2026-2027-1", dt.date(2025, 9, 1), dt.date(2026, 1, 20)),
        ("2025-2026-2", dt.date(2026, 1, 10), dt.date(2026, 7, 1)),  # overlaps the first term
    ],
)
def test_a_term_that_makes_no_sense_is_refused(world, viewer, code, starts, ends):
    before = list(Term.objects.values_list("code", "starts"))
    with pytest.raises(Refused):
        set_term(by=viewer(world.city_staff), unit=world.city, code=code, starts=starts, ends=ends)

    assert list(Term.objects.values_list("code", "starts")) == before


def test_a_term_moves_and_may_begin_the_day_after_the_last_one(world, viewer):
    by, autumn = viewer(world.city_staff), (dt.date(2026, 9, 1), dt.date(2027, 1, 22))
    set_term(by=by, unit=world.city, code="2026-2027-1", starts=autumn[0], ends=autumn[1])
    for days in ((dt.date(2027, 2, 25), dt.date(2027, 7, 2)), (dt.date(2027, 1, 23), dt.date(2027, 7, 8))):
        set_term(by=by, unit=world.city, code="2026-2027-2", starts=days[0], ends=days[1])

    assert Term.objects.filter(unit=world.city).values_list("code", "starts", "ends")[3] == ("2026-2027-2", *days)
    assert Term.objects.filter(unit=world.city).count() == 4


def test_a_new_term_over_another_is_refused_and_one_beside_it_is_not(world, viewer):
    by, new = viewer(world.city_staff), {"code": "2026-2027-1", "ends": dt.date(2027, 1, 20)}
    with pytest.raises(Refused):
        set_term(by=by, unit=world.city, starts=dt.date(2026, 7, 3), **new)
    set_term(by=by, unit=world.city, starts=dt.date(2026, 7, 4), **new)

    assert Term.objects.get(code="2026-2027-1").starts == dt.date(2026, 7, 4)


def test_rules_are_inherited_until_a_unit_sets_its_own(world, viewer):
    change_settings(by=viewer(world.district_staff), unit=world.district, values={"severity_scheme": "three_levels"})
    assert setting_of(world.a.unit, "severity_scheme") == "three_levels"
    change_settings(by=viewer(world.a.leader), unit=world.a.unit, values={"severity_scheme": "four_colors"})
    assert setting_of(world.a.unit, "severity_scheme") == "four_colors"
    change_settings(by=viewer(world.a.leader), unit=world.a.unit, values={"severity_scheme": None})

    assert setting_of(world.a.unit, "severity_scheme") == "three_levels"


@pytest.mark.parametrize(
    "values",
    [
        {"nonsense": 1},
        {"severity_scheme": "five_moods"},
        {"day_starts": "25:00"},
        {"day_starts": "18:00"},  # after the end
        {"day_starts": "18:00", "day_ends": "08:00"},
        {"clock_targets": {"4": ["minutes", 30]}},
        {"clock_targets": {str(s): ["fortnights", 1] for s in (1, 2, 3, 4)}},
        {"second_factor_roles": ["janitor"]},
    ],
)
def test_a_rule_that_would_break_pages_is_refused(world, viewer, values):
    with pytest.raises(Refused):
        change_settings(by=viewer(world.admin), unit=world.a.unit, values=values)

    assert not UnitSetting.objects.filter(unit=world.a.unit).exists()


def test_hours_are_refused_where_they_break_the_day_of_a_unit_below(world, viewer):
    change_settings(by=viewer(world.a.leader), unit=world.a.unit, values={"day_ends": "12:00"})
    with pytest.raises(Refused):
        change_settings(
            by=viewer(world.district_staff), unit=world.district, values={"day_starts": "13:00", "day_ends": "18:00"}
        )


def test_a_unit_may_ask_more_roles_for_a_second_factor_never_fewer(world, viewer):
    UnitSetting.objects.filter(key="second_factor_roles").delete()
    UnitSetting.objects.create(unit=world.district, key="second_factor_roles", value=["counselor", "school_leader"])
    by = viewer(world.a.leader)
    with pytest.raises(Refused):
        change_settings(by=by, unit=world.a.unit, values={"second_factor_roles": []})
    with pytest.raises(Refused):
        change_settings(by=by, unit=world.a.unit, values={"second_factor_roles": ["counselor"]})
    more = ["class_teacher", "counselor", "school_leader"]
    change_settings(by=by, unit=world.a.unit, values={"second_factor_roles": more})

    assert setting_of(world.a.unit, "second_factor_roles") == more


def test_change_unit_names_what_changed(world, viewer):
    changed = change_unit(by=viewer(world.a.leader), unit=world.a.unit, name="甲实验小学", system="63")

    assert changed == ["name"]
    assert AuditEntry.objects.latest("pk").details == {"fields": ["name"]}


# --- pages ------------------------------------------------------------------------------------------------------------


def test_the_tree_shows_the_own_unit_and_all_below(world, sign_in):
    page = sign_in(world.district_staff).get(reverse("schools:unit_list"))

    assert [(u.code, u.depth) for u in page.context["list"].page_obj] == [
        ("440608", 0),
        ("44060801", 1),
        ("2144000001", 2),
        ("2144000002", 2),
    ]


def test_the_tree_costs_the_same_for_many_units(world, sign_in, django_assert_num_queries):
    client = sign_in(world.admin)
    client.get(reverse("schools:unit_list"))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("schools:unit_list"))
    for number in range(30):
        create_unit(by=None, parent=world.cluster, kind=kind("school"), code=f"S{number}", name=f"S{number}")
    with django_assert_num_queries(len(few)):
        client.get(reverse("schools:unit_list"))


def queries_of(client, url, **query):
    client.get(url, query)
    with CaptureQueriesContext(connection) as found:
        client.get(url, query)
    return len(found)


def test_a_unit_costs_the_same_with_many_below(world, sign_in):
    client, url = sign_in(world.district_staff), reverse("schools:unit_detail", args=[world.cluster.pk])
    few = queries_of(client, url)
    for number in range(30):
        create_unit(by=None, parent=world.cluster, kind=kind("school"), code=f"S{number}", name=f"S{number}")

    assert len(client.get(url).context["children"]) == 32
    assert queries_of(client, url) == few


def test_the_month_costs_the_same_with_many_words_about_days(world, sign_in):
    client, url = sign_in(world.a.leader), reverse("schools:calendar")
    CalendarDay.objects.create(unit=world.city, day=MONDAY, is_school_day=False)
    few = queries_of(client, url, month="2026-03")
    for unit in (world.city, world.district, world.cluster, world.a.unit):
        days = [dt.date(2026, 3, day) for day in range(1, 23)]
        CalendarDay.objects.bulk_create([CalendarDay(unit=unit, day=day, is_school_day=False) for day in days])

    assert queries_of(client, url, month="2026-03") == few


@pytest.mark.parametrize("nearest", ["city", "district", "cluster", "school"])
def test_the_nearest_rule_up_the_tree_counts(world, nearest):
    """Each unit from the top down to `nearest` says another hour; `nearest` is heard, the school next door follows."""
    above = {"city": world.city, "district": world.district, "cluster": world.cluster, "school": world.a.unit}
    hours = {"city": "07:00", "district": "07:10", "cluster": "07:20", "school": "07:30"}
    named = list(above)[: list(above).index(nearest) + 1]
    for name in reversed(named):  # the order of writing does not matter
        UnitSetting.objects.create(unit=above[name], key="day_starts", value=hours[name])
    neighbour = "cluster" if nearest == "school" else nearest

    assert setting_of(world.a.unit, "day_starts") == hours[nearest]
    assert setting_of(world.b.unit, "day_starts") == hours[neighbour]
    assert setting_of(world.other_district, "day_starts") == hours["city"]


def test_another_districts_unit_does_not_exist(world, sign_in):
    client = sign_in(world.other_staff)
    for name in ("unit_detail", "unit_edit", "unit_rules"):
        assert client.get(reverse(f"schools:{name}", args=[world.a.unit.pk])).status_code == 404
    assert client.get(reverse("schools:calendar"), {"unit": world.a.unit.code}).status_code == 404
    for name in ("calendar_day", "term_save", "term_remove"):
        assert client.post(f"{reverse(f'schools:{name}')}?unit={world.a.unit.code}", {}).status_code == 404


def as_shown(form):
    """What a browser sends of the times and roles if nobody touches them."""
    times = {f"{part}_{s}": form[f"{part}_{s}"].value() or "" for part in ("kind", "amount") for s in (1, 2, 3, 4)}
    return times | {"second_factor_roles": form["second_factor_roles"].value()}


def test_rules_through_the_page(world, sign_in):
    url = reverse("schools:unit_rules", args=[world.a.unit.pk])
    client = sign_in(world.a.leader)
    initial = client.get(url).context["form"]
    targets = as_shown(initial)
    answer = {"severity_scheme": "three_levels", "day_starts": "07:50", "day_ends": "16:30", "own_targets": "on"}
    assert client.post(url, answer | targets | {"kind_4": "minutes", "amount_4": "15"}).status_code == 302

    assert setting_of(world.a.unit, "severity_scheme") == "three_levels"
    assert setting_of(world.a.unit, "day_starts") == "07:50"
    assert setting_of(world.a.unit, "clock_targets")["4"] == ["minutes", 15]
    assert not UnitSetting.objects.filter(unit=world.a.unit, key="second_factor_roles").exists()


@pytest.mark.parametrize(
    ("change", "box"),
    [
        ({"amount_2": "2"}, "own_targets"),
        ({"kind_3": "school_days", "amount_3": "1"}, "own_targets"),
        ({"second_factor_roles": ["class_teacher"]}, "own_factors"),
    ],
)
def test_a_rule_changed_without_its_tick_is_not_dropped(world, sign_in, change, box):
    client, url = sign_in(world.a.leader), reverse("schools:unit_rules", args=[world.a.unit.pk])
    shown = as_shown(client.get(url).context["form"])
    refused = client.post(url, shown | change)
    form = refused.context["form"]

    assert (refused.status_code, list(form.errors)) == (200, [box])
    assert {name: form[name].value() for name in change} == change
    assert not UnitSetting.objects.filter(unit=world.a.unit).exists()
    assert client.post(url, shown | change | {box: "on"}).status_code == 302
    assert UnitSetting.objects.filter(unit=world.a.unit).count() == 1


def test_each_level_of_the_registry_has_its_own_days_or_those_of_the_unit_above(world, sign_in):
    UnitSetting.objects.create(unit=world.district, key="review_days", value={"4": 5, "3": 9})
    client, url = sign_in(world.a.leader), reverse("schools:unit_rules", args=[world.a.unit.pk])
    shown = as_shown(client.get(url).context["form"])
    assert client.post(url, shown | {"review_days_3": "10", "unseen_days_2": "15"}).status_code == 302
    assert UnitSetting.objects.get(unit=world.a.unit, key="review_days").value == {"3": 10}
    assert setting_of(world.a.unit, "review_days") == {"4": 5, "3": 10, "2": 14, "1": 30}
    assert setting_of(world.a.unit, "unseen_days") == {"4": 7, "3": 14, "2": 15, "1": 45}
    client.post(url, shown)
    assert setting_of(world.a.unit, "review_days")["3"] == 9


def test_numbers_to_call_are_the_nearest_units_and_a_line_that_is_none_stays_in_the_form(world, sign_in):
    UnitSetting.objects.create(unit=world.district, key="help_lines", value=[["0759-1", "区热线"]])
    client, url = sign_in(world.a.leader), reverse("schools:unit_rules", args=[world.a.unit.pk])
    form = client.get(url).context["form"]
    assert (form["help_lines"].value(), form["help_lines"].help_text) == ("", "留空则为 0759-1 区热线（沿用上级）。")
    refused = client.post(url, as_shown(form) | {"help_lines": "二号楼 0759-2"}).context["form"]
    assert (list(refused.errors), refused["help_lines"].value()) == (["help_lines"], "二号楼 0759-2")
    spaced = client.post(url, as_shown(form) | {"help_lines": "400 161 9995 希望24热线"}).context["form"]
    assert spaced.errors["help_lines"] == ["“400 161 9995 希望24热线”：号码中间不要空格；说明文字不要以数字开头。"]
    assert client.post(url, as_shown(form) | {"help_lines": "0759-2 二号楼 值班\n\n110  有危险"}).status_code == 302
    found = [(line.number, line.words) for line in help_lines(world.a.unit)]
    assert found == [("0759-2", "二号楼 值班"), ("110", "有危险")]
    assert [line.number for line in help_lines(world.city)] == ["12356", "12355", "110"]


def test_the_rules_name_the_levels_as_the_unit_does_and_ask_no_number_for_the_same_day(world, sign_in):
    UnitSetting.objects.create(unit=world.a.unit, key="severity_scheme", value="three_levels")
    client, url = sign_in(world.a.leader), reverse("schools:unit_rules", args=[world.a.unit.pk])
    form = client.get(url).context["form"]
    rows = [(str(kind.label), kind.value(), amount.value()) for kind, amount in form.targets()]

    assert rows == [("一级", "minutes", 30), ("二级", "same_day", None), ("三级", "school_days", 3)]
    shown = {name: form[name].value() or "" for pair in form.targets() for name in (pair[0].name, pair[1].name)}
    roles = {"second_factor_roles": form["second_factor_roles"].value()}
    client.post(url, shown | roles | {"severity_scheme": "three_levels", "own_targets": "on", "amount_3": "7"})
    assert setting_of(world.a.unit, "clock_targets") == DEFAULTS["clock_targets"]


def test_limits_through_the_page_are_in_force_and_marked_as_the_units_own(world, sign_in):
    client, detail = sign_in(world.a.leader), reverse("schools:unit_detail", args=[world.a.unit.pk])
    url = reverse("schools:unit_rules", args=[world.a.unit.pk])
    form = client.get(url).context["form"]
    client.post(url, as_shown(form) | {"students_per_counselor": "800", "exports_per_day": "3"})
    rules = client.get(detail).context["rules"]

    assert (rules["students_per_counselor"], rules["exports"]) == (800, 3)
    assert rules["own"] == {"students_per_counselor", "exports_per_day"}
    assert client.get(url).context["form"]["students_per_counselor"].value() == 800


def test_a_limit_that_one_above_undercuts_is_not_shown_as_the_units_own(world, sign_in):
    UnitSetting.objects.create(unit=world.a.unit, key="exports_per_day", value=4)
    UnitSetting.objects.create(unit=world.district, key="exports_per_day", value=1)
    rules = sign_in(world.a.leader).get(reverse("schools:unit_detail", args=[world.a.unit.pk])).context["rules"]

    assert (rules["exports"], rules["own"]) == (1, set())


def test_the_rules_say_what_holds_if_a_field_is_left_empty(world, sign_in):
    above = {
        "exports_per_day": 3,
        "students_per_counselor": 900,
        "day_starts": "07:40",
        "severity_scheme": "three_levels",
    }
    for key, value in above.items():
        UnitSetting.objects.create(unit=world.district, key=key, value=value)
    of_school, of_city = (
        sign_in(member).get(reverse("schools:unit_rules", args=[member.unit.pk])).context["form"]
        for member in (world.a.leader, world.city_staff)
    )

    assert of_school["students_per_counselor"].help_text == "留空则为 900（沿用上级）。"
    assert of_school["exports_per_day"].help_text == "留空则为 3（沿用上级）；填 0 则不能导出任何名单。"
    assert of_school["day_starts"].help_text == "留空则为 07:40（沿用上级）。"
    assert of_school["severity_scheme"].help_text == "沿用上级：三级"
    assert of_city["students_per_counselor"].help_text == "留空则为 1000（系统默认）。"


def test_unit_edit_through_the_page(world, sign_in):
    url = reverse("schools:unit_edit", args=[world.a.unit.pk])
    answer = {
        "name": "甲实验小学",
        "short_name": "甲",
        "school_type": "312",
        "stages": ["primary", "junior"],
        "system": "54",
    }
    sign_in(world.a.leader).post(url, answer | {"code": "HACK", "path": "HACK/", "is_demo": "on"})

    unit = Unit.objects.get(pk=world.a.unit.pk)
    assert (unit.name, unit.stages, unit.system) == ("甲实验小学", ["primary", "junior"], "54")
    assert (unit.code, unit.path, unit.is_demo) == (world.a.unit.code, world.a.unit.path, False)


def days_of(response):
    return {day.day: day for _number, days in response.context["weeks"] for day in days}


def test_the_month_shows_make_up_days_closures_and_whose_word_it_is(world, sign_in, viewer):
    set_calendar_day(by=viewer(world.city_staff), unit=world.city, day=MONDAY, is_school_day=False, note="市运动会")
    set_calendar_day(by=viewer(world.a.leader), unit=world.a.unit, day=dt.date(2026, 3, 24), is_school_day=False)
    client = sign_in(world.a.leader)
    march = days_of(client.get(reverse("schools:calendar"), {"month": "2026-03"}))
    may = days_of(client.get(reverse("schools:calendar"), {"month": "2026-05"}))

    assert (march[MONDAY].is_school_day, march[MONDAY].rule.own, march[MONDAY].rule.unit) == (
        False,
        False,
        "临海市中心",
    )
    assert march[dt.date(2026, 3, 24)].rule.own
    assert may[dt.date(2026, 5, 9)].is_make_up
    assert not may[dt.date(2026, 5, 1)].is_school_day


def test_the_month_warns_of_a_year_without_published_data(world, sign_in):
    client = sign_in(world.a.teacher)

    assert client.get(reverse("schools:calendar"), {"month": "2027-03"}).context["warnings"] == [warning_of(2027)]
    assert client.get(reverse("schools:calendar"), {"month": "2026-03"}).context["warnings"] == []


def test_each_day_of_the_month_fills_the_form_that_changes_it(world, sign_in):
    client, url = sign_in(world.a.leader), reverse("schools:calendar")
    page = client.get(url, {"month": "2026-03"}).content.decode()

    assert page.count(f'href="{url}?month=2026-03&amp;day=2026-03-') == 31
    assert client.get(url, {"month": "2026-03", "day": "2026-03-24"}).context["day_form"]["day"].value() == "2026-03-24"
    assert "day=2026-03-" not in sign_in(world.a.teacher).get(url, {"month": "2026-03"}).content.decode()


@pytest.mark.parametrize("month", ["2026-13", "x", "99999-01", "2026-3", ""])
def test_a_month_that_does_not_exist_shows_the_present_one(world, sign_in, month):
    page = sign_in(world.a.teacher).get(reverse("schools:calendar"), {"month": month})

    assert page.context["month"] == dt.date(2026, 3, 1)


def test_a_day_and_a_term_through_the_page(world, sign_in):
    client = sign_in(world.a.leader)
    unit = f"?unit={world.a.unit.code}"
    client.post(reverse("schools:calendar_day") + unit, {"day": "2026-03-23", "what": "closed", "note": "校庆"})
    term = {"code": "2026-2027-1", "starts": "2026-09-01", "ends": "2027-01-20"}
    client.post(reverse("schools:term_save") + unit, term)

    assert CalendarDay.objects.get(unit=world.a.unit).note == "校庆"
    assert Term.objects.filter(unit=world.a.unit, code="2026-2027-1").exists()


def test_a_teacher_sees_the_calendar_and_changes_nothing(world, sign_in):
    client = sign_in(world.a.teacher)
    assert not client.get(reverse("schools:calendar")).context["can_lead"]

    assert client.post(reverse("schools:calendar_day"), {"day": "2026-03-23", "what": "closed"}).status_code == 403
    assert not CalendarDay.objects.exists()


def test_a_range_of_days_is_closed_at_once_and_taken_back(world, viewer):
    by, until = viewer(world.a.leader), MONDAY + dt.timedelta(days=4)
    set_calendar_day(by=by, unit=world.a.unit, day=MONDAY, until=until, is_school_day=False, note="秋游")
    told = [CalendarDay.objects.filter(unit=world.a.unit, is_school_day=False, day__range=(MONDAY, until)).count()]
    with pytest.raises(Refused):
        set_calendar_day(by=by, unit=world.a.unit, day=until, until=MONDAY, is_school_day=False)
    set_calendar_day(by=by, unit=world.a.unit, day=MONDAY, until=until, is_school_day=None)
    told.append(CalendarDay.objects.filter(unit=world.a.unit, day__range=(MONDAY, until)).count())
    assert told == [5, 0]
