"""Units add special groups of their own; a tag keeps who ended it apart from who set it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def name_who_ended(apps, schema_editor):
    """Until now the person who ended a tag by hand stood where who set it stands."""
    members = apps.get_model("students", "GroupMember").objects
    members.filter(source="hand").exclude(until=None).update(ended_by=models.F("set_by"))


class Migration(migrations.Migration):

    dependencies = [
        ('schools', '0015_reminder_steps'),
        ('students', '0015_registry'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='specialgroup',
            options={'ordering': ['position', 'code']},
        ),
        migrations.AddField(
            model_name='groupmember',
            name='ended_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='specialgroup',
            name='unit',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.unit'),
        ),
        migrations.AlterField(
            model_name='groupmember',
            name='source',
            field=models.CharField(choices=[('roster', 'roster'), ('hand', 'set by hand'), ('sweep', 'sweep')], default='roster', max_length=6),
        ),
        migrations.AlterField(
            model_name='riskflag',
            name='source',
            field=models.CharField(choices=[('talk', 'talk'), ('by_hand', 'raised by hand'), ('screening', 'screening'), ('sweep', 'sweep')], default='talk', max_length=10),
        ),
        migrations.RunPython(name_who_ended, migrations.RunPython.noop),
    ]
