"""Every act that the audit log can name has words."""

import re
from pathlib import Path

from django.conf import settings
from django.utils.translation import override

from schools.audit.trail import words_of
from schools.work.jobs import _kinds

APPS = ("schools", "students", "counseling", "reports", "config")
LITERAL = re.compile(r'verb ?= ?"([a-z_]+\.[a-z_]+)"')


def verbs():
    files = [path for app in APPS for path in (Path(settings.BASE_DIR) / app).rglob("*.py")]
    return sorted({verb for path in files for verb in LITERAL.findall(path.read_text())})


def test_every_verb_has_chinese_words():
    with override("zh-hans"):
        assert [verb for verb in verbs() if re.search("[a-z]", words_of(verb))] == []


def test_the_start_of_every_job_has_words():
    from django.utils.module_loading import autodiscover_modules

    autodiscover_modules("work")
    assert [kind for kind in _kinds if words_of(f"{kind}.started") == f"{kind}.started"] == []


def test_an_unknown_verb_stands_with_its_code():
    assert words_of("thing.done") == "thing.done"
