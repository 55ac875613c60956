"""Every act that the audit log can name is declared, with Chinese words, and anything else is refused."""

import ast
import re
from pathlib import Path

import pytest
from allauth import mfa
from django.conf import settings
from django.db import transaction
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import override

from schools import audit
from schools.accounts.sign_in import AccountAdapter
from schools.audit.trail import words_of
from schools.audit.verbs import Kind, UndeclaredVerb, Verb, _verbs, codes_of, declare, find_verb
from schools.models import AuditEntry
from schools.registers import all_registers
from schools.work.jobs import _kinds

APPS = ("schools", "students", "counseling", "screening", "reports", "config")
CODE = re.compile(r"[a-z_]+\.[a-z_]+")


def written_in(path):
    """The codes that a module hands over as `verb=…`, or keeps in a variable `verb`."""
    for node in ast.walk(ast.parse(path.read_text())):
        named = isinstance(node, ast.Assign) and any(getattr(one, "id", "") == "verb" for one in node.targets)
        if named or (isinstance(node, ast.keyword) and node.arg == "verb"):
            found = (one.value for one in ast.walk(node.value) if isinstance(one, ast.Constant))
            yield from (code for code in found if isinstance(code, str) and CODE.fullmatch(code))


def test_every_act_that_the_code_writes_is_declared():
    files = [path for app in APPS for path in (Path(settings.BASE_DIR) / app).rglob("*.py")]
    written = {code for path in files for code in written_in(path)}

    assert len(written) > 50
    assert sorted(code for code in written if find_verb(code) is None) == []


def test_every_declared_act_has_chinese_words():
    with override("zh-hans"):
        ours = [verb for verb in _verbs.values() if not verb.code.startswith("thing.")]
        assert [verb.code for verb in ours if re.search("[a-z]", str(verb.words))] == []


def test_the_start_of_every_job_is_declared():
    autodiscover_modules("jobs")
    assert [kind for kind in _kinds if find_verb(f"{kind}.started") is None] == []


def test_what_allauth_tells_of_second_factors_is_declared():
    files = Path(mfa.__file__).parent.rglob("*.py")
    told = {name for path in files for name in re.findall(r'"mfa/email/([a-z_]+)"', path.read_text())}

    assert len(told) == 5
    assert [name for name in sorted(told) if find_verb(f"person.{name}") is None] == []


@pytest.mark.django_db
def test_an_undeclared_act_is_refused_and_nothing_is_written(world, viewer):
    before = AuditEntry.objects.count()
    with pytest.raises(UndeclaredVerb), transaction.atomic():
        audit.record(by=viewer(world.a.teacher), verb="thing.undeclared")

    assert AuditEntry.objects.count() == before


@pytest.mark.django_db
def test_what_allauth_alone_knows_is_logged_under_its_own_name_or_refused(world):
    AccountAdapter().send_notification_mail("mfa/email/totp_activated", world.a.teacher.person)
    assert AuditEntry.objects.latest("pk").verb == "person.totp_activated"
    with pytest.raises(UndeclaredVerb):
        AccountAdapter().send_notification_mail("account/email/unknown", world.a.teacher.person)


def test_an_act_is_declared_once_and_fits_its_column():
    for code in ("talk.filed", "x" * 41):
        with pytest.raises(ValueError):
            declare(Verb(code, "filed a talk"))


def test_limits_and_watches_ask_for_the_kind():
    of_registers = [f"{one.name}_list.exported" for one in all_registers()]
    lists = ("audit_log", "class_list", "daily_board", "flag_list", "registry_list", "school_list", "sweep_board")
    lists += ("student_list", "talk_list", "round_results", "staff_answers")
    others = [*(f"{name}.exported" for name in lists), "registry.ledger_printed"]
    assert codes_of(Kind.EXPORT) == sorted([*others, *of_registers])
    assert {"talk.opened", "talk.printed", "riskflag.opened", "student.unmasked"} <= set(codes_of(Kind.READ))
    assert not {"talk.filed", "student.corrected", "person.signed_in"} & set(codes_of(Kind.READ))


def test_a_row_older_than_the_code_stands_with_its_code():
    assert words_of("thing.forgotten") == "thing.forgotten"
