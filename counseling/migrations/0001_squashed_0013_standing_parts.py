"""Brings an empty database to where the migrations that it replaces bring an older one (docs/adr/0020)."""

import django.db.models.deletion
import django.utils.timezone
import schools.common.fields
import schools.common.ids
from django.conf import settings
from django.db import migrations, models

from counseling.migrations._seeds import seed
from schools.common.squashed import CreateTables


class Migration(migrations.Migration):

    replaces = [
        ('counseling', '0001_initial'),
        ('counseling', '0002_talk_options'),
        ('counseling', '0003_text_templates'),
        ('counseling', '0004_default_templates'),
        ('counseling', '0005_sealed_others_present'),
        ('counseling', '0006_last_talks'),
        ('counseling', '0007_flags_of_restricted_talks'),
        ('counseling', '0008_incidents'),
        ('counseling', '0009_safety_plans'),
        ('counseling', '0010_incident_versions'),
        ('counseling', '0011_crisis_free_terms'),
        ('counseling', '0012_incident_barriers'),
        ('counseling', '0013_standing_parts'),
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
                name='Incident',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('submission', models.UUIDField()),
                    ('kind', models.CharField(choices=[('attempt', 'attempted suicide'), ('self_harm', 'self-harm'), ('threat', 'says they will end their life'), ('violence', 'violence, somebody is hurt'), ('missing', 'missing, ran away'), ('confused', 'confused, cannot be reached by words'), ('abuse', 'abused or harmed by somebody'), ('death', 'death or grave injury'), ('other', 'another crisis')], max_length=10, verbose_name='kind of event')),
                    ('happened', schools.common.fields.SealedTextField(verbose_name='what happened')),
                    ('place', schools.common.fields.SealedTextField(verbose_name='where')),
                    ('condition', schools.common.fields.SealedTextField(verbose_name='injuries and condition')),
                    ('cause', schools.common.fields.SealedTextField(verbose_name='first judgement of the cause')),
                    ('known_at', models.DateTimeField()),
                    ('reported_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('acted_at', models.DateTimeField(blank=True, null=True)),
                    ('closed_at', models.DateTimeField(blank=True, null=True)),
                    ('outcome', models.CharField(blank=True, choices=[('safe', 'safe, in care of the school'), ('family', 'handed over to the family'), ('hospital', 'in hospital or outside care'), ('police', 'with the police or an authority'), ('died', 'death'), ('false', 'no crisis')], max_length=10)),
                    ('lessons', schools.common.fields.SealedTextField(verbose_name='what was learned')),
                    ('not_reported_because', schools.common.fields.SealedTextField(verbose_name='why nothing was reported to the center')),
                    ('deadlines', models.JSONField()),
                    ('oral_by', models.DateTimeField(null=True)),
                    ('written_by', models.DateTimeField(null=True)),
                    ('closed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('lead', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.unit')),
                    ('started_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                ],
                options={
                    'ordering': ['-known_at'],
                },
            ),
            migrations.CreateModel(
                name='IncidentBarrier',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('reason', schools.common.fields.SealedTextField(verbose_name='reason')),
                    ('at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('incident', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='barriers', to='counseling.incident')),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
            ),
            migrations.CreateModel(
                name='IncidentPerson',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('belongs', models.CharField(choices=[('here', 'student here, not found on the roster'), ('staff', 'works at the school'), ('elsewhere', 'student of another school'), ('unknown', 'somebody else, or unknown')], default='unknown', max_length=10, verbose_name='where they belong')),
                    ('who', schools.common.fields.SealedTextField(verbose_name='who')),
                    ('part', models.CharField(choices=[('concerned', 'it is about'), ('hurt', 'was hurt'), ('involved', 'was involved'), ('witness', 'saw it')], default='concerned', max_length=10, verbose_name='part')),
                    ('added_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('flag', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='students.riskflag')),
                    ('incident', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='people', to='counseling.incident')),
                    ('student', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='students.student')),
                ],
                options={
                    'ordering': ['added_at', 'pk'],
                },
            ),
            migrations.CreateModel(
                name='IncidentAct',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('number', models.PositiveSmallIntegerField()),
                    ('kind', models.CharField(choices=[('tick', 'done'), ('lead', 'takes the lead'), ('measure', 'measure'), ('note', 'note'), ('told', 'told'), ('exception', 'exception to confidentiality'), ('person', 'person added'), ('safety', 'safety plan agreed'), ('report', 'reported up'), ('answer', 'center has acknowledged'), ('passed', 'passed on up'), ('corrected', 'corrected'), ('closed', 'closed'), ('reopened', 'opened again')], max_length=10)),
                    ('code', models.CharField(blank=True, max_length=20)),
                    ('happened_at', models.DateTimeField()),
                    ('recorded_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('text', schools.common.fields.SealedTextField(verbose_name='what was done')),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('corrects', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='counseling.incidentact')),
                    ('incident', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='acts', to='counseling.incident')),
                    ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='counseling.incidentperson')),
                ],
                options={
                    'ordering': ['incident_id', 'number'],
                },
            ),
            migrations.CreateModel(
                name='IncidentReport',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('number', models.PositiveSmallIntegerField()),
                    ('form', models.CharField(choices=[('oral', 'oral report'), ('written', 'written report'), ('follow_up', 'follow-up report')], max_length=10, verbose_name='kind of report')),
                    ('kind', models.CharField(choices=[('attempt', 'attempted suicide'), ('self_harm', 'self-harm'), ('threat', 'says they will end their life'), ('violence', 'violence, somebody is hurt'), ('missing', 'missing, ran away'), ('confused', 'confused, cannot be reached by words'), ('abuse', 'abused or harmed by somebody'), ('death', 'death or grave injury'), ('other', 'another crisis')], max_length=10, verbose_name='kind of event')),
                    ('at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('due_at', models.DateTimeField(blank=True, null=True)),
                    ('text', schools.common.fields.SealedTextField(verbose_name='what is reported')),
                    ('names', schools.common.fields.SealedTextField(verbose_name='who it is about')),
                    ('named_because', schools.common.fields.SealedTextField(verbose_name='why they are named')),
                    ('acknowledged_at', models.DateTimeField(blank=True, null=True)),
                    ('reply', schools.common.fields.SealedTextField(verbose_name='what the center answers')),
                    ('acknowledged_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('incident', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='counseling.incident')),
                    ('passes_on', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='passed_on', to='counseling.incidentreport')),
                    ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.unit')),
                    ('to', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.unit')),
                ],
                options={
                    'ordering': ['-at'],
                },
            ),
            migrations.CreateModel(
                name='IncidentVersion',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('number', models.PositiveSmallIntegerField()),
                    ('at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('reason', schools.common.fields.SealedTextField(verbose_name='Reason')),
                    ('content', schools.common.fields.SealedTextField()),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('incident', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='counseling.incident')),
                ],
                options={
                    'ordering': ['incident_id', 'number'],
                },
            ),
            migrations.CreateModel(
                name='SafetyPlan',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('number', models.PositiveSmallIntegerField()),
                    ('at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('signs', schools.common.fields.SealedTextField(verbose_name='warning signs')),
                    ('helps', schools.common.fields.SealedTextField(verbose_name='what helps')),
                    ('people', schools.common.fields.SealedTextField(verbose_name='people to turn to')),
                    ('places', schools.common.fields.SealedTextField(verbose_name='safe places')),
                    ('numbers', schools.common.fields.SealedTextField(verbose_name='numbers to call')),
                    ('means', schools.common.fields.SealedTextField(verbose_name='means made safe')),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='safety_plans', to='counseling.incidentperson')),
                ],
                options={
                    'ordering': ['person_id', '-number'],
                },
            ),
            migrations.CreateModel(
                name='TalkDraft',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('submission', models.UUIDField()),
                    ('content', schools.common.fields.SealedTextField()),
                    ('saved_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('membership', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='schools.membership')),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['-saved_at'],
                },
            ),
            migrations.CreateModel(
                name='TalkLog',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('submission', models.UUIDField()),
                    ('happened_at', models.DateTimeField(verbose_name='when')),
                    ('minutes', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='minutes')),
                    ('place', models.CharField(blank=True, max_length=40, verbose_name='place')),
                    ('kind', models.CharField(max_length=30, verbose_name='kind')),
                    ('mode', models.CharField(choices=[('face', 'face to face'), ('phone', 'by phone'), ('video', 'by video'), ('writing', 'in writing')], default='face', max_length=8, verbose_name='mode')),
                    ('initiative', models.CharField(choices=[('teacher', 'I asked for the talk'), ('student', 'the student came'), ('referred', 'somebody referred the student')], default='teacher', max_length=8, verbose_name='initiative')),
                    ('others_present', schools.common.fields.SealedTextField(verbose_name='also present')),
                    ('is_restricted', models.BooleanField(default=False, verbose_name='for counselors only')),
                    ('filed_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='talks', to=settings.AUTH_USER_MODEL)),
                    ('membership', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.unit')),
                ],
                options={
                    'ordering': ['-happened_at'],
                },
            ),
            migrations.CreateModel(
                name='TalkOption',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('label_zh', models.CharField(max_length=60)),
                    ('label_en', models.CharField(blank=True, max_length=60)),
                    ('list', models.CharField(choices=[('theme', 'theme'), ('kind', 'kind of talk'), ('place', 'place'), ('mood', 'mood')], max_length=6)),
                    ('code', models.CharField(max_length=30)),
                    ('position', models.PositiveSmallIntegerField(default=0)),
                    ('is_active', models.BooleanField(default=True)),
                    ('unit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='schools.unit')),
                ],
                options={
                    'ordering': ['list', 'position'],
                },
            ),
            migrations.CreateModel(
                name='TalkPart',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('themes', models.JSONField(default=list)),
                    ('mood', models.CharField(blank=True, max_length=30)),
                    ('background', schools.common.fields.SealedTextField(verbose_name='background')),
                    ('words', schools.common.fields.SealedTextField(verbose_name="the student's own words")),
                    ('view', schools.common.fields.SealedTextField(verbose_name='my view')),
                    ('agreed', schools.common.fields.SealedTextField(verbose_name='what was agreed')),
                    ('effect', schools.common.fields.SealedTextField(verbose_name='effect')),
                    ('severity', models.PositiveSmallIntegerField(default=0, verbose_name='needs attention')),
                    ('follow_up_on', models.DateField(blank=True, null=True, verbose_name='follow up on')),
                    ('revision', models.PositiveSmallIntegerField(default=1)),
                    ('deleted_at', models.DateTimeField(blank=True, null=True)),
                    ('deletion_reason', schools.common.fields.SealedTextField(verbose_name='why it was deleted')),
                    ('class_group', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.classgroup')),
                    ('deleted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('flag', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='talk_parts', to='students.riskflag')),
                    ('student', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='talk_parts', to='students.student')),
                    ('talk', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='counseling.talklog')),
                ],
                options={
                    'ordering': ['-talk__happened_at'],
                },
            ),
            migrations.CreateModel(
                name='TalkRevision',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('number', models.PositiveSmallIntegerField()),
                    ('at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('content', schools.common.fields.SealedTextField()),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('part', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='revisions', to='counseling.talkpart')),
                ],
                options={
                    'ordering': ['number'],
                },
            ),
            migrations.CreateModel(
                name='TextTemplate',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('code', models.CharField(max_length=36)),
                    ('box', models.CharField(choices=[('words', "the student's own words"), ('view', 'my view'), ('agreed', 'what was agreed')], default='view', max_length=6, verbose_name='under which box')),
                    ('title', models.CharField(max_length=40, verbose_name='title')),
                    ('body', models.TextField(verbose_name='text')),
                    ('position', models.PositiveSmallIntegerField(default=0)),
                    ('is_active', models.BooleanField(default=True)),
                    ('unit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='schools.unit')),
                ],
                options={
                    'ordering': ['position', 'pk'],
                },
            ),
            migrations.CreateModel(
                name='CrisisFreeTerm',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('term_code', models.CharField(max_length=20)),
                    ('at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.unit')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('unit', 'term_code'), name='one_statement_per_term')],
                },
            ),
            migrations.AddIndex(
                model_name='incident',
                index=models.Index(fields=['school', '-known_at'], name='counseling__school__9e96f9_idx'),
            ),
            migrations.AddConstraint(
                model_name='incident',
                constraint=models.UniqueConstraint(fields=('started_by', 'submission'), name='one_incident_per_submission'),
            ),
            migrations.AddConstraint(
                model_name='incident',
                constraint=models.CheckConstraint(condition=models.Q(('closed_at', None), models.Q(models.Q(('closed_by', None), _negated=True), models.Q(('outcome', ''), _negated=True)), _connector='OR'), name='incident_ends_only_by_a_persons_decision'),
            ),
            migrations.AddConstraint(
                model_name='incidentbarrier',
                constraint=models.UniqueConstraint(fields=('incident', 'person'), name='incident_kept_once_from_a_person'),
            ),
            migrations.AddConstraint(
                model_name='incidentperson',
                constraint=models.UniqueConstraint(fields=('incident', 'student'), name='student_once_in_an_incident'),
            ),
            migrations.AddConstraint(
                model_name='incidentact',
                constraint=models.UniqueConstraint(fields=('incident', 'number'), name='one_incident_act_per_number'),
            ),
            migrations.AddConstraint(
                model_name='incidentact',
                constraint=models.UniqueConstraint(condition=models.Q(('kind', 'tick')), fields=('incident', 'code'), name='ticked_once'),
            ),
            migrations.AddIndex(
                model_name='incidentreport',
                index=models.Index(fields=['to', '-at'], name='counseling__to_id_5c1519_idx'),
            ),
            migrations.AddConstraint(
                model_name='incidentreport',
                constraint=models.UniqueConstraint(fields=('incident', 'number'), name='one_incident_report_per_number'),
            ),
            migrations.AddConstraint(
                model_name='incidentversion',
                constraint=models.UniqueConstraint(fields=('incident', 'number'), name='one_incident_version_per_number'),
            ),
            migrations.AddConstraint(
                model_name='safetyplan',
                constraint=models.UniqueConstraint(fields=('person', 'number'), name='one_safety_plan_per_number'),
            ),
            migrations.AddConstraint(
                model_name='talkdraft',
                constraint=models.UniqueConstraint(fields=('person', 'submission'), name='one_draft_per_form'),
            ),
            migrations.AddIndex(
                model_name='talklog',
                index=models.Index(fields=['school', '-happened_at'], name='counseling__school__0e0d97_idx'),
            ),
            migrations.AddIndex(
                model_name='talklog',
                index=models.Index(fields=['author', '-happened_at'], name='counseling__author__7d9cbe_idx'),
            ),
            migrations.AddConstraint(
                model_name='talklog',
                constraint=models.UniqueConstraint(fields=('author', 'submission'), name='one_talk_per_submission'),
            ),
            migrations.AddConstraint(
                model_name='talkoption',
                constraint=models.UniqueConstraint(fields=('unit', 'list', 'code'), name='one_option_per_code'),
            ),
            migrations.AddConstraint(
                model_name='talkoption',
                constraint=models.UniqueConstraint(condition=models.Q(('unit', None)), fields=('list', 'code'), name='one_default_option_per_code'),
            ),
            migrations.AddIndex(
                model_name='talkpart',
                index=models.Index(fields=['student', 'deleted_at'], name='counseling__student_41308a_idx'),
            ),
            migrations.AddIndex(
                model_name='talkpart',
                index=models.Index(fields=['follow_up_on'], name='counseling__follow__333e39_idx'),
            ),
            migrations.AddIndex(
                model_name='talkpart',
                index=models.Index(condition=models.Q(('deleted_at', None)), fields=['talk', 'student', 'flag'], name='standing_parts_of_talks'),
            ),
            migrations.AddConstraint(
                model_name='talkpart',
                constraint=models.UniqueConstraint(fields=('talk', 'student'), name='one_part_per_student'),
            ),
            migrations.AddConstraint(
                model_name='talkpart',
                constraint=models.CheckConstraint(condition=models.Q(('severity__range', (0, 4))), name='part_severity_from_0_to_4'),
            ),
            migrations.AddConstraint(
                model_name='talkrevision',
                constraint=models.UniqueConstraint(fields=('part', 'number'), name='one_revision_per_number'),
            ),
            migrations.AddConstraint(
                model_name='texttemplate',
                constraint=models.UniqueConstraint(fields=('unit', 'code'), name='one_template_per_code'),
            ),
            migrations.AddConstraint(
                model_name='texttemplate',
                constraint=models.UniqueConstraint(condition=models.Q(('unit', None)), fields=('code',), name='one_default_template_per_code'),
            ),
        ]),
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
