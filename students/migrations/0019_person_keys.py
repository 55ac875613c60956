"""Who stands on a registry gets the key under which nobody stands on a second one. Who does already keeps an empty key:
a person sees to it."""

from django.db import migrations

from students.places import key_by_numbers


def add_keys(apps, schema_editor):
    entries = apps.get_model("students", "RegistryEntry").objects
    taken = set()
    for entry in entries.filter(off_on=None, person_key="").select_related("student").order_by("listed_on", "pk"):
        key = key_by_numbers(entry.student) or f"student {entry.student_id}"
        if key not in taken:
            taken.add(key)
            entries.filter(pk=entry.pk).update(person_key=key)


class Migration(migrations.Migration):
    dependencies = [("students", "0018_hand_over")]
    operations = [migrations.RunPython(add_keys, migrations.RunPython.noop)]
