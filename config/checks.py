"""What the machine must have, told at start rather than in a slow or ugly PDF."""

import ctypes
import shutil
import subprocess
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from config.start import DEMO_IN_PRODUCTION, has_demo
from schools.models.visible import models_of_people, rules

RARE = (0x3402, 0x20BB7)  # a first name and a surname that older Chinese fonts lack


@register()
def every_model_of_people_says_who_sees_it(**kwargs: Any) -> list[CheckMessage]:
    missing = [model._meta.label for model in models_of_people() if model not in rules]
    return [
        Error(f"{label} has no rule for `visible_to` (schools.models.visible).", id="config.E001") for label in missing
    ]


@register(Tags.database)
def production_holds_no_demo(databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Asked by `migrate`, which is where a deployment begins."""
    found = settings.PRODUCTION and databases and has_demo()
    return [Error(DEMO_IN_PRODUCTION, id="config.E002")] if found else []


@register()
def harfbuzz_subset_is_present(**kwargs: Any) -> list[CheckMessage]:
    """Without it WeasyPrint shrinks fonts in Python: half a minute instead of a second."""
    try:
        ctypes.CDLL("libharfbuzz-subset.so.0")
    except OSError:
        return [
            Warning(
                "libharfbuzz-subset is missing: PDF files take thirty times as long.",
                hint="apt-get install libharfbuzz-subset0",
                id="config.W001",
            )
        ]
    return []


@register()
def rare_characters_have_a_font(**kwargs: Any) -> list[CheckMessage]:
    missing = [f"U+{code:04X}" for code in RARE if not _has_font(code)]
    if not missing:
        return []
    return [
        Warning(
            f"No font of this machine has {' and '.join(missing)}: names print as boxes in PDF files.",
            hint="apt-get install fonts-noto-cjk fontconfig",
            id="config.W002",
        )
    ]


def _has_font(code: int) -> bool:
    program = shutil.which("fc-list")
    if not program:
        return False
    try:
        done = subprocess.run([program, f":charset={code:x}", "family"], capture_output=True, timeout=20)  # noqa: S603
    except subprocess.TimeoutExpired:  # a cold font cache on a slow disk proves nothing
        return True
    return bool(done.stdout.strip())
