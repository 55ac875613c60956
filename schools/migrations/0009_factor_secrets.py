"""Secrets of second factors were bound to nothing but their kind; from now on each is bound to its owner."""

from django.db import migrations

from schools.accounts.factor_secrets import place_of
from schools.common import crypto

BEFORE = "mfa.secret"


def bind(apps, schema_editor):
    try:
        factors = apps.get_model("mfa", "Authenticator").objects
    except LookupError:  # its table is not there yet: nobody has a second factor
        return
    for factor in factors.exclude(type="webauthn").iterator():
        place = place_of(factor.user_id)
        data = {key: _again(value, place) for key, value in factor.data.items()}
        if data != factor.data:
            factor.data = data
            factor.save(update_fields=["data"])


def _again(value, place):
    if isinstance(value, list):
        return [_again(one, place) for one in value]
    if not isinstance(value, str) or not value:
        return value
    plain = crypto.unseal(bytes.fromhex(value), bound_to=BEFORE)
    return crypto.seal(plain, bound_to=place).hex()


class Migration(migrations.Migration):
    # Not on mfa, which depends on schools: their squashed migrations would wait for each other.
    dependencies = [("schools", "0008_count_every_unit")]
    operations = [migrations.RunPython(bind, migrations.RunPython.noop)]
