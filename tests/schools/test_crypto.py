import base64
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core.management import call_command
from django.db import connection, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from schools.accounts.factor_secrets import place_of
from schools.actions.key_rotation import sealed_models
from schools.common import crypto, files
from schools.common.fields import Sealed, seal_for_update
from schools.common.ids import new_id
from schools.models import Person
from students.models import Guardian, Student

OLD = "t1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
NEW = "t2:" + base64.b64encode(bytes(range(32, 64))).decode()
OTHER = "t1:" + base64.b64encode(bytes(range(64, 96))).decode()
places = st.text(min_size=1, max_size=40)


@given(text=st.text(max_size=500), place=places)
def test_what_was_sealed_opens_in_its_place(text, place):
    assert crypto.unseal(
        crypto.seal(text.encode("utf-8", "surrogatepass"), bound_to=place), bound_to=place
    ) == text.encode("utf-8", "surrogatepass")


@given(plain=st.binary(max_size=100), here=places, there=places)
def test_what_was_sealed_opens_in_no_other_place(plain, here, there):
    sealed = crypto.seal(plain, bound_to=here)
    if here != there:
        with pytest.raises(crypto.Unopenable):
            crypto.unseal(sealed, bound_to=there)


@given(plain=st.binary(min_size=1, max_size=60), data=st.data())
def test_a_changed_byte_does_not_open(plain, data):
    sealed = bytearray(crypto.seal(plain, bound_to="x"))
    at = data.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(crypto.Unopenable):
        crypto.unseal(bytes(sealed), bound_to="x")


@given(rubbish=st.binary(max_size=60))
def test_rubbish_does_not_open(rubbish):
    with pytest.raises(crypto.Unopenable):
        crypto.unseal(rubbish, bound_to="x")


@given(plain=st.binary(min_size=8, max_size=60))
def test_the_same_text_is_sealed_otherwise_each_time(plain):
    first, second = (crypto.seal(plain, bound_to="x") for _ in range(2))

    assert first != second
    assert plain not in first


def test_a_wrong_key_of_the_same_name_fails_closed(settings):
    sealed = crypto.seal(b"secret", bound_to="x")
    settings.FIELD_KEYS = OTHER
    with pytest.raises(crypto.Unopenable):
        crypto.unseal(sealed, bound_to="x")


def test_a_key_that_is_gone_fails_closed(settings):
    sealed = crypto.seal(b"secret", bound_to="x")
    settings.FIELD_KEYS = NEW
    with pytest.raises(crypto.Unopenable) as refused:
        crypto.unseal(sealed, bound_to="x")

    assert "secret" not in str(refused.value)


def test_an_old_key_still_reads_and_the_first_one_writes(settings):
    sealed = crypto.seal(b"secret", bound_to="x")
    settings.FIELD_KEYS = f"{NEW},{OLD}"

    assert crypto.unseal(sealed, bound_to="x") == b"secret"
    assert crypto.key_of(crypto.seal(b"secret", bound_to="x")) == "t2"


def test_lookup_hashes_of_different_columns_differ():
    purposes = ("phone", "id_number", "registry_number")

    assert len({crypto.lookup_hash("440608201701011234", purpose=purpose) for purpose in purposes}) == 3
    assert crypto.lookup_hash(" 11010519491231002x ", purpose="id_number") == crypto.lookup_hash(
        "11010519491231002X", purpose="id_number"
    )


def test_lookup_hashes_need_the_key(settings):
    before = crypto.lookup_hash("13900000000", purpose="phone")
    settings.LOOKUP_KEY = "another key, of thirty-two characters"

    assert crypto.lookup_hash("13900000000", purpose="phone") != before


# --- fields -----------------------------------------------------------------------------------------------------------


def raw(model, pk, column):
    """The bytes as they stand in the table."""
    field = model._meta.pk
    with connection.cursor() as cursor:
        sql = f'SELECT "{column}" FROM "{model._meta.db_table}" WHERE id = %s'
        cursor.execute(sql, [field.get_db_prep_value(pk, connection)])
        return bytes(cursor.fetchone()[0])


@pytest.mark.django_db
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_a_field_gives_back_what_was_put_in(world, text):
    student = world.a.student
    student.address = text
    student.save(update_fields=["address"])

    assert Student.objects.get(pk=student.pk).address == text


@pytest.mark.django_db
def test_nothing_readable_stands_in_the_table(world):
    for name in ("phone", "address", "health", "id_number", "registry_number"):
        assert getattr(world.a.student, name).encode() not in raw(Student, world.a.student.pk, name)


@pytest.mark.django_db
@pytest.mark.parametrize("target", ["another row", "another field", "another table"])
def test_ciphertext_moved_elsewhere_does_not_open(world, target):
    taken = Sealed(raw(Student, world.a.student.pk, "phone"))
    if target == "another row":
        Student.objects.filter(pk=world.a.student_2.pk).update(phone=taken)
        moved = lambda: Student.objects.get(pk=world.a.student_2.pk).phone  # noqa: E731
    elif target == "another field":
        Student.objects.filter(pk=world.a.student.pk).update(health=taken)
        moved = lambda: Student.objects.get(pk=world.a.student.pk).health  # noqa: E731
    else:
        guardian = world.a.student.guardians.get()
        Guardian.objects.filter(pk=guardian.pk).update(phone=taken)
        moved = lambda: Guardian.objects.get(pk=guardian.pk).phone  # noqa: E731

    with pytest.raises(crypto.Unopenable):
        moved()


@pytest.mark.django_db
def test_reading_without_the_row_gives_no_text(world):
    phone = world.a.student.phone
    for value in (
        Student.objects.filter(pk=world.a.student.pk).values_list("phone", flat=True).get(),
        Student.objects.filter(pk=world.a.student.pk).values("phone").get()["phone"],
        Student.objects.only("phone").get(pk=world.a.student.pk).__dict__["phone"],
    ):
        assert isinstance(value, Sealed)
        assert phone not in f"{value} {value!r}"


@pytest.mark.django_db
def test_a_deferred_field_opens_when_it_is_asked(world):
    assert Student.objects.defer("phone").get(pk=world.a.student.pk).phone == world.a.student.phone


@pytest.mark.django_db
@pytest.mark.parametrize("lookup", ["phone", "phone__contains", "phone__startswith", "phone__in"])
def test_a_sealed_field_cannot_be_searched(world, lookup):
    with pytest.raises(Exception):  # noqa: B017  whatever Django calls it
        Student.objects.filter(**{lookup: ["x"]}).exists()


@pytest.mark.django_db
def test_bulk_create_seals_each_row_for_itself(world):
    rows = [Guardian(student=world.a.student, position=n + 10, name=f"g{n}", phone=f"1390000000{n}") for n in range(5)]
    Guardian.objects.bulk_create(rows)

    found = Guardian.objects.filter(student=world.a.student, name__startswith="g").order_by("position")
    assert [guardian.phone for guardian in found] == [f"1390000000{n}" for n in range(5)]
    assert b"1390000000" not in b"".join(raw(Guardian, guardian.pk, "phone") for guardian in found)


@pytest.mark.django_db
def test_seal_for_update_makes_a_bulk_update_possible(world):
    rows = list(Student.objects.filter(school=world.a.unit))
    for row in rows:
        row.phone, row.health, row.former_name = f"new {row.pk}", "", "former"
    seal_for_update(rows, ["phone", "health", "former_name"])
    Student.objects.bulk_update(rows, ["phone", "health", "former_name"])

    for row in Student.objects.filter(school=world.a.unit):
        assert (row.phone, row.health, row.former_name) == (f"new {row.pk}", "", "former")


@pytest.mark.django_db
def test_plain_text_never_slips_in_by_update(world):
    with pytest.raises(TypeError):
        Student.objects.filter(pk=world.a.student.pk).update(phone="13900000000")


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["13900000000", ""])
def test_plain_text_never_slips_in_by_bulk_update(world, text):
    before = raw(Student, world.a.student.pk, "phone")
    world.a.student.phone = text
    with pytest.raises(TypeError), transaction.atomic():
        Student.objects.bulk_update([world.a.student], ["phone"])

    assert raw(Student, world.a.student.pk, "phone") == before


@pytest.mark.django_db
def test_the_default_is_nothing_and_reads_as_empty_text():
    default = Student._meta.get_field("phone").get_default()

    assert (bytes(default), Student().phone) == (b"", "")


@pytest.mark.django_db
def test_empty_text_needs_no_key(world, settings):
    Student.objects.filter(pk=world.a.student.pk).update(phone=Sealed(b""))
    settings.FIELD_KEYS = NEW

    assert Student.objects.get(pk=world.a.student.pk).phone == ""


@pytest.mark.django_db
def test_a_sealed_field_is_not_serialized(world):
    from django.core import serializers

    with pytest.raises(TypeError):
        serializers.serialize("json", [world.a.student])


# --- files ------------------------------------------------------------------------------------------------------------


def test_a_private_file_opens_by_its_own_key_only(settings, tmp_path):
    settings.PRIVATE_ROOT = tmp_path
    one, other = new_id(), new_id()
    files.keep_file(one, b"first")
    files.keep_file(other, b"second")
    paths = {path.stem: path for path in tmp_path.rglob("*.sealed")}
    paths[other.hex].write_bytes(paths[one.hex].read_bytes())

    assert files.open_file(one) == b"first"
    assert b"first" not in paths[one.hex].read_bytes()
    assert paths[one.hex].stat().st_mode & 0o077 == 0
    with pytest.raises(crypto.Unopenable):
        files.open_file(other)


# --- rotation ---------------------------------------------------------------------------------------------------------


def rotate(batch=500):
    out = StringIO()
    call_command("rotate_keys", batch=batch, stdout=out)
    return out.getvalue()


def keys_in_use():
    found = set()
    for model in sealed_models():
        for field in model._meta.local_fields:
            if field.__class__.__name__ == "SealedTextField":
                values = model._base_manager.values_list(field.attname, flat=True)
                found |= {crypto.key_of(bytes(value)) for value in values if value}
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("batch", [1, 3, 500])
def test_rotation_seals_everything_with_the_new_key(world, settings, batch):
    before = {s.pk: (s.phone, s.address, s.id_number) for s in Student.objects.all()}
    phones = {p.pk: p.phone for p in Person.objects.all()}
    assert keys_in_use() == {"t1"}
    settings.FIELD_KEYS = f"{NEW},{OLD}"
    rotate(batch)
    assert keys_in_use() == {"t2"}

    settings.FIELD_KEYS = NEW  # the old key may go
    assert {s.pk: (s.phone, s.address, s.id_number) for s in Student.objects.all()} == before
    assert {p.pk: p.phone for p in Person.objects.all()} == phones


@pytest.mark.django_db
def test_rotation_a_second_time_has_nothing_to_do(world, settings):
    settings.FIELD_KEYS = f"{NEW},{OLD}"
    rotate()

    assert rotate().splitlines()[-1] == "key=t2 resealed=0 left=0"


@pytest.mark.django_db
def test_rotation_takes_second_factors_and_files_along(world, settings, tmp_path):
    settings.PRIVATE_ROOT = tmp_path
    secret, key = "JBSWY3DPEHPK3PXP", new_id()
    TOTP.activate(world.a.leader.person, secret)
    files.keep_file(key, b"content")
    files.keep_file(key, b"what was found in it", part="found")
    settings.FIELD_KEYS = f"{NEW},{OLD}"
    rotate()
    settings.FIELD_KEYS = NEW

    stored = Authenticator.objects.get(user=world.a.leader.person).data["secret"]
    assert crypto.unseal(bytes.fromhex(stored), bound_to=place_of(world.a.leader.person_id)).decode() == secret
    assert (files.open_file(key), files.open_file(key, part="found")) == (b"content", b"what was found in it")


@pytest.mark.django_db
def test_rotation_stops_at_what_does_not_open(world, settings):
    """Better an error than a row that is lost without a word."""
    Student.objects.filter(pk=world.a.student.pk).update(phone=Sealed(raw(Student, world.a.student_2.pk, "phone")))
    settings.FIELD_KEYS = f"{NEW},{OLD}"
    with pytest.raises(crypto.Unopenable):
        rotate()


def test_every_model_with_sealed_text_knows_its_id_before_it_is_saved():
    """It is made by the application, or is that of the row it belongs to."""
    for model in sealed_models():
        assert model._meta.pk.has_default() or model._meta.pk.is_relation, model


def test_ids_are_in_the_order_of_time():
    made = [new_id() for _ in range(50)]

    assert len(set(made)) == 50
    assert {one.version for one in made} == {7}
