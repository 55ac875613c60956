"""Brings an empty database to where the migrations that it replaces bring an older one (docs/adr/0020)."""

import django.db.models.deletion
import django.utils.timezone
import schools.common.fields
import schools.common.ids
from django.conf import settings
from django.db import migrations, models

from schools.common.squashed import CreateTables


class Migration(migrations.Migration):

    replaces = [
        ('reports', '0001_summaries'),
        ('reports', '0002_publishable'),
        ('reports', '0003_daily'),
        ('reports', '0004_summary_basis'),
        ('reports', '0005_barometer'),
        ('reports', '0006_sweeps'),
        ('reports', '0007_sealed_reasons'),
        ('reports', '0008_barometer_asked'),
        ('reports', '0009_report_questions'),
        ('reports', '0010_moved_sweeps'),
        ('reports', '0011_reports_of_grades'),
        ('reports', '0012_exceptions_of_grades'),
        ('reports', '0013_barometers_of_a_week'),
    ]

    initial = True

    dependencies = [
        ('schools', '0001_squashed_0021_reminders_of_an_hour'),
        ('students', '0001_squashed_0023_students_not_locked'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateTables([
            migrations.CreateModel(
                name='ReportingScheme',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('starts_on', models.DateField(verbose_name='from')),
                    ('ends_on', models.DateField(blank=True, null=True, verbose_name='until')),
                    ('preset', models.CharField(blank=True, max_length=20)),
                    ('every', models.CharField(choices=[('never', 'nobody reports'), ('day', 'every school day'), ('week', 'once a week'), ('month', 'once a month')], max_length=10, verbose_name='how often')),
                    ('weekday', models.PositiveSmallIntegerField(default=4, verbose_name='day of the week')),
                    ('deadlines', models.JSONField(blank=True, default=dict)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('unit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reporting_schemes', to='schools.unit')),
                ],
                options={
                    'ordering': ['starts_on', 'pk'],
                },
            ),
            migrations.CreateModel(
                name='DailyReport',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('day', models.DateField()),
                    ('part', models.CharField(blank=True, max_length=24)),
                    ('state', models.CharField(choices=[('reported', 'reported'), ('zero', 'confirmed zero')], max_length=10)),
                    ('concerns', models.PositiveIntegerField(default=0)),
                    ('counts', models.JSONField(default=dict)),
                    ('due_at', models.DateTimeField()),
                    ('first_signed_at', models.DateTimeField()),
                    ('signed_at', models.DateTimeField()),
                    ('version', models.PositiveSmallIntegerField(default=1)),
                    ('late_reason', models.CharField(blank=True, choices=[('lesson', 'in lessons'), ('absent', 'was away'), ('network', 'no network'), ('forgotten', 'forgotten')], max_length=10)),
                    ('class_group', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='daily_reports', to='schools.classgroup')),
                    ('signed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='daily_reports', to='schools.unit')),
                    ('scheme', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reports.reportingscheme')),
                ],
                options={
                    'ordering': ['-day', 'pk'],
                },
            ),
            migrations.CreateModel(
                name='ReportQuestion',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('words', models.CharField(max_length=60)),
                    ('kind', models.CharField(choices=[('yes_no', 'yes or no'), ('number', 'a number'), ('choice', 'one of several'), ('text', 'a short text')], max_length=10)),
                    ('options', models.JSONField(blank=True, default=list)),
                    ('asks', models.CharField(choices=[('class', 'each class'), ('school', 'each school')], default='class', max_length=10)),
                    ('is_required', models.BooleanField(default=False)),
                    ('starts_on', models.DateField(verbose_name='from')),
                    ('ends_on', models.DateField(blank=True, null=True, verbose_name='until')),
                    ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('unit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='report_questions', to='schools.unit')),
                ],
                options={
                    'ordering': ['unit__path', 'starts_on', 'pk'],
                },
            ),
            migrations.CreateModel(
                name='ReportVersion',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('number', models.PositiveSmallIntegerField()),
                    ('state', models.CharField(choices=[('reported', 'reported'), ('zero', 'confirmed zero')], max_length=10)),
                    ('concerns', models.PositiveIntegerField()),
                    ('counts', models.JSONField(default=dict)),
                    ('note', schools.common.fields.SealedTextField(verbose_name='note')),
                    ('texts', schools.common.fields.SealedTextField()),
                    ('signed_at', models.DateTimeField()),
                    ('report', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='reports.dailyreport')),
                    ('signed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                ],
                options={
                    'ordering': ['report_id', 'number'],
                },
            ),
            migrations.CreateModel(
                name='StandIn',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('first_on', models.DateField(verbose_name='from')),
                    ('last_on', models.DateField(verbose_name='until')),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('class_group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='stand_ins', to='schools.classgroup')),
                    ('membership', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='schools.membership')),
                ],
                options={
                    'ordering': ['-first_on', 'pk'],
                },
            ),
            migrations.CreateModel(
                name='Summary',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('state', models.CharField(choices=[('draft', 'draft')], default='draft', max_length=10)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('term', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.term')),
                    ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='summaries', to='schools.unit')),
                ],
            ),
            migrations.CreateModel(
                name='SummarySection',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('code', models.CharField(max_length=20)),
                    ('body', schools.common.fields.SealedTextField(verbose_name='text')),
                    ('basis', schools.common.fields.SealedTextField(verbose_name='drafted text')),
                    ('is_publishable', models.BooleanField(default=False)),
                    ('is_drafted', models.BooleanField(default=False)),
                    ('version', models.PositiveIntegerField(default=0)),
                    ('edited_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('edited_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('summary', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sections', to='reports.summary')),
                ],
            ),
            migrations.CreateModel(
                name='Sweep',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('title', models.CharField(max_length=40, verbose_name='title')),
                    ('looks_for', models.TextField(max_length=600, verbose_name='what to look for')),
                    ('groups', models.JSONField(blank=True, default=list)),
                    ('due_on', models.DateField(verbose_name='until')),
                    ('called_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('was_due_on', models.DateField(blank=True, null=True)),
                    ('moved_because', models.CharField(blank=True, max_length=100)),
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
                },
            ),
            migrations.CreateModel(
                name='Barometer',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('dormitory', models.CharField(blank=True, max_length=30)),
                    ('week', models.DateField()),
                    ('asked', models.JSONField(blank=True, default=list)),
                    ('answers', models.JSONField(default=dict)),
                    ('is_worrying', models.BooleanField(default=False)),
                    ('named', schools.common.fields.SealedTextField(verbose_name='whom')),
                    ('words', schools.common.fields.SealedTextField(verbose_name='what a delegate wrote')),
                    ('filed_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('class_group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.classgroup')),
                    ('flag', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='students.riskflag')),
                ],
                options={
                    'ordering': ['-week', 'class_group_id'],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('is_worrying', False)), fields=('class_group', 'dormitory', 'week'), name='one_calm_barometer_a_week')],
                },
            ),
            migrations.CreateModel(
                name='BarometerLink',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('dormitory', models.CharField(blank=True, max_length=30)),
                    ('token_hash', models.CharField(max_length=64, unique=True)),
                    ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('last_on', models.DateField()),
                    ('ended_at', models.DateTimeField(null=True)),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('class_group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='schools.classgroup')),
                ],
                options={
                    'ordering': ['-made_at'],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('class_group', 'dormitory'), name='one_open_barometer_link')],
                },
            ),
            migrations.CreateModel(
                name='ReportException',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('part', models.CharField(blank=True, max_length=24)),
                    ('day', models.DateField()),
                    ('until', models.DateTimeField()),
                    ('reason', schools.common.fields.SealedTextField(verbose_name='reason')),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('class_group', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='schools.classgroup')),
                    ('unit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='schools.unit')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(condition=models.Q(('class_group__isnull', False)), fields=('class_group', 'day'), name='one_exception_of_a_class'), models.UniqueConstraint(condition=models.Q(('class_group__isnull', True)), fields=('unit', 'part', 'day'), name='one_exception_of_a_unit')],
                },
            ),
            migrations.AddConstraint(
                model_name='reportingscheme',
                constraint=models.CheckConstraint(condition=models.Q(('ends_on', None), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='scheme_ends_after_it_starts'),
            ),
            migrations.AddConstraint(
                model_name='reportingscheme',
                constraint=models.CheckConstraint(condition=models.Q(('weekday__lte', 6)), name='scheme_has_a_weekday'),
            ),
            migrations.AddIndex(
                model_name='dailyreport',
                index=models.Index(fields=['unit', 'day'], name='reports_dai_unit_id_2f0632_idx'),
            ),
            migrations.AddIndex(
                model_name='dailyreport',
                index=models.Index(fields=['class_group', 'day'], name='reports_dai_class_g_486e66_idx'),
            ),
            migrations.AddConstraint(
                model_name='dailyreport',
                constraint=models.UniqueConstraint(condition=models.Q(('class_group__isnull', False)), fields=('class_group', 'day'), name='one_report_of_a_class'),
            ),
            migrations.AddConstraint(
                model_name='dailyreport',
                constraint=models.UniqueConstraint(condition=models.Q(('class_group__isnull', True)), fields=('unit', 'part', 'day'), name='one_report_of_a_unit'),
            ),
            migrations.AddConstraint(
                model_name='dailyreport',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('concerns__gt', 0), ('state', 'reported')), models.Q(('concerns', 0), ('state', 'zero')), _connector='OR'), name='report_is_zero_or_counts_somebody'),
            ),
            migrations.AddConstraint(
                model_name='reportquestion',
                constraint=models.CheckConstraint(condition=models.Q(('ends_on', None), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='question_ends_after_it_starts'),
            ),
            migrations.AddConstraint(
                model_name='reportversion',
                constraint=models.UniqueConstraint(fields=('report', 'number'), name='one_version_per_number'),
            ),
            migrations.AddConstraint(
                model_name='standin',
                constraint=models.CheckConstraint(condition=models.Q(('last_on__gte', models.F('first_on'))), name='stand_in_ends_after_it_begins'),
            ),
            migrations.AddConstraint(
                model_name='summary',
                constraint=models.UniqueConstraint(fields=('unit', 'term'), name='one_summary_per_term'),
            ),
            migrations.AddConstraint(
                model_name='summarysection',
                constraint=models.UniqueConstraint(fields=('summary', 'code'), name='one_text_per_section'),
            ),
            migrations.AddIndex(
                model_name='sweepnote',
                index=models.Index(fields=['sweep', 'class_group'], name='reports_swe_sweep_i_2bd501_idx'),
            ),
            migrations.AddConstraint(
                model_name='sweepnote',
                constraint=models.UniqueConstraint(fields=('sweep', 'student'), name='one_note_of_a_student_in_a_sweep'),
            ),
            migrations.AddConstraint(
                model_name='sweepsignature',
                constraint=models.UniqueConstraint(condition=models.Q(('class_group__isnull', False)), fields=('sweep', 'class_group', 'number'), name='one_sweep_signature_of_a_class_by_number'),
            ),
            migrations.AddConstraint(
                model_name='sweepsignature',
                constraint=models.UniqueConstraint(condition=models.Q(('class_group__isnull', True)), fields=('sweep', 'unit', 'number'), name='one_sweep_signature_of_a_school_by_number'),
            ),
        ]),
    ]
