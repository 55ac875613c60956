import ctypes
import shutil
import subprocess

from config import checks


def test_checks_are_silent_on_a_machine_that_has_everything():
    assert checks.harfbuzz_subset_is_present() + checks.rare_characters_have_a_font() == []


def test_a_missing_library_is_a_warning_with_its_package(monkeypatch):
    def missing(name):
        raise OSError(name)

    monkeypatch.setattr(ctypes, "CDLL", missing)
    assert [found.hint for found in checks.harfbuzz_subset_is_present()] == ["apt-get install libharfbuzz-subset0"]


def test_a_missing_font_names_the_characters_it_lacks(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/fc-list")
    monkeypatch.setattr(subprocess, "run", lambda *a, **k: subprocess.CompletedProcess(a, 0, stdout=b""))
    assert [found.msg.split(":")[0] for found in checks.rare_characters_have_a_font()] == [
        "No font of this machine has U+3402 and U+20BB7"
    ]
