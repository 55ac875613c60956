"""Sweeps: the call, what was noted of each student, and signatures of classes and schools."""

import django.db.models.deletion
import django.utils.timezone
import schools.common.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reports', '0005_barometer'),
        ('schools', '0015_reminder_steps'),
        ('students', '0016_groups_of_units'),
    ]

    operations = [
        migrations.CreateModel(
            name='Sweep',
            fields=[
                ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('title', models.CharField(max_length=40, verbose_name='title')),
                ('looks_for', models.TextField(max_length=600, verbose_name='what to look for')),
                ('groups', models.JSONField(blank=True, default=list)),
                ('due_on', models.DateField(verbose_name='until')),
                ('called_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('called_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sweeps', to='schools.unit')),
            ],
            options={
                'ordering': ['-due_on', '-called_at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='SweepNote',
            fields=[
                ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('groups', models.JSONField(blank=True, default=list)),
                ('is_noted', models.BooleanField(default=False)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                ('class_group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.classgroup')),
                ('flag', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='students.riskflag')),
                ('student', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='students.student')),
                ('sweep', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notes', to='reports.sweep')),
            ],
            options={
                'indexes': [models.Index(fields=['sweep', 'class_group'], name='reports_swe_sweep_i_2bd501_idx')],
                'constraints': [models.UniqueConstraint(fields=('sweep', 'student'), name='one_note_of_a_student_in_a_sweep')],
            },
        ),
        migrations.CreateModel(
            name='SweepSignature',
            fields=[
                ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveSmallIntegerField(default=1)),
                ('counts', models.JSONField(default=dict)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                ('class_group', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.classgroup')),
                ('sweep', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='reports.sweep')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.unit')),
            ],
            options={
                'ordering': ['number'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('class_group__isnull', False)), fields=('sweep', 'class_group', 'number'), name='one_sweep_signature_of_a_class_by_number'), models.UniqueConstraint(condition=models.Q(('class_group__isnull', True)), fields=('sweep', 'unit', 'number'), name='one_sweep_signature_of_a_school_by_number')],
            },
        ),
    ]
