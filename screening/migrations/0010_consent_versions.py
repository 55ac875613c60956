"""A yes to anonymous questions is no yes to named ones; a link that was guessed at too often is dead."""

from django.db import migrations, models


def tell_anonymous(apps, schema_editor):
    """Texts that only anonymous rounds have used. One that served both stays that of the named ones."""
    texts, rounds = (apps.get_model("screening", name).objects for name in ("ConsentText", "Round"))
    named = rounds.filter(is_anonymous=False).values("consent_text")
    unnamed = rounds.filter(is_anonymous=True).values("consent_text")
    texts.filter(pk__in=unnamed).exclude(pk__in=named).update(is_anonymous=True)


class Migration(migrations.Migration):

    dependencies = [
        ("screening", "0009_planned_talks"),
    ]

    operations = [
        migrations.AddField(
            model_name="consenttext",
            name="is_anonymous",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="consentlink",
            name="wrong_in_all",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.RunPython(tell_anonymous, migrations.RunPython.noop),
    ]
