"""Themes, kinds, places, moods and text templates of a school."""

import pytest
from django.urls import reverse

from counseling.actions.options import add_option, change_option
from counseling.models import TalkOption, TextTemplate
from counseling.queries import options_of, templates_of
from schools.common.errors import Refused

pytestmark = pytest.mark.django_db
LIST = reverse("counseling:option_list")


@pytest.fixture
def counselor(world, sign_in):
    return sign_in(world.a.counselor)


def labels(unit, name="theme"):
    return [option.label for option in options_of(unit, name)]


def default(code):
    return TalkOption.objects.get(unit=None, code=code, list="theme")


def test_options_of_a_unit_are_the_defaults_until_it_sets_its_own(world):
    assert labels(world.a.unit)[:3] == ["学习压力", "同伴交往", "睡眠"]


def test_a_renamed_option_replaces_the_default_for_this_school_only(world, counselor):
    address = reverse("counseling:option_change", args=[default("sleep").pk])
    counselor.post(address, {"label_zh": "睡眠与作息", "label_en": "sleep", "is_active": "on"})
    assert labels(world.a.unit)[2] == "睡眠与作息"
    assert labels(world.b.unit)[2] == "睡眠"
    assert default("sleep").label_zh == "睡眠"


def test_a_hidden_option_is_no_longer_offered_but_records_keep_its_word(world, counselor):
    address = reverse("counseling:option_change", args=[default("sleep").pk])
    counselor.post(address, {"label_zh": "睡眠", "label_en": "sleep"})
    assert "睡眠" not in labels(world.a.unit)
    assert "睡眠" in counselor.get(reverse("counseling:talk_list")).content.decode()


def test_a_row_of_the_district_is_inherited_and_the_schools_own_is_nearer(world, viewer):
    TalkOption.objects.create(unit=world.district, list="theme", code="sleep", label_zh="区里的", position=2)
    assert labels(world.a.unit)[2] == labels(world.b.unit)[2] == "区里的"
    option = options_of(world.a.unit, "theme")[2]
    change_option(by=viewer(world.a.leader), option=option, label_zh="校里的", label_en="", is_active=True)
    assert (labels(world.a.unit)[2], labels(world.b.unit)[2]) == ("校里的", "区里的")


def test_option_add_puts_a_new_theme_at_the_end_and_into_the_form(world, counselor):
    counselor.post(reverse("counseling:option_add", args=["theme"]), {"label_zh": "新主题", "unit": world.b.unit.pk})
    assert labels(world.a.unit)[-1] == "新主题"
    assert "新主题" not in labels(world.b.unit)
    assert "新主题" in counselor.get(reverse("counseling:talk_new")).content.decode()


def test_option_add_knows_only_the_four_lists(counselor):
    assert counselor.get(reverse("counseling:option_add", args=["passwords"])).status_code == 404


def test_option_change_knows_no_row_of_another_school(world, counselor, viewer):
    foreign = add_option(by=viewer(world.b.counselor), name="theme", label_zh="乙校的")
    address = reverse("counseling:option_change", args=[foreign.pk])
    assert (counselor.get(address).status_code, counselor.post(address).status_code) == (404, 404)
    assert "乙校的" not in counselor.get(LIST).content.decode()


def test_a_centers_words_hold_in_every_school_below_that_sets_none(world, sign_in, counselor):
    district, cluster = sign_in(world.district_staff), sign_in(world.cluster_staff)
    change = {"label_zh": "睡眠与作息", "label_en": "", "is_active": "on"}
    assert district.post(reverse("counseling:option_add", args=["theme"]), {"label_zh": "区里的"}).status_code == 302
    assert district.post(reverse("counseling:option_change", args=[default("sleep").pk]), change).status_code == 302

    own = TalkOption.objects.get(unit=world.district, code="sleep")
    counselor.post(reverse("counseling:option_change", args=[own.pk]), change | {"label_zh": "睡得好"})
    assert {"区里的", "睡得好"} <= set(labels(world.a.unit))
    assert {"区里的", "睡眠与作息"} <= set(labels(world.b.unit))
    assert "区里的" not in labels(world.other_district)
    assert "区里的" in cluster.get(LIST).content.decode()


@pytest.mark.parametrize("who", ["teacher", "grade_head", "subject_teacher"])
def test_only_counselor_and_leader_set_options(world, sign_in, viewer, who):
    member = getattr(world.a, who)
    assert sign_in(member).get(LIST).status_code == 403
    with pytest.raises(Refused):
        add_option(by=viewer(member), name="theme", label_zh="x")
    assert TalkOption.objects.exclude(unit=None).count() == 0


def test_text_templates_stand_under_their_box(world, counselor, sign_in):
    fields = {"box": "agreed", "title": "家访", "body": "约好家访时间："}
    counselor.post(reverse("counseling:template_add"), fields)
    assert [one.title for one in templates_of(world.a.unit)][-1] == "家访"
    page = sign_in(world.a.teacher).get(reverse("counseling:talk_new")).content.decode()
    assert 'data-insert="约好家访时间：" data-into="id_part-first-agreed"' in page


def test_a_template_can_be_hidden_for_the_school(world, counselor):
    template = TextTemplate.objects.get(unit=None, code="seen")
    address = reverse("counseling:template_change", args=[template.pk])
    counselor.post(address, {"box": template.box, "title": template.title, "body": template.body})
    assert "seen" not in [one.code for one in templates_of(world.a.unit)]
    assert "seen" in [one.code for one in templates_of(world.b.unit)]
