"""Kinds of certificates, their levels and who should hold which, as the system administrator sets them."""

import pytest
from django.urls import reverse

from schools.models import AuditEntry, CertificateLevel, TallyMark, Unit
from tests.walking import certificate_of

pytestmark = pytest.mark.django_db
LIST, NEW = reverse("schools:certificate_level_list"), reverse("schools:certificate_level_new")
SHIPPED = [
    "abc_a",
    "abc_b",
    "abc_c",
    "backbone",
    "intermediate",
    "elementary",
    "national_2",
    "national_3",
    "provincial",
]
# As the form sends it.
D_LEVEL = {"kind": "abc", "label_zh": "心理健康教育D证", "label_en": "Certificate D", "rank": "4"}
KIND = {"kind_zh": "心理健康教育证", "kind_en": "Mental-health certificates"}


def page(name, code):
    return reverse(f"schools:certificate_level_{name}", args=[code])


def codes():
    return list(CertificateLevel.objects.values_list("code", flat=True))


def test_a_level_is_added_to_a_kind_and_its_figures_are_counted_anew(world, sign_in):
    client = sign_in(world.admin)
    assert client.post(NEW, D_LEVEL | {"wanted_from": ["counselor.full_time", "center_staff"]}).url == LIST
    level = CertificateLevel.objects.get(label_zh="心理健康教育D证")
    assert codes() == [level.code, *SHIPPED]  # of its kind the highest
    assert (level.kind, level.kind_zh) == ("abc", CertificateLevel.objects.get(pk="abc_c").kind_zh)
    assert level.wanted_from == ["center_staff", "counselor.full_time"]
    assert TallyMark.objects.values("unit").distinct().count() == Unit.objects.count()
    assert AuditEntry.objects.get(verb="certificate_level.added").subject_id == level.code
    assert "中心工作人员" in client.get(LIST).content.decode()


def test_a_new_kind_comes_last_and_must_have_a_name(world, sign_in):
    client = sign_in(world.admin)
    unnamed = client.post(NEW, D_LEVEL | {"kind": ""})
    assert unnamed.status_code == 422
    assert 'value="心理健康教育D证"' in unnamed.content.decode()
    assert codes() == SHIPPED

    client.post(NEW, D_LEVEL | {"kind": "", "kind_zh": "新种类"})
    level = CertificateLevel.objects.get(kind_zh="新种类")
    assert codes() == [*SHIPPED, level.code]


def test_who_should_hold_it_its_rank_and_the_name_of_its_kind_are_changed(world, sign_in):
    client = sign_in(world.admin)
    given = {"label_zh": "C证", "label_en": "", "rank": "5", "wanted_from": ["grade_head"]}
    assert client.post(page("edit", "abc_c"), KIND | given).url == LIST
    assert codes() == ["abc_c", "abc_a", "abc_b", *SHIPPED[3:]]
    assert CertificateLevel.objects.get(pk="abc_c").wanted_from == ["grade_head"]
    assert set(CertificateLevel.objects.filter(kind="abc").values_list("kind_zh", flat=True)) == {KIND["kind_zh"]}


def test_a_name_is_never_two_certificates(world, sign_in):
    client, taken = sign_in(world.admin), CertificateLevel.objects.get(pk="abc_b").label_zh
    for url, given in ((NEW, D_LEVEL), (page("edit", "abc_c"), KIND | {"rank": "1"})):
        assert "已有同名的证书" in client.post(url, given | {"label_zh": taken}).content.decode()
    assert codes() == SHIPPED
    assert not AuditEntry.objects.filter(verb__startswith="certificate_level").exists()


def test_only_a_certificate_that_nobody_holds_is_removed(world, sign_in):
    client = sign_in(world.admin)
    certificate_of(world.a.teacher)
    shown = client.get(LIST).content.decode()
    assert [page("remove", code) in shown for code in ("abc_c", "abc_b")] == [False, True]
    client.post(page("remove", "abc_c"))
    client.post(page("remove", "abc_b"))
    assert codes() == [code for code in SHIPPED if code != "abc_b"]
