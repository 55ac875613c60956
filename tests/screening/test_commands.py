"""`manage.py score` and `manage.py import_instrument`, as people and scripts call them."""

import csv
import io
import json

import pytest
from django.core.management import CommandError, call_command

from schools.models import AuditEntry
from screening.content import SHIPPED
from screening.models import Instrument

pytestmark = pytest.mark.django_db
PHQ9 = "id," + ",".join(map(str, range(1, 10)))


def score(code, *lines, encoding="utf-8", tmp_path, output=False):
    """(the rows, what was said beside them)"""
    table = tmp_path / "answers.csv"
    table.write_bytes("\n".join(lines).encode(encoding))
    out, said, target = io.StringIO(), io.StringIO(), tmp_path / "scores.csv"
    call_command("score", code, str(table), output=target if output else None, stdout=out, stderr=said)
    text, told = (target.read_text(), out.getvalue()) if output else (out.getvalue(), said.getvalue())
    return list(csv.DictReader(io.StringIO(text))), told


def test_score_writes_one_row_per_respondent_and_scale(tmp_path):
    rows, told = score("phq9", PHQ9, "a,1,1,1,1,1,0,0,0,0", "b,0,0,0,0,0,0,0,0,1", tmp_path=tmp_path)
    assert [tuple(row.values()) for row in rows] == [
        ("a", "total", "5", "5", "mild", "true", ""),
        ("b", "total", "1", "1", "minimal", "true", "9"),
    ]
    assert told.splitlines()[-1] == "scored=2 refused=0"


def test_score_into_a_file_writes_the_same(tmp_path):
    line = "a,1,1,1,1,1,0,0,0,0"
    assert (
        score("phq9", PHQ9, line, tmp_path=tmp_path)[0] == score("phq9", PHQ9, line, tmp_path=tmp_path, output=True)[0]
    )


def test_score_lists_raw_and_standard_score_under_both_names(tmp_path):
    head = "id," + ",".join(map(str, range(1, 21)))
    rows, _told = score("sds", head, "a," + ",".join(["2"] * 20), tmp_path=tmp_path)
    assert [(row["scale"], row["raw"], row["score"], row["band"]) for row in rows] == [
        ("total", "50", "62", "mild"),
        ("raw", "50", "62", "mild"),
    ]


def test_score_refuses_values_outside_the_options_by_row(tmp_path):
    rows, told = score("phq9", PHQ9, "a,4,0,0,0,0,0,0,0,0", "b" + ",0" * 9, "c,0,x" + ",0" * 7, tmp_path=tmp_path)
    assert [row["id"] for row in rows] == ["b"]
    assert told.splitlines() == [
        "第 2 行，1 列：4 不是这道题的选项",
        "第 4 行，2 列：x 不是这道题的选项",
        "scored=1 refused=2",
    ]


def test_score_leaves_an_incomplete_sheet_without_band_but_names_the_critical_item(tmp_path):
    rows, _told = score("phq9", PHQ9, "a,3,,3,3,3,3,3,3,2", tmp_path=tmp_path)
    assert [tuple(row.values()) for row in rows] == [("a", "total", "", "", "", "false", "9")]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_score_reads_tables_of_any_office(encoding, tmp_path):
    rows, _told = score("phq9", PHQ9, "学生甲, 1,1.0,0,0,0,0,0,0,0", encoding=encoding, tmp_path=tmp_path)
    assert (rows[0]["id"], rows[0]["raw"]) == ("学生甲", "2")


def test_score_takes_items_beside_the_instrument_but_does_not_want_them(tmp_path):
    rows, _told = score("phq9", f"{PHQ9},10", "a" + ",1" * 9 + ",3", tmp_path=tmp_path)
    assert rows[0]["raw"] == "9"


@pytest.mark.parametrize("head", ["id,1,2", f"{PHQ9},11", f"{PHQ9},9", "name" + PHQ9[2:], ""])
def test_score_refuses_a_table_without_the_columns(head, tmp_path):
    with pytest.raises(CommandError):
        score("phq9", head, "a" + ",0" * 9, tmp_path=tmp_path)


def test_score_knows_an_instrument_by_its_printed_name(tmp_path):
    assert score("PHQ-9", PHQ9, "a" + ",1" * 9, tmp_path=tmp_path)[0][0]["band"] == "mild"


def test_score_names_the_instruments_there_are(tmp_path):
    with pytest.raises(CommandError, match="phq9"):
        score("phq10", PHQ9, tmp_path=tmp_path)


def test_score_knows_an_imported_instrument_and_its_older_version(tmp_path):
    changed = json.loads((SHIPPED / "phq2.json").read_text())
    changed["version"], changed["scales"][0]["bands"][1]["from"] = "2", 2
    file = tmp_path / "new.json"
    file.write_text(json.dumps(changed))
    call_command("import_instrument", str(file), stdout=io.StringIO())
    found = [score(code, "id,1,2", "a,1,1", tmp_path=tmp_path)[0][0]["band"] for code in ("phq2", "phq2:1")]
    assert found == ["positive", "negative"]


# --- import_instrument --------------------------------------------------------------------------------------------


def bring(tmp_path, data, **options):
    file, out = tmp_path / "instrument.json", io.StringIO()
    file.write_text(data if isinstance(data, str) else json.dumps(data, ensure_ascii=False, indent=1))
    call_command("import_instrument", str(file), stdout=out, **options)
    return out.getvalue()


def own(**more):
    data = json.loads((SHIPPED / "gad2.json").read_text())
    return {**data, "code": "mine", **more}


def test_import_takes_in_a_definition_once(tmp_path):
    assert bring(tmp_path, own()) == "mine 1: created=1 unchanged=0 problems=0\n"
    assert bring(tmp_path, own()) == "mine 1: created=0 unchanged=1 problems=0\n"
    assert Instrument.objects.filter(code="mine", unit=None).count() == 1
    assert AuditEntry.objects.filter(verb="instrument.imported").count() == 1


def test_import_for_one_unit(tmp_path, world):
    bring(tmp_path, own(), unit=world.a.unit.code)
    assert Instrument.objects.get(code="mine").unit == world.a.unit


def test_import_dry_run_writes_nothing(tmp_path):
    bring(tmp_path, own(), dry_run=True)
    assert not Instrument.objects.filter(code="mine").exists()


def test_import_never_changes_a_version_that_is_there(tmp_path):
    bring(tmp_path, own())
    with pytest.raises(CommandError):
        bring(tmp_path, own(values=[0, 1, 2]))
    assert Instrument.objects.get(code="mine").definition["values"] == [0, 1, 2, 3]


def test_import_refuses_a_bad_file_whole_and_names_the_lines(tmp_path):
    out = io.StringIO()
    file = tmp_path / "bad.json"
    file.write_text(json.dumps(own(reversed=[7], colour="red"), indent=1))
    with pytest.raises(CommandError):
        call_command("import_instrument", str(file), stdout=out)
    *said, last = out.getvalue().splitlines()
    assert (len(said), last) == (1, "created=0 unchanged=0 problems=1")
    assert not Instrument.objects.filter(code="mine").exists()
