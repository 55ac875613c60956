"""What an address becomes; and that a request finds the connection of the one before it."""

from pathlib import Path

import pytest

from config.databases import database


@pytest.mark.parametrize("address", ["sqlite:///var/xinyu.sqlite3", "postgres://xinyu:word@127.0.0.1/xinyu"])
def test_a_connection_outlives_its_request(address):
    assert database(address, base=Path("/srv"))["CONN_MAX_AGE"] == 60


def test_a_pool_keeps_the_connections_itself():
    settings = database("postgres://xinyu:word@127.0.0.1/xinyu", base=Path("/srv"), pooled=True)
    assert settings["CONN_MAX_AGE"] == 0
    assert settings["OPTIONS"]["pool"]["max_size"] == 12
