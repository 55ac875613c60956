import re
import shutil
import subprocess
import sys
from pathlib import Path

from config.refusals import are_field_keys, is_weak

SCRIPT = Path(__file__).resolve().parents[2] / "bin" / "write_env"


def write_env(folder):
    (folder / "bin").mkdir(exist_ok=True)
    shutil.copy(SCRIPT, folder / "bin" / "write_env")
    subprocess.run([sys.executable, str(folder / "bin" / "write_env")], check=True, capture_output=True)
    return (folder / ".env").read_text()


def test_written_keys_are_good_enough_for_production(tmp_path):
    values = dict(re.findall(r"^(\w+)=(.*)$", write_env(tmp_path), re.MULTILINE))
    assert not is_weak(values["SECRET_KEY"])
    assert not is_weak(values["AUDIT_KEY"], least=32)
    assert not is_weak(values["LOOKUP_KEY"], least=32)
    assert are_field_keys(values["FIELD_KEYS"])


def test_written_keys_are_the_owners_alone(tmp_path):
    write_env(tmp_path)
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600


def test_keys_that_are_there_stay(tmp_path):
    assert write_env(tmp_path) == write_env(tmp_path)
