"""Threat T20: whoever takes the database away finds no sensitive text, in no column of no table."""

import pytest
from django.db import connection

from schools.actions.key_rotation import sealed_models
from schools.common.fields import SealedTextField
from schools.models import Person
from tests.schools.test_sign_in import try_sign_in

pytestmark = pytest.mark.django_db


def everything_stored():
    """All tables as one text, bytes included."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            found += [text(value) for row in cursor.fetchall() for value in row]
    return "\n".join(found)


def text(value):
    return bytes(value).decode("utf-8", "replace") if isinstance(value, (bytes, memoryview)) else str(value)


def secrets():
    """What stands in sealed fields, read through the models."""
    for model in sealed_models():
        names = [field.name for field in model._meta.local_fields if isinstance(field, SealedTextField)]
        for row in model._base_manager.all():
            yield from ((model.__name__, name, getattr(row, name)) for name in names if getattr(row, name))


def test_no_sealed_text_stands_anywhere_in_the_database(world):
    sealed = list(secrets())
    stored = everything_stored()

    assert len(sealed) > 50
    assert [(model, name) for model, name, secret in sealed if secret in stored] == []


def test_neither_passwords_nor_phone_numbers_are_left_behind_by_signing_in(world):
    phone = world.a.teacher.person.phone
    try_sign_in(phone, "a wrong password of mine")
    try_sign_in(phone, "another wrong one", next="/students/")
    try_sign_in(phone)
    stored = everything_stored()

    assert phone not in stored
    assert "wrong" not in stored


def test_a_first_password_is_stored_nowhere(world, sign_in):
    from django.urls import reverse

    page = sign_in(world.a.leader).post(reverse("schools:password_reset", args=[world.a.teacher.person_id]))

    assert page.context["password"] not in everything_stored()
    assert Person.objects.get(pk=world.a.teacher.person_id).check_password(page.context["password"])
