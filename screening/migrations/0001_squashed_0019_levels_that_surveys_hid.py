"""Brings an empty database to where the migrations that it replaces bring an older one (docs/adr/0020)."""

import django.db.models.deletion
import django.utils.timezone
import schools.common.fields
import schools.common.ids
import uuid
from django.conf import settings
from django.db import migrations, models

from schools.common.squashed import CreateTables
from screening.migrations._seeds import add_instruments


class Migration(migrations.Migration):

    replaces = [
        ('screening', '0001_initial'),
        ('screening', '0002_shipped'),
        ('screening', '0003_screening'),
        ('screening', '0004_consent_links'),
        ('screening', '0005_paper'),
        ('screening', '0006_later_stages'),
        ('screening', '0007_reliable_change'),
        ('screening', '0008_anonymous'),
        ('screening', '0009_planned_talks'),
        ('screening', '0010_consent_versions'),
        ('screening', '0011_staff_surveys'),
        ('screening', '0012_center_rounds'),
        ('screening', '0013_phq4'),
        ('screening', '0014_replaced_results'),
        ('screening', '0015_slips_that_wait'),
        ('screening', '0016_source_of_change'),
        ('screening', '0017_answer_counts'),
        ('screening', '0018_guesses_at_slips'),
        ('screening', '0019_levels_that_surveys_hid'),
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
                name='Response',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('submission', models.UUIDField()),
                    ('answers', schools.common.fields.SealedTextField()),
                    ('seconds', models.PositiveIntegerField(default=0)),
                    ('at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('attention', models.PositiveSmallIntegerField(default=0)),
                    ('is_valid', models.BooleanField(default=True)),
                ],
                options={
                    'ordering': ['-at', '-pk'],
                },
            ),
            migrations.CreateModel(
                name='CenterRound',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('title', models.CharField(max_length=60, verbose_name='name of the survey, as students read it')),
                    ('grades', models.JSONField()),
                    ('first_on', models.DateField(verbose_name='not before')),
                    ('last_on', models.DateField(verbose_name='not after')),
                    ('due_on', models.DateField(verbose_name='schools sign until')),
                    ('notice', models.TextField(verbose_name='what students read before they begin')),
                    ('consent', models.TextField(verbose_name='what is agreed to')),
                    ('asks_guardian_too', models.BooleanField(default=False, verbose_name="from 14 on also the guardian's consent")),
                    ('is_anonymous', models.BooleanField(default=False, verbose_name='anonymous')),
                    ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('ended_at', models.DateTimeField(blank=True, null=True)),
                    ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.unit')),
                ],
                options={
                    'ordering': ['-first_on', '-pk'],
                },
            ),
            migrations.CreateModel(
                name='ConsentText',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('purpose', models.CharField(choices=[('screening', 'questions about how a student is, which are scored'), ('survey', 'questions about daily life and wishes, which are not scored')], default='screening', max_length=9)),
                    ('version', models.PositiveSmallIntegerField()),
                    ('is_anonymous', models.BooleanField(default=False)),
                    ('body', models.TextField(verbose_name='what is agreed to')),
                    ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.unit')),
                ],
                options={
                    'ordering': ['-version'],
                },
            ),
            migrations.CreateModel(
                name='Consent',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('who', models.CharField(choices=[('guardian', 'guardian'), ('student', 'student')], max_length=8)),
                    ('is_given', models.BooleanField()),
                    ('channel', models.CharField(choices=[('paper', 'signed paper, recorded by the school'), ('link', "the guardian's own link"), ('screen', 'on the screen, before the first question')], max_length=6)),
                    ('at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('guardian', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='students.guardian')),
                    ('student', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consents', to='students.student')),
                    ('text', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='screening.consenttext')),
                ],
                options={
                    'ordering': ['at', 'pk'],
                },
            ),
            migrations.CreateModel(
                name='Instrument',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('code', models.CharField(max_length=30)),
                    ('version', models.CharField(max_length=20)),
                    ('kind', models.CharField(choices=[('scale', 'scale'), ('survey', 'survey')], max_length=6)),
                    ('name_zh', models.CharField(max_length=120)),
                    ('name_en', models.CharField(blank=True, max_length=120)),
                    ('licence', models.CharField(choices=[('free', 'free to reproduce'), ('notice', 'free with a notice'), ('conditional', 'free under conditions'), ('import', 'needs a licence of your own'), ('own', 'made here')], max_length=11)),
                    ('definition', models.JSONField()),
                    ('digest', models.CharField(max_length=64)),
                    ('state', models.CharField(choices=[('draft', 'draft'), ('ready', 'ready'), ('retired', 'no longer offered')], default='ready', max_length=7)),
                    ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('made_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('unit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.unit')),
                ],
                options={
                    'ordering': ['name_zh', 'pk'],
                },
            ),
            migrations.CreateModel(
                name='CenterRoundPart',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('position', models.PositiveSmallIntegerField()),
                    ('center_round', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='parts', to='screening.centerround')),
                    ('instrument', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='screening.instrument')),
                ],
                options={
                    'ordering': ['position'],
                },
            ),
            migrations.CreateModel(
                name='PlannedTalk',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('at', models.DateTimeField()),
                    ('state', models.CharField(choices=[('planned', 'planned'), ('missed', 'did not come'), ('moved', 'moved')], default='planned', max_length=7)),
                    ('planned_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('flag', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='students.riskflag')),
                    ('planned_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.unit')),
                ],
                options={
                    'ordering': ['planned_at', 'pk'],
                },
            ),
            migrations.CreateModel(
                name='Result',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('position', models.PositiveSmallIntegerField(default=0)),
                    ('attention', models.PositiveSmallIntegerField(default=0)),
                    ('is_valid', models.BooleanField(default=True)),
                    ('doubts', models.JSONField(blank=True, default=list)),
                    ('instrument', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='screening.instrument')),
                    ('response', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='results', to='screening.response')),
                ],
                options={
                    'ordering': ['position'],
                },
            ),
            migrations.CreateModel(
                name='ReplacedResult',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('attention', models.PositiveSmallIntegerField()),
                    ('is_valid', models.BooleanField()),
                    ('doubts', models.JSONField(blank=True, default=list)),
                    ('scales', models.JSONField(default=list)),
                    ('at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('instrument', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='screening.instrument')),
                    ('result', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='replaced', to='screening.result')),
                ],
                options={
                    'ordering': ['at', 'pk'],
                },
            ),
            migrations.CreateModel(
                name='Round',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('title', models.CharField(max_length=60, verbose_name='name of the survey, as students read it')),
                    ('state', models.CharField(choices=[('planned', 'being prepared'), ('open', 'running'), ('closed', 'closed')], default='planned', max_length=7)),
                    ('opens_on', models.DateField(verbose_name='first day')),
                    ('closes_on', models.DateField(verbose_name='last day')),
                    ('make_up_until', models.DateField(blank=True, null=True, verbose_name='make-up until')),
                    ('opens_at', models.TimeField(verbose_name='from')),
                    ('closes_at', models.TimeField(verbose_name='until')),
                    ('notice', models.TextField(verbose_name='what students read before they begin')),
                    ('asks_guardian_too', models.BooleanField(default=False, verbose_name="from 14 on also the guardian's consent")),
                    ('where_to_talk', models.TextField(verbose_name='where a student finds somebody to talk to')),
                    ('after_critical', models.TextField(verbose_name='what a student reads whose answer calls somebody')),
                    ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('closed_at', models.DateTimeField(blank=True, null=True)),
                    ('kind', models.CharField(choices=[('first', 'screening'), ('retest', 'asked again'), ('second', 'second stage')], default='first', max_length=6)),
                    ('is_quiet', models.BooleanField(default=False)),
                    ('is_anonymous', models.BooleanField(default=False, verbose_name='anonymous')),
                    ('shows_results', models.BooleanField(default=False, verbose_name='students read what their answers say')),
                    ('after', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='screening.round')),
                    ('center_round', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='rounds', to='screening.centerround')),
                    ('consent_text', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='screening.consenttext')),
                    ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('responsible', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.unit')),
                ],
                options={
                    'ordering': ['-opens_on', '-pk'],
                },
            ),
            migrations.CreateModel(
                name='ConsentLink',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('issue', models.PositiveSmallIntegerField(default=1)),
                    ('code_hash', models.CharField(max_length=64, unique=True)),
                    ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('wrong_pins', models.PositiveSmallIntegerField(default=0)),
                    ('wrong_pin_at', models.DateTimeField(blank=True, null=True)),
                    ('wrong_in_all', models.PositiveSmallIntegerField(default=0)),
                    ('guardian', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='students.guardian')),
                    ('student', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='students.student')),
                    ('round', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='links', to='screening.round')),
                ],
                options={
                    'ordering': ['guardian__position', 'pk'],
                },
            ),
            migrations.CreateModel(
                name='AnswerCounts',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('sheets', models.PositiveIntegerField()),
                    ('last_at', models.DateTimeField(null=True)),
                    ('counts', schools.common.fields.SealedTextField()),
                    ('round', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='answer_counts', to='screening.round')),
                ],
            ),
            migrations.CreateModel(
                name='AnonymousSheet',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('answers', schools.common.fields.SealedTextField()),
                    ('round', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sheets', to='screening.round')),
                ],
                options={
                    'ordering': ['pk'],
                },
            ),
            migrations.CreateModel(
                name='RoundClass',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('code_hash', models.CharField(max_length=64, unique=True)),
                    ('extended_until', models.DateField(blank=True, null=True, verbose_name='longer for this class, until')),
                    ('class_group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.classgroup')),
                    ('round', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='classes', to='screening.round')),
                ],
                options={
                    'ordering': ['class_group__stage', '-class_group__entry_year', 'class_group__prefix', 'class_group__number'],
                },
            ),
            migrations.CreateModel(
                name='RoundInstrument',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('position', models.PositiveSmallIntegerField()),
                    ('instrument', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='screening.instrument')),
                    ('round', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='parts', to='screening.round')),
                ],
                options={
                    'ordering': ['position'],
                },
            ),
            migrations.CreateModel(
                name='ScaleResult',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('scale', models.CharField(max_length=40)),
                    ('position', models.PositiveSmallIntegerField(default=0)),
                    ('raw', models.IntegerField(null=True)),
                    ('score', models.FloatField(null=True)),
                    ('band', models.CharField(blank=True, max_length=40)),
                    ('attention', models.PositiveSmallIntegerField(null=True)),
                    ('is_valid', models.BooleanField(default=True)),
                    ('result', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='scales', to='screening.result')),
                ],
                options={
                    'ordering': ['position'],
                },
            ),
            migrations.CreateModel(
                name='Slip',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('issue', models.PositiveSmallIntegerField(default=1)),
                    ('code_hash', models.CharField(max_length=64, unique=True)),
                    ('revoked_at', models.DateTimeField(blank=True, null=True)),
                    ('started_at', models.DateTimeField(blank=True, null=True)),
                    ('finished_at', models.DateTimeField(blank=True, null=True)),
                    ('absent_on', models.DateField(blank=True, null=True)),
                    ('wrong_pins', models.PositiveSmallIntegerField(default=0)),
                    ('wrong_pin_at', models.DateTimeField(blank=True, null=True)),
                    ('wrong_in_all', models.PositiveSmallIntegerField(default=0)),
                    ('class_group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.classgroup')),
                    ('flag', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='students.riskflag')),
                    ('round', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='slips', to='screening.round')),
                    ('student', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='slips', to='students.student')),
                ],
                options={
                    'ordering': ['student__student_number', 'student__name', 'pk'],
                },
            ),
            migrations.CreateModel(
                name='SavedAnswers',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('client_id', models.UUIDField()),
                    ('answers', schools.common.fields.SealedTextField()),
                    ('seconds', models.PositiveIntegerField(default=0)),
                    ('at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('slip', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='saved', to='screening.slip')),
                ],
                options={
                    'ordering': ['at', 'pk'],
                },
            ),
            migrations.AddField(
                model_name='response',
                name='slip',
                field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='response', to='screening.slip'),
            ),
            migrations.CreateModel(
                name='PaperEntry',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('number', models.PositiveSmallIntegerField()),
                    ('answers', schools.common.fields.SealedTextField()),
                    ('at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('slip', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='papers', to='screening.slip')),
                ],
                options={
                    'ordering': ['number'],
                },
            ),
            migrations.CreateModel(
                name='CriticalAnswer',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('item', models.PositiveSmallIntegerField()),
                    ('value', schools.common.fields.SealedTextField()),
                    ('at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('instrument', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='screening.instrument')),
                    ('slip', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='critical', to='screening.slip')),
                ],
                options={
                    'ordering': ['at', 'pk'],
                },
            ),
            migrations.CreateModel(
                name='StaffSurvey',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('title', models.CharField(max_length=60, verbose_name='title')),
                    ('notice', models.TextField(verbose_name='what people read before they begin')),
                    ('closes_on', models.DateField(verbose_name='last day')),
                    ('is_anonymous', models.BooleanField(default=False, verbose_name='anonymous')),
                    ('state', models.CharField(choices=[('open', 'running'), ('closed', 'closed')], default='open', max_length=6)),
                    ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('instrument', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='screening.instrument')),
                    ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.unit')),
                ],
                options={
                    'ordering': ['-made_at', '-pk'],
                },
            ),
            migrations.CreateModel(
                name='StaffSheet',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('group', models.CharField(max_length=120)),
                    ('answers', schools.common.fields.SealedTextField()),
                    ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('survey', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sheets', to='screening.staffsurvey')),
                ],
                options={
                    'ordering': ['pk'],
                },
            ),
            migrations.CreateModel(
                name='StaffAsked',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('group', models.CharField(max_length=120)),
                    ('answered_on', models.DateField(blank=True, null=True)),
                    ('membership', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('survey', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='asked', to='screening.staffsurvey')),
                ],
                options={
                    'ordering': ['membership__person__name', 'pk'],
                },
            ),
            migrations.CreateModel(
                name='TextPack',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('language', models.CharField(choices=[('zh', 'Chinese'), ('en', 'English')], max_length=2)),
                    ('text', models.JSONField()),
                    ('holder', models.CharField(max_length=120, verbose_name='who holds the licence')),
                    ('evidence', models.CharField(max_length=300, verbose_name='what proves it')),
                    ('attested_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('replaced_at', models.DateTimeField(blank=True, null=True)),
                    ('attested_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('instrument', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='packs', to='screening.instrument')),
                    ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.unit')),
                ],
                options={
                    'ordering': ['-attested_at', '-pk'],
                },
            ),
            migrations.AddConstraint(
                model_name='centerround',
                constraint=models.CheckConstraint(condition=models.Q(('last_on__gte', models.F('first_on'))), name='center_round_has_days'),
            ),
            migrations.AddConstraint(
                model_name='consenttext',
                constraint=models.UniqueConstraint(fields=('unit', 'purpose', 'version'), name='one_consent_text_per_version'),
            ),
            migrations.AddIndex(
                model_name='consent',
                index=models.Index(fields=['text', 'student'], name='screening_c_text_id_cd99a2_idx'),
            ),
            migrations.AddConstraint(
                model_name='instrument',
                constraint=models.UniqueConstraint(fields=('unit', 'code', 'version'), name='one_instrument_per_version'),
            ),
            migrations.AddConstraint(
                model_name='instrument',
                constraint=models.UniqueConstraint(condition=models.Q(('unit', None)), fields=('code', 'version'), name='one_shipped_instrument_per_version'),
            ),
            migrations.AddConstraint(
                model_name='centerroundpart',
                constraint=models.UniqueConstraint(fields=('center_round', 'instrument'), name='an_instrument_once_in_a_center_round'),
            ),
            migrations.AddConstraint(
                model_name='plannedtalk',
                constraint=models.UniqueConstraint(condition=models.Q(('state', 'planned')), fields=('flag',), name='one_planned_talk_per_flag'),
            ),
            migrations.AddConstraint(
                model_name='result',
                constraint=models.UniqueConstraint(fields=('response', 'instrument'), name='one_result_per_instrument'),
            ),
            migrations.AddIndex(
                model_name='round',
                index=models.Index(fields=['school', 'state'], name='screening_r_school__33f562_idx'),
            ),
            migrations.AddConstraint(
                model_name='round',
                constraint=models.CheckConstraint(condition=models.Q(('closes_on__gte', models.F('opens_on'))), name='round_ends_after_it_begins'),
            ),
            migrations.AddConstraint(
                model_name='round',
                constraint=models.CheckConstraint(condition=models.Q(('closes_at__gt', models.F('opens_at'))), name='round_hours_have_a_length'),
            ),
            migrations.AddConstraint(
                model_name='round',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('after', None), ('kind', 'first')), models.Q(('after__isnull', False), ('is_quiet', True), models.Q(('kind', 'first'), _negated=True)), _connector='OR'), name='later_stages_are_quiet'),
            ),
            migrations.AddConstraint(
                model_name='round',
                constraint=models.UniqueConstraint(condition=models.Q(('center_round__isnull', False)), fields=('center_round', 'school'), name='a_school_takes_a_center_round_up_once'),
            ),
            migrations.AddConstraint(
                model_name='round',
                constraint=models.CheckConstraint(condition=models.Q(('is_anonymous', False), models.Q(('after', None), ('shows_results', False)), _connector='OR'), name='anonymous_rounds_name_nobody'),
            ),
            migrations.AddIndex(
                model_name='consentlink',
                index=models.Index(fields=['round', 'student'], name='screening_c_round_i_b9111d_idx'),
            ),
            migrations.AddConstraint(
                model_name='consentlink',
                constraint=models.UniqueConstraint(fields=('round', 'guardian'), name='one_link_per_guardian_and_round'),
            ),
            migrations.AddConstraint(
                model_name='roundclass',
                constraint=models.UniqueConstraint(fields=('round', 'class_group'), name='a_class_once_in_a_round'),
            ),
            migrations.AddConstraint(
                model_name='roundinstrument',
                constraint=models.UniqueConstraint(fields=('round', 'instrument'), name='an_instrument_once_in_a_round'),
            ),
            migrations.AddConstraint(
                model_name='scaleresult',
                constraint=models.UniqueConstraint(fields=('result', 'scale'), name='one_score_per_scale'),
            ),
            migrations.AddIndex(
                model_name='slip',
                index=models.Index(fields=['round', 'class_group'], name='screening_s_round_i_636017_idx'),
            ),
            migrations.AddIndex(
                model_name='slip',
                index=models.Index(fields=['flag'], name='screening_s_flag_id_8e1030_idx'),
            ),
            migrations.AddIndex(
                model_name='slip',
                index=models.Index(condition=models.Q(('finished_at', None), ('revoked_at', None)), fields=['round'], name='slip_is_out'),
            ),
            migrations.AddIndex(
                model_name='slip',
                index=models.Index(condition=models.Q(('flag__isnull', False)), fields=['round'], name='slip_has_called'),
            ),
            migrations.AddConstraint(
                model_name='slip',
                constraint=models.UniqueConstraint(fields=('round', 'student'), name='one_slip_per_student_and_round'),
            ),
            migrations.AddConstraint(
                model_name='savedanswers',
                constraint=models.UniqueConstraint(fields=('slip', 'client_id'), name='answers_saved_once'),
            ),
            migrations.AddConstraint(
                model_name='response',
                constraint=models.CheckConstraint(condition=models.Q(('attention__range', (0, 4))), name='attention_from_0_to_4'),
            ),
            migrations.AddConstraint(
                model_name='paperentry',
                constraint=models.UniqueConstraint(fields=('slip', 'number'), name='a_paper_is_read_once_by_each'),
            ),
            migrations.AddConstraint(
                model_name='paperentry',
                constraint=models.CheckConstraint(condition=models.Q(('number__in', [1, 2])), name='a_paper_is_read_twice'),
            ),
            migrations.AddConstraint(
                model_name='criticalanswer',
                constraint=models.UniqueConstraint(fields=('slip', 'instrument', 'item'), name='a_critical_answer_calls_once'),
            ),
            migrations.AddIndex(
                model_name='staffsurvey',
                index=models.Index(fields=['unit', 'state'], name='screening_s_unit_id_e382a5_idx'),
            ),
            migrations.AddConstraint(
                model_name='staffsheet',
                constraint=models.UniqueConstraint(condition=models.Q(('by', None), _negated=True), fields=('survey', 'by'), name='one_sheet_per_named_person'),
            ),
            migrations.AddConstraint(
                model_name='staffasked',
                constraint=models.UniqueConstraint(fields=('survey', 'membership'), name='staff_are_asked_once'),
            ),
            migrations.AddConstraint(
                model_name='textpack',
                constraint=models.UniqueConstraint(condition=models.Q(('replaced_at', None)), fields=('instrument', 'unit', 'language'), name='one_text_pack_per_language'),
            ),
        ]),
        migrations.RunPython(add_instruments, migrations.RunPython.noop),
    ]
