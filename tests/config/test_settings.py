"""Production refuses to start with open doors: each case is a fresh interpreter that reads config.settings."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.folders import is_private, make_private

ROOT = Path(__file__).resolve().parents[2]
SOUND = {
    "DJANGO_ENV": "production",
    "SECRET_KEY": "9vQm2-xR7tLkWzP4sYbN8cHfJdG6aE3uKoTi1qXyZrVwBnMe5pCl0jSgFhDa",
    "FIELD_KEYS": "k1:n0sJ8Yb1m2Vq4Lw6Zt8Xc0Rf3Hd5Kg7Pj9Su1Ae2Bi4=",
    "AUDIT_KEY": "Zt8Xc0Rf3Hd5Kg7Pj9Su1Ae2Bi4n0sJ8Yb1m2Vq",
    "LOOKUP_KEY": "Kg7Pj9Su1Ae2Bi4n0sJ8Yb1m2VqZt8Xc0Rf3Hd5",
    "ALLOWED_HOSTS": "xinyu.example.edu.cn",
    "DATABASE_URL": "postgres://xinyu:9kTq4vRw2xZp@db.internal:5432/xinyu",
}


def start(tmp_path, code="print('started')", **changes):
    """Load the settings with the given environment only; None removes a name."""
    values = {**SOUND, "VAR_DIR": str(tmp_path), "PATH": os.environ["PATH"], **changes}
    # An empty value stands for a missing one, so that a developer's own .env cannot fill it in.
    env = {name: value or "" for name, value in values.items()}
    program = f"from django.conf import settings; settings.DEBUG; {code}"
    return subprocess.run(
        [sys.executable, "-c", program],
        env={**env, "DJANGO_SETTINGS_MODULE": "config.settings", "REDIS_URL": env.get("REDIS_URL", "")},
        cwd=ROOT,
        capture_output=True,
        text=True,
    )


def test_sound_settings_start(tmp_path):
    done = start(tmp_path)
    assert (done.stdout, done.returncode) == ("started\n", 0), done.stderr


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"DEBUG": "true"}, "DEBUG is on"),
        ({"SECRET_KEY": None}, "SECRET_KEY is weak"),
        ({"SECRET_KEY": "short-Q8x7Z1"}, "SECRET_KEY is weak"),
        ({"SECRET_KEY": "a" * 60}, "SECRET_KEY is weak"),
        ({"SECRET_KEY": "django-insecure-9vQm2-xR7tLkWzP4sYbN8cHfJdG6aE3uKoTi1qXyZrVwB"}, "SECRET_KEY is weak"),
        ({"FIELD_KEYS": None}, "FIELD_KEYS is missing"),
        ({"FIELD_KEYS": "k1:c2hvcnQ="}, "FIELD_KEYS is missing or malformed"),
        ({"FIELD_KEYS": "n0sJ8Yb1m2Vq4Lw6Zt8Xc0Rf3Hd5Kg7Pj9Su1Ae2Bi4="}, "FIELD_KEYS is missing or malformed"),
        ({"AUDIT_KEY": None}, "AUDIT_KEY is missing"),
        ({"LOOKUP_KEY": None}, "LOOKUP_KEY is missing"),
        ({"ALLOWED_HOSTS": None}, "ALLOWED_HOSTS is empty"),
        ({"ALLOWED_HOSTS": "xinyu.example.edu.cn, *"}, "ALLOWED_HOSTS is empty or '*'"),
        ({"DATABASE_URL": "postgres://xinyu@db.internal/xinyu"}, "DATABASE_URL has no password"),
        ({"DATABASE_URL": "postgres://xinyu:PASSWORD@db.internal/xinyu"}, "or one to guess"),
        ({"DATABASE_URL": "postgres://xinyu:k7Rq2v@db.internal/xinyu"}, "or one to guess"),
    ],
)
def test_production_refuses(tmp_path, changes, sentence):
    done = start(tmp_path, **changes)
    assert done.returncode == 1
    assert "ImproperlyConfigured" in done.stderr.splitlines()[-1]
    assert sentence in done.stderr.splitlines()[-1]


def test_production_takes_a_socket_without_a_password(tmp_path):
    assert start(tmp_path, DATABASE_URL="postgres://xinyu@%2Fvar%2Frun%2Fpostgresql/xinyu").returncode == 0


def test_production_refuses_a_database_file_that_all_can_read(tmp_path):
    file = tmp_path / "open.sqlite3"
    file.touch(mode=0o600)
    address = f"sqlite:///{file}"
    assert start(tmp_path, DATABASE_URL=address).returncode == 0
    file.chmod(0o644)
    assert "can be read by every account" in start(tmp_path, DATABASE_URL=address).stderr


def test_a_new_database_file_is_its_owners_alone(tmp_path):
    start(tmp_path, DATABASE_URL=f"sqlite:///{tmp_path}/new.sqlite3")
    assert (tmp_path / "new.sqlite3").stat().st_mode & 0o777 == 0o600


def test_missing_environment_counts_as_production(tmp_path):
    code = "print(settings.PRODUCTION)"
    env = {**SOUND, "PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings"}
    del env["DJANGO_ENV"]
    program = (  # a developer's .env says `local`: leave it unread
        f"import environ; environ.Env.read_env = lambda *a, **k: None;from django.conf import settings; {code}"
    )
    done = subprocess.run([sys.executable, "-c", program], env=env, cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == "True\n"


def test_a_secret_that_begins_with_a_dollar_is_taken_as_it_stands(tmp_path):
    secret = "$" + SOUND["SECRET_KEY"]
    assert start(tmp_path, "print(settings.SECRET_KEY)", SECRET_KEY=secret).stdout.strip() == secret


def test_production_cookies_are_bound_to_host_and_https(tmp_path):
    code = "print(settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.SESSION_COOKIE_SECURE)"
    assert start(tmp_path, code).stdout == "__Host-session __Host-csrf True\n"


def test_pool_in_the_address_is_not_handed_to_the_driver(tmp_path):
    address = SOUND["DATABASE_URL"] + "?pool=true&sslmode=require"
    done = start(tmp_path, "print(sorted(settings.DATABASES['default']['OPTIONS']))", DATABASE_URL=address)
    assert done.stdout == "['options', 'sslmode']\n"


def test_static_files_can_be_read_by_the_account_that_serves_them(tmp_path):
    from django.conf import settings
    from django.contrib.staticfiles.storage import StaticFilesStorage
    from django.core.files.base import ContentFile

    storage = StaticFilesStorage(
        location=str(tmp_path), base_url="/static/", **settings.STORAGES["staticfiles"]["OPTIONS"]
    )
    storage.save("css/page.css", ContentFile(b"body{}"))
    assert (tmp_path / "css").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "css" / "page.css").stat().st_mode & 0o777 == 0o644


def test_the_data_folder_is_its_owners_alone(tmp_path):
    made = tmp_path / "made"
    assert start(tmp_path, VAR_DIR=str(made)).returncode == 0
    assert made.stat().st_mode & 0o777 == 0o700


def test_a_data_folder_that_others_can_read_is_refused_or_closed(tmp_path):
    """Root may have named a folder that holds other things; any other account owns what it names."""
    tmp_path.chmod(0o755)
    done = start(tmp_path)
    assert ("(VAR_DIR) can be read" in done.stderr) is (os.geteuid() == 0)
    assert tmp_path.stat().st_mode & 0o777 == (0o755 if os.geteuid() == 0 else 0o700)


def test_the_folder_of_the_checkout_is_closed_also_for_root(tmp_path):
    tmp_path.chmod(0o755)
    make_private(tmp_path, is_ours=True)
    assert is_private(tmp_path)
