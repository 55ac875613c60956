"""Brings an empty database to where the migrations that it replaces bring an older one (docs/adr/0020)."""

import django.db.models.deletion
import django.utils.timezone
import schools.common.fields
import schools.common.ids
import uuid
from django.conf import settings
from django.db import migrations, models

from schools.migrations._seeds import seed
from schools.common.squashed import CreateTables


class Migration(migrations.Migration):

    replaces = [
        ('schools', '0001_initial'),
        ('schools', '0002_unit_kinds'),
        ('schools', '0003_audit_of_unit_by_time'),
        ('schools', '0004_tallies'),
        ('schools', '0005_notices'),
        ('schools', '0006_registers'),
        ('schools', '0007_first_anchor'),
        ('schools', '0008_count_every_unit'),
        ('schools', '0009_factor_secrets'),
        ('schools', '0010_on_duty'),
        ('schools', '0011_rooms'),
        ('schools', '0012_channels'),
        ('schools', '0013_reminders'),
        ('schools', '0014_heartbeats'),
        ('schools', '0015_reminder_steps'),
        ('schools', '0016_reminder_channels'),
        ('schools', '0017_certificate_levels'),
        ('schools', '0018_closed_classes'),
        ('schools', '0019_heads_of_colleges'),
        ('schools', '0020_tally_in_all'),
        ('schools', '0021_reminders_of_an_hour'),
    ]

    initial = True

    dependencies = [
    ]

    operations = [
        CreateTables([
            migrations.CreateModel(
                name='Person',
                fields=[
                    ('password', models.CharField(max_length=128, verbose_name='password')),
                    ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('staff_number', models.CharField(max_length=32, unique=True, verbose_name='staff number')),
                    ('name', models.CharField(max_length=40, verbose_name='name')),
                    ('phone', schools.common.fields.SealedTextField()),
                    ('phone_hash', models.CharField(editable=False, max_length=64, null=True, unique=True)),
                    ('is_active', models.BooleanField(default=True)),
                    ('must_change_password', models.BooleanField(default=False)),
                    ('session_epoch', models.PositiveIntegerField(default=0)),
                    ('language', models.CharField(blank=True, max_length=8)),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='AuditChain',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('scope', models.CharField(max_length=20, unique=True)),
                    ('length', models.PositiveBigIntegerField(default=0)),
                    ('head', models.CharField(blank=True, max_length=64)),
                    ('seal', models.CharField(blank=True, max_length=64)),
                ],
            ),
            migrations.CreateModel(
                name='CertificateLevel',
                fields=[
                    ('label_zh', models.CharField(max_length=60)),
                    ('label_en', models.CharField(blank=True, max_length=60)),
                    ('code', models.CharField(max_length=20, primary_key=True, serialize=False)),
                    ('kind', models.CharField(max_length=20)),
                    ('kind_zh', models.CharField(max_length=60)),
                    ('kind_en', models.CharField(blank=True, max_length=60)),
                    ('rank', models.PositiveSmallIntegerField(default=1)),
                    ('position', models.PositiveSmallIntegerField(default=0)),
                    ('wanted_from', models.JSONField(blank=True, default=list)),
                ],
                options={
                    'ordering': ['position', 'code'],
                },
            ),
            migrations.CreateModel(
                name='ClassGroup',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('stage', models.CharField(choices=[('primary', 'primary'), ('junior', 'junior secondary'), ('senior', 'senior secondary'), ('vocational', 'vocational'), ('special', 'special education'), ('university', 'university')], max_length=10)),
                    ('entry_year', models.PositiveSmallIntegerField()),
                    ('number', models.PositiveSmallIntegerField()),
                    ('prefix', models.CharField(blank=True, help_text="a department's short name, as in 计科2101", max_length=20)),
                    ('closed_on', models.DateField(blank=True, help_text='by hand, from this day on', null=True)),
                ],
                options={
                    'ordering': ['stage', '-entry_year', 'prefix', 'number'],
                },
            ),
            migrations.CreateModel(
                name='Heartbeat',
                fields=[
                    ('name', models.CharField(max_length=20, primary_key=True, serialize=False)),
                    ('at', models.DateTimeField()),
                ],
            ),
            migrations.CreateModel(
                name='Unit',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('code', models.CharField(max_length=20, unique=True)),
                    ('path', models.CharField(max_length=200, unique=True)),
                    ('name', models.CharField(max_length=80)),
                    ('short_name', models.CharField(blank=True, max_length=20)),
                    ('school_type', models.CharField(blank=True, max_length=3)),
                    ('stages', models.JSONField(blank=True, default=list)),
                    ('system', models.CharField(blank=True, choices=[('63', 'six-three'), ('54', 'five-four')], max_length=2)),
                    ('has_boarders', models.BooleanField(default=False)),
                    ('is_demo', models.BooleanField(default=False)),
                    ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='schools.unit')),
                ],
                options={
                    'ordering': ['path'],
                },
            ),
            migrations.CreateModel(
                name='UnitKind',
                fields=[
                    ('label_zh', models.CharField(max_length=60)),
                    ('label_en', models.CharField(blank=True, max_length=60)),
                    ('code', models.CharField(max_length=20, primary_key=True, serialize=False)),
                    ('rank', models.PositiveSmallIntegerField(help_text='0 is the top')),
                    ('is_school', models.BooleanField(default=False)),
                ],
                options={
                    'ordering': ['rank'],
                },
            ),
            migrations.CreateModel(
                name='ChannelChoice',
                fields=[
                    ('person', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='channel_choice', serialize=False, to=settings.AUTH_USER_MODEL)),
                    ('mail', models.BooleanField(default=False)),
                    ('sms', models.BooleanField(default=True)),
                    ('quiet_from', models.TimeField(blank=True, null=True)),
                    ('quiet_until', models.TimeField(blank=True, null=True)),
                    ('digest', models.BooleanField(default=True)),
                    ('mail_address', schools.common.fields.SealedTextField(verbose_name='mail address')),
                ],
            ),
            migrations.CreateModel(
                name='Membership',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('role', models.CharField(choices=[('class_teacher', 'class teacher'), ('subject_teacher', 'subject teacher'), ('grade_head', 'grade head'), ('counselor', 'counselor'), ('school_leader', 'school leader'), ('center_staff', 'center staff'), ('system_admin', 'system administrator'), ('auditor', 'auditor')], max_length=16, verbose_name='role')),
                    ('title', models.CharField(blank=True, max_length=30, verbose_name='title')),
                    ('employment', models.CharField(choices=[('full_time', 'full-time'), ('part_time', 'part-time'), ('visiting', 'visiting')], default='full_time', max_length=10, verbose_name='employment')),
                    ('starts_on', models.DateField(default=django.utils.timezone.localdate, verbose_name='from')),
                    ('ends_on', models.DateField(blank=True, null=True, verbose_name='until')),
                    ('cohort_stage', models.CharField(blank=True, choices=[('primary', 'primary'), ('junior', 'junior secondary'), ('senior', 'senior secondary'), ('vocational', 'vocational'), ('special', 'special education'), ('university', 'university')], max_length=10)),
                    ('cohort_year', models.PositiveSmallIntegerField(blank=True, null=True)),
                    ('backup', models.ForeignKey(blank=True, help_text='who steps in', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='schools.membership')),
                    ('classes', models.ManyToManyField(blank=True, related_name='memberships', to='schools.classgroup')),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                    ('department', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.unit')),
                    ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='schools.unit')),
                ],
                options={
                    'ordering': ['unit_id', 'role', 'id'],
                },
            ),
            migrations.CreateModel(
                name='Notice',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('kind', models.CharField(max_length=40)),
                    ('urgency', models.PositiveSmallIntegerField(choices=[(0, 'for your information'), (1, 'to do'), (2, 'urgent')], default=1)),
                    ('subject_type', models.CharField(blank=True, max_length=60)),
                    ('subject_id', models.UUIDField(default=uuid.UUID('00000000-0000-0000-0000-000000000000'))),
                    ('url', models.CharField(blank=True, max_length=200)),
                    ('occasion', models.CharField(blank=True, max_length=60)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('due_at', models.DateTimeField(null=True)),
                    ('answer_by', models.DateTimeField(null=True)),
                    ('read_at', models.DateTimeField(null=True)),
                    ('acknowledged_at', models.DateTimeField(null=True)),
                    ('over_at', models.DateTimeField(null=True)),
                    ('withdrawn_at', models.DateTimeField(null=True)),
                    ('membership', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.unit')),
                ],
                options={
                    'ordering': ['-created_at', '-pk'],
                },
            ),
            migrations.CreateModel(
                name='Pulse',
                fields=[
                    ('unit', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='schools.unit')),
                    ('beats', models.PositiveIntegerField(default=0)),
                ],
            ),
            migrations.CreateModel(
                name='Duty',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('label_zh', models.CharField(max_length=60)),
                    ('label_en', models.CharField(blank=True, max_length=60)),
                    ('term_code', models.CharField(max_length=11)),
                    ('role', models.CharField(choices=[('class_teacher', 'class teacher'), ('subject_teacher', 'subject teacher'), ('grade_head', 'grade head'), ('counselor', 'counselor'), ('school_leader', 'school leader'), ('center_staff', 'center staff'), ('system_admin', 'system administrator'), ('auditor', 'auditor')], max_length=16)),
                    ('kind', models.CharField(choices=[('talk_every_student', 'a talk with every student')], max_length=30)),
                    ('due_on', models.DateField()),
                    ('unit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='duties', to='schools.unit')),
                ],
            ),
            migrations.CreateModel(
                name='CounselingRoom',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('revision', models.PositiveIntegerField(default=1)),
                    ('confirmed_at', models.DateTimeField(editable=False, null=True)),
                    ('name', models.CharField(max_length=60, verbose_name='room')),
                    ('place', models.CharField(blank=True, max_length=80, verbose_name='where')),
                    ('square_metres', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='square metres')),
                    ('zones', models.CharField(blank=True, max_length=120, verbose_name='zones')),
                    ('open_days', models.CharField(blank=True, max_length=60, verbose_name='open on')),
                    ('opens_at', models.TimeField(blank=True, null=True, verbose_name='opens at')),
                    ('closes_at', models.TimeField(blank=True, null=True, verbose_name='closes at')),
                    ('rating', models.CharField(blank=True, choices=[('excellent', 'excellent'), ('standard', 'up to standard'), ('below', 'not yet up to standard')], max_length=10, verbose_name='rating')),
                    ('confirmed_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('in_charge', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='in charge')),
                    ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.unit')),
                ],
            ),
            migrations.AddField(
                model_name='classgroup',
                name='department',
                field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.unit'),
            ),
            migrations.AddField(
                model_name='classgroup',
                name='school',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='class_groups', to='schools.unit'),
            ),
            migrations.CreateModel(
                name='Channel',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('kind', models.CharField(choices=[('mail', 'mail to the person'), ('sms', 'text message to the person'), ('wecom', 'robot of a WeCom group'), ('dingtalk', 'robot of a DingTalk group'), ('feishu', 'robot of a Feishu group')], max_length=10)),
                    ('target', schools.common.fields.SealedTextField(verbose_name='where to')),
                    ('is_on', models.BooleanField(default=True, verbose_name='in use')),
                    ('unit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='channels', to='schools.unit')),
                ],
            ),
            migrations.CreateModel(
                name='Certificate',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('revision', models.PositiveIntegerField(default=1)),
                    ('confirmed_at', models.DateTimeField(editable=False, null=True)),
                    ('number', models.CharField(blank=True, max_length=60, verbose_name='certificate number')),
                    ('issuer', models.CharField(blank=True, max_length=80, verbose_name='issuer')),
                    ('issued_on', models.DateField(verbose_name='issued on')),
                    ('expires_on', models.DateField(blank=True, null=True, verbose_name='valid until')),
                    ('run', models.CharField(blank=True, max_length=40, verbose_name='run')),
                    ('confirmed_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('holder', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='certificates', to=settings.AUTH_USER_MODEL, verbose_name='holder')),
                    ('level', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.certificatelevel', verbose_name='level')),
                    ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.unit')),
                ],
            ),
            migrations.CreateModel(
                name='CalendarDay',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('day', models.DateField()),
                    ('is_school_day', models.BooleanField()),
                    ('note', models.CharField(blank=True, max_length=60)),
                    ('unit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='calendar_days', to='schools.unit')),
                ],
                options={
                    'ordering': ['day'],
                },
            ),
            migrations.CreateModel(
                name='RecordVersion',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('subject_type', models.CharField(max_length=60)),
                    ('subject_id', models.UUIDField()),
                    ('at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('act', models.CharField(choices=[('entered', 'Entered'), ('changed', 'Changed'), ('confirmed', 'Confirmed')], max_length=10)),
                    ('revision', models.PositiveIntegerField()),
                    ('values', models.JSONField(default=dict)),
                    ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                ],
                options={
                    'ordering': ['-at', '-pk'],
                },
            ),
            migrations.CreateModel(
                name='Reminder',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(max_length=40)),
                    ('day', models.DateField()),
                    ('step', models.IntegerField()),
                    ('whom', models.CharField(max_length=10)),
                    ('channel', models.CharField(blank=True, max_length=10)),
                    ('due_at', models.DateTimeField()),
                    ('at', models.DateTimeField()),
                    ('state', models.CharField(choices=[('waiting', 'waiting'), ('sent', 'sent'), ('needless', 'nobody had to be reminded'), ('failed', 'failed')], default='waiting', max_length=10)),
                    ('tries', models.PositiveSmallIntegerField(default=0)),
                    ('error', models.CharField(blank=True, max_length=80)),
                    ('sent_at', models.DateTimeField(null=True)),
                    ('people', models.PositiveIntegerField(default=0)),
                    ('unit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reminders', to='schools.unit')),
                ],
                options={
                    'ordering': ['-at', 'unit_id'],
                },
            ),
            migrations.CreateModel(
                name='TalliedTerm',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('term', models.CharField(max_length=11)),
                    ('starts', models.DateField()),
                    ('ends', models.DateField()),
                    ('counted_at', models.DateTimeField()),
                    ('corrected_at', models.DateTimeField(blank=True, null=True)),
                    ('unit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='schools.unit')),
                ],
            ),
            migrations.CreateModel(
                name='Tally',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('term', models.CharField(max_length=11)),
                    ('figure', models.CharField(max_length=40)),
                    ('split', models.CharField(blank=True, max_length=20)),
                    ('value', models.CharField(blank=True, max_length=40)),
                    ('count', models.PositiveIntegerField()),
                    ('unit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='schools.unit')),
                ],
            ),
            migrations.CreateModel(
                name='TallyMark',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('since', models.DateField(blank=True, null=True)),
                    ('unit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='schools.unit')),
                ],
            ),
            migrations.CreateModel(
                name='Term',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('code', models.CharField(max_length=11)),
                    ('starts', models.DateField()),
                    ('ends', models.DateField()),
                    ('unit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='terms', to='schools.unit')),
                ],
                options={
                    'ordering': ['starts'],
                },
            ),
            migrations.AddField(
                model_name='unit',
                name='kind',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='schools.unitkind'),
            ),
            migrations.CreateModel(
                name='UnitSetting',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('key', models.CharField(max_length=40)),
                    ('value', models.JSONField()),
                    ('unit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='settings', to='schools.unit')),
                ],
            ),
            migrations.CreateModel(
                name='AuditEntry',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('number', models.PositiveBigIntegerField()),
                    ('at', models.DateTimeField()),
                    ('membership_id', models.BigIntegerField(null=True)),
                    ('verb', models.CharField(max_length=40)),
                    ('subject_type', models.CharField(blank=True, max_length=40)),
                    ('subject_id', models.CharField(blank=True, max_length=40)),
                    ('student_id', models.UUIDField(null=True)),
                    ('details', models.JSONField(default=dict)),
                    ('digest', models.CharField(max_length=64)),
                    ('chain', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='schools.auditchain')),
                    ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['chain_id', 'number'],
                    'indexes': [models.Index(fields=['student_id', 'at'], name='audit_of_student'), models.Index(fields=['person', 'at'], name='audit_of_person'), models.Index(fields=['at'], name='audit_by_time'), models.Index(fields=['chain', 'at'], name='audit_of_unit_by_time')],
                    'constraints': [models.UniqueConstraint(fields=('chain', 'number'), name='audit_numbers_do_not_fork')],
                },
            ),
            migrations.CreateModel(
                name='Job',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('kind', models.CharField(max_length=40)),
                    ('params', models.JSONField(default=dict)),
                    ('state', models.CharField(choices=[('queued', 'waiting'), ('running', 'running'), ('done', 'done'), ('failed', 'failed')], default='queued', max_length=8)),
                    ('done', models.PositiveIntegerField(default=0)),
                    ('total', models.PositiveIntegerField(default=0)),
                    ('message', models.CharField(blank=True, max_length=300)),
                    ('cause', models.CharField(blank=True, max_length=120)),
                    ('result', models.JSONField(default=dict)),
                    ('file_name', models.CharField(blank=True, max_length=120)),
                    ('content_type', models.CharField(blank=True, max_length=100)),
                    ('attempts', models.PositiveSmallIntegerField(default=0)),
                    ('leased_until', models.DateTimeField(null=True)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('finished_at', models.DateTimeField(null=True)),
                    ('expires_at', models.DateTimeField(null=True)),
                    ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('membership', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                ],
                options={
                    'ordering': ['-created_at'],
                    'indexes': [models.Index(fields=['state', 'leased_until'], name='schools_job_state_bae68d_idx')],
                },
            ),
            migrations.CreateModel(
                name='Attachment',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('subject_type', models.CharField(max_length=60)),
                    ('subject_id', models.UUIDField()),
                    ('at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('name', schools.common.fields.SealedTextField()),
                    ('content_type', models.CharField(max_length=100)),
                    ('size', models.PositiveIntegerField()),
                    ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                ],
                options={
                    'ordering': ['at', 'pk'],
                    'indexes': [models.Index(fields=['subject_type', 'subject_id'], name='schools_att_subject_e3115d_idx')],
                },
            ),
            migrations.CreateModel(
                name='Delivery',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('once', models.CharField(max_length=200, unique=True)),
                    ('state', models.CharField(choices=[('queued', 'waiting'), ('sent', 'delivered'), ('given_up', 'failed')], default='queued', max_length=8)),
                    ('attempts', models.PositiveSmallIntegerField(default=0)),
                    ('next_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('sent_at', models.DateTimeField(null=True)),
                    ('answer', models.CharField(blank=True, max_length=120)),
                    ('channel', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='schools.channel')),
                    ('notice', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='schools.notice')),
                ],
                options={
                    'ordering': ['-next_at'],
                    'indexes': [models.Index(fields=['state', 'next_at'], name='schools_del_state_e13117_idx')],
                },
            ),
            migrations.CreateModel(
                name='OnDuty',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('weekday', models.PositiveSmallIntegerField(blank=True, null=True)),
                    ('day', models.DateField(blank=True, null=True)),
                    ('position', models.PositiveSmallIntegerField(default=1)),
                    ('membership', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='schools.membership')),
                    ('unit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='schools.unit')),
                ],
                options={
                    'ordering': ['unit_id', 'day', 'weekday', 'position'],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('day__isnull', False), ('weekday', None)), models.Q(('day', None), ('weekday__range', (0, 6))), _connector='OR'), name='on_duty_on_a_weekday_or_a_day')],
                },
            ),
            migrations.AddIndex(
                model_name='notice',
                index=models.Index(fields=['membership', 'over_at', '-created_at'], name='schools_not_members_84984d_idx'),
            ),
            migrations.AddIndex(
                model_name='notice',
                index=models.Index(fields=['subject_type', 'subject_id'], name='schools_not_subject_a02ac4_idx'),
            ),
            migrations.AddIndex(
                model_name='notice',
                index=models.Index(fields=['unit', '-created_at'], name='schools_not_unit_id_ffe278_idx'),
            ),
            migrations.AddIndex(
                model_name='notice',
                index=models.Index(condition=models.Q(('answer_by__isnull', False)), fields=['answer_by'], name='notice_waits_for_an_answer'),
            ),
            migrations.AddConstraint(
                model_name='notice',
                constraint=models.UniqueConstraint(fields=('membership', 'kind', 'subject_type', 'subject_id', 'occasion'), name='notice_calls_once_for_an_occasion'),
            ),
            migrations.AddIndex(
                model_name='membership',
                index=models.Index(fields=['unit', 'role'], name='schools_mem_unit_id_c06ccb_idx'),
            ),
            migrations.AddConstraint(
                model_name='membership',
                constraint=models.CheckConstraint(condition=models.Q(('ends_on', None), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='membership_ends_after_start'),
            ),
            migrations.AddConstraint(
                model_name='membership',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('employment', 'visiting'), _negated=True), models.Q(('ends_on', None), _negated=True), _connector='OR'), name='visiting_membership_has_an_end'),
            ),
            migrations.AddConstraint(
                model_name='duty',
                constraint=models.UniqueConstraint(fields=('unit', 'term_code', 'role', 'kind'), name='one_duty_per_kind'),
            ),
            migrations.AddConstraint(
                model_name='counselingroom',
                constraint=models.UniqueConstraint(fields=('unit', 'name'), name='one_room_of_a_name'),
            ),
            migrations.AddConstraint(
                model_name='counselingroom',
                constraint=models.CheckConstraint(condition=models.Q(('opens_at', None), ('closes_at', None), ('closes_at__gt', models.F('opens_at')), _connector='OR'), name='room_closes_after_it_opens'),
            ),
            migrations.AddConstraint(
                model_name='classgroup',
                constraint=models.UniqueConstraint(fields=('school', 'stage', 'entry_year', 'number', 'prefix'), name='one_class_per_number'),
            ),
            migrations.AddConstraint(
                model_name='channel',
                constraint=models.UniqueConstraint(fields=('unit', 'kind'), name='one_channel_of_a_kind_per_unit'),
            ),
            migrations.AddIndex(
                model_name='certificate',
                index=models.Index(fields=['unit', 'level'], name='schools_cer_unit_id_4e5820_idx'),
            ),
            migrations.AddIndex(
                model_name='certificate',
                index=models.Index(fields=['expires_on'], name='schools_cer_expires_c45ef0_idx'),
            ),
            migrations.AddConstraint(
                model_name='certificate',
                constraint=models.UniqueConstraint(fields=('holder', 'level', 'issued_on', 'number'), name='certificate_once'),
            ),
            migrations.AddConstraint(
                model_name='certificate',
                constraint=models.CheckConstraint(condition=models.Q(('expires_on', None), ('expires_on__gte', models.F('issued_on')), _connector='OR'), name='certificate_lasts'),
            ),
            migrations.AddConstraint(
                model_name='calendarday',
                constraint=models.UniqueConstraint(fields=('unit', 'day'), name='one_rule_per_day'),
            ),
            migrations.AddIndex(
                model_name='recordversion',
                index=models.Index(fields=['subject_type', 'subject_id'], name='schools_rec_subject_cec28a_idx'),
            ),
            migrations.AddIndex(
                model_name='reminder',
                index=models.Index(condition=models.Q(('state', 'waiting')), fields=['at'], name='reminder_waits'),
            ),
            migrations.AddIndex(
                model_name='reminder',
                index=models.Index(fields=['unit', '-at'], name='schools_rem_unit_id_3b2f65_idx'),
            ),
            migrations.AddConstraint(
                model_name='reminder',
                constraint=models.UniqueConstraint(fields=('kind', 'unit', 'day', 'due_at', 'step', 'whom'), name='one_reminder_per_step'),
            ),
            migrations.AddConstraint(
                model_name='talliedterm',
                constraint=models.UniqueConstraint(fields=('unit', 'term'), name='one_tallied_term'),
            ),
            migrations.AddIndex(
                model_name='tally',
                index=models.Index(condition=models.Q(('split', '')), fields=['unit', 'term'], name='tally_in_all'),
            ),
            migrations.AddConstraint(
                model_name='tally',
                constraint=models.UniqueConstraint(fields=('unit', 'term', 'figure', 'split', 'value'), name='one_tally_per_value'),
            ),
            migrations.AddIndex(
                model_name='tallymark',
                index=models.Index(fields=['unit', 'at'], name='schools_tal_unit_id_360641_idx'),
            ),
            migrations.AddConstraint(
                model_name='term',
                constraint=models.UniqueConstraint(fields=('unit', 'code'), name='one_term_per_code'),
            ),
            migrations.AddConstraint(
                model_name='term',
                constraint=models.CheckConstraint(condition=models.Q(('ends__gt', models.F('starts'))), name='term_ends_after_start'),
            ),
            migrations.AddConstraint(
                model_name='unit',
                constraint=models.CheckConstraint(condition=models.Q(('code__contains', '/'), _negated=True), name='unit_code_without_slash'),
            ),
            migrations.AddConstraint(
                model_name='unitsetting',
                constraint=models.UniqueConstraint(fields=('unit', 'key'), name='one_value_per_setting'),
            ),
        ]),
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
