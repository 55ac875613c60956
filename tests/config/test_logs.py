import logging
import sys

from config.logs import PlacesOnly


def logged(error):
    try:
        raise error
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "p", 1, "job failed", (), sys.exc_info())
    return PlacesOnly("{message}", style="{").format(record)


def test_a_logged_exception_names_its_kind_and_place_but_not_its_words():
    text = logged(ValueError("the student said so"))
    assert "builtins.ValueError" in text
    assert "test_logs.py:" in text
    assert "student" not in text


def test_a_logged_exception_names_its_cause_without_its_words():
    error = ValueError("outer words")
    error.__cause__ = KeyError("inner words")
    text = logged(error)
    assert "builtins.KeyError" in text
    assert "words" not in text
