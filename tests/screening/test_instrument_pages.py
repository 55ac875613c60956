"""What counselors, centers and leaders see and bring of instruments."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from schools.models import AuditEntry
from screening.content import SHIPPED
from screening.models import Instrument, TextPack
from screening.queries import instruments_offered, paper_for
from tests.walking import instrument_of

pytestmark = pytest.mark.django_db
LIST, IMPORT = reverse("screening:instrument_list"), reverse("screening:instrument_import")


@pytest.fixture
def counselor(world, sign_in):
    return sign_in(world.a.counselor)


def shipped(code):
    return Instrument.objects.get(unit=None, code=code)


def file_of(data, name="file.json"):
    return SimpleUploadedFile(name, data if isinstance(data, bytes) else json.dumps(data).encode())


def texts_of_asq(**more):
    items = [f"问题{number}" for number in range(1, 6)]
    return {
        "instrument": "asq",
        "version": "1",
        "text": {"zh": {"items": items, "options": [[0, "否"], [1, "是"]]}},
        **more,
    }


def bring_texts(client, instrument, pack, **more):
    said = {"holder": "甲小学", "evidence": "合同 2026-1", "attested": "on", "file": file_of(pack), **more}
    return client.post(reverse("screening:text_import", args=[instrument.pk]), said)


def test_list_costs_the_same_at_3_and_at_30_rows(world, counselor, django_assert_num_queries):
    Instrument.objects.filter(unit=None).exclude(code__in=("phq9", "gad7", "mht")).delete()
    counselor.get(LIST)  # the first one finds out who this is
    with django_assert_num_queries(QUERIES):
        assert counselor.get(LIST).context["list"].count == 3
    for number in range(27):
        instrument_of(world.a.unit, code=f"own{number}")
    with django_assert_num_queries(QUERIES):
        assert counselor.get(LIST).context["list"].count == 30


QUERIES = 8


def test_list_says_which_words_are_at_hand(counselor):
    found = {row.code: row.languages for row in counselor.get(LIST).context["list"].page_obj}
    assert (found["phq9"], found["mht"]) == (["中文", "English"], [])


def test_page_names_the_source_of_each_limit_and_speaks_no_illness(counselor):
    page = counselor.get(reverse("screening:instrument_detail", args=[shipped("mht").pk]))
    assert [scale.source for scale in page.context["scales"]].count(
        "周步成 1991 手册：量表分8分以上为高，总分65分以上为高"
    ) == 9
    assert [band.asks for band in page.context["scales"][0].bands] == ["暂无需特别关注", "需关注"]


def test_definition_brought_by_a_counselor_is_offered_at_this_school_only(world, counselor):
    data = {**json.loads((SHIPPED / "gad2.json").read_text()), "code": "local"}
    answer = counselor.post(IMPORT, {"file": file_of(data)})
    assert answer.status_code == 302
    assert "local" in {one.code for one in instruments_offered(world.a.unit)}
    assert "local" not in {one.code for one in instruments_offered(world.b.unit)}


def test_bad_file_names_its_lines_and_writes_nothing(counselor):
    before = Instrument.objects.count()
    answer = counselor.post(IMPORT, {"file": file_of(b'{\n"code": "x!",\n"colour": 1}')})
    assert answer.status_code == 422
    assert answer.context["problems"][0].startswith("第 1 行")
    assert any(line.startswith("第 3 行，colour") for line in answer.context["problems"])
    assert Instrument.objects.count() == before


def test_definition_with_text_that_needs_a_licence_is_refused(counselor):
    data = json.loads((SHIPPED / "gad2.json").read_text())
    data = {**data, "code": "local", "licence": {"class": "import", "evidence": "x"}}
    assert counselor.post(IMPORT, {"file": file_of(data)}).status_code == 422
    assert not Instrument.objects.filter(code="local").exists()


def test_texts_of_a_licensed_instrument_hold_where_somebody_answers_for_them(world, counselor):
    asq = shipped("asq")
    assert bring_texts(counselor, asq, texts_of_asq()).status_code == 302
    pack = TextPack.objects.get()
    assert (pack.unit, pack.attested_by, pack.holder) == (world.a.unit, world.a.counselor.person, "甲小学")
    assert paper_for(asq, world.a.unit, "zh").questions[0].text == "问题1"
    assert paper_for(asq, world.b.unit, "zh").has_text is False
    assert AuditEntry.objects.filter(verb="text_pack.attested").count() == 1


def test_texts_without_an_attestation_are_not_taken_in(counselor):
    assert bring_texts(counselor, shipped("asq"), texts_of_asq(), attested="").status_code == 422
    assert bring_texts(counselor, shipped("asq"), texts_of_asq(), holder="").status_code == 422
    assert not TextPack.objects.exists()


@pytest.mark.parametrize(
    "pack",
    [
        texts_of_asq(instrument="phq9"),
        texts_of_asq(version="2"),
        texts_of_asq(text={"zh": {"items": ["一"], "options": [[0, "否"], [1, "是"]]}}),
        texts_of_asq(text={"zh": {"items": ["一"] * 5, "options": [[0, "否"]]}}),
    ],
)
def test_texts_that_do_not_fit_are_refused(pack, counselor):
    assert bring_texts(counselor, shipped("asq"), pack).status_code == 422
    assert not TextPack.objects.exists()


def test_replaced_texts_stay_for_what_was_answered_in_them(world, counselor):
    bring_texts(counselor, shipped("asq"), texts_of_asq())
    changed = texts_of_asq()
    changed["text"]["zh"]["items"][0] = "换过的问题"
    bring_texts(counselor, shipped("asq"), changed)
    assert paper_for(shipped("asq"), world.a.unit, "zh").questions[0].text == "换过的问题"
    assert TextPack.objects.exclude(replaced_at=None).get().text["items"][0] == "问题1"


def test_exported_file_comes_back_as_it_was_and_holds_no_licensed_text(counselor):
    bring_texts(counselor, shipped("asq"), texts_of_asq())
    address = reverse("screening:instrument_export", args=[shipped("asq").pk])
    assert json.loads(counselor.get(address).content) == json.loads((SHIPPED / "asq.json").read_text())
    assert "问题1" not in counselor.get(address, {"format": "fhir"}).content.decode()


def test_district_retires_its_own_instrument_and_offers_it_again(world, sign_in):
    own = instrument_of(world.district_staff.unit, code="district")
    client = sign_in(world.district_staff)
    client.post(reverse("screening:instrument_retire", args=[own.pk]))
    assert "district" not in {one.code for one in instruments_offered(world.a.unit)}
    client.post(reverse("screening:instrument_offer", args=[own.pk]))
    assert "district" in {one.code for one in instruments_offered(world.a.unit)}


def test_school_cannot_retire_what_comes_from_above(world, counselor):
    own = instrument_of(world.district_staff.unit, code="district")
    counselor.post(reverse("screening:instrument_retire", args=[own.pk]))
    own.refresh_from_db()
    assert own.state == "ready"
