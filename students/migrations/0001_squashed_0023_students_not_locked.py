"""Brings an empty database to where the migrations that it replaces bring an older one (docs/adr/0020)."""

import django.db.models.deletion
import django.utils.timezone
import schools.common.fields
import schools.common.ids
from django.conf import settings
from django.db import migrations, models

from schools.common.squashed import CreateTables
from students.migrations._seeds import seed


class Migration(migrations.Migration):

    replaces = [
        ('students', '0001_initial'),
        ('students', '0002_special_groups'),
        ('students', '0003_roster_imports'),
        ('students', '0004_students_by_class'),
        ('students', '0005_roster_waiting'),
        ('students', '0006_listed_on'),
        ('students', '0007_flag_reports'),
        ('students', '0008_states'),
        ('students', '0009_second_open_flags'),
        ('students', '0010_one_open_flag'),
        ('students', '0011_flag_steps'),
        ('students', '0012_flag_targets'),
        ('students', '0013_on_leave_since'),
        ('students', '0014_screening'),
        ('students', '0015_registry'),
        ('students', '0016_groups_of_units'),
        ('students', '0017_break_glass'),
        ('students', '0018_hand_over'),
        ('students', '0019_person_keys'),
        ('students', '0020_center_requests'),
        ('students', '0021_second_at_the_center'),
        ('students', '0022_locked_records'),
        ('students', '0023_students_not_locked'),
    ]

    initial = True

    dependencies = [
        ('schools', '0001_squashed_0021_reminders_of_an_hour'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateTables([
            migrations.CreateModel(
                name='Guardian',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('position', models.PositiveSmallIntegerField(default=1)),
                    ('name', models.CharField(max_length=60, verbose_name='name')),
                    ('relation', models.CharField(blank=True, max_length=20, verbose_name='relation')),
                    ('phone', schools.common.fields.SealedTextField(verbose_name='phone')),
                    ('id_number', schools.common.fields.SealedTextField(verbose_name='identity number')),
                    ('is_guardian', models.BooleanField(default=True, verbose_name='is guardian')),
                    ('set_by_hand', models.BooleanField(default=False)),
                    ('do_not_call', models.BooleanField(default=False, verbose_name='do not call')),
                    ('do_not_call_reason', schools.common.fields.SealedTextField(verbose_name='why not to call')),
                ],
                options={
                    'ordering': ['student_id', 'position'],
                },
            ),
            migrations.CreateModel(
                name='RegistryCategory',
                fields=[
                    ('label_zh', models.CharField(max_length=60)),
                    ('label_en', models.CharField(blank=True, max_length=60)),
                    ('code', models.CharField(max_length=20, primary_key=True, serialize=False)),
                    ('position', models.PositiveSmallIntegerField(default=0)),
                ],
                options={
                    'ordering': ['position'],
                },
            ),
            migrations.CreateModel(
                name='Student',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('name', models.CharField(max_length=60, verbose_name='name')),
                    ('former_name', models.CharField(blank=True, max_length=60, verbose_name='former name')),
                    ('search_keys', models.CharField(blank=True, max_length=200)),
                    ('gender', models.CharField(blank=True, choices=[('m', 'male'), ('f', 'female')], max_length=1, verbose_name='gender')),
                    ('birth_date', models.DateField(blank=True, null=True, verbose_name='date of birth')),
                    ('ethnicity', models.CharField(blank=True, max_length=2, verbose_name='ethnic group')),
                    ('student_number', models.CharField(blank=True, max_length=30, verbose_name='student number')),
                    ('auxiliary_number', models.CharField(blank=True, max_length=30, verbose_name='auxiliary number')),
                    ('registry_number', schools.common.fields.SealedTextField(verbose_name='registry number')),
                    ('registry_hash', models.CharField(blank=True, max_length=64)),
                    ('id_type', models.CharField(blank=True, choices=[('identity_card', 'identity card'), ('residence_permit', 'residence permit (HK, Macau, Taiwan)'), ('passport', 'passport'), ('other', 'other paper')], max_length=20, verbose_name='kind of paper')),
                    ('id_number', schools.common.fields.SealedTextField(verbose_name='identity number')),
                    ('id_hash', models.CharField(blank=True, max_length=64)),
                    ('phone', schools.common.fields.SealedTextField(verbose_name='phone')),
                    ('address', schools.common.fields.SealedTextField(verbose_name='address')),
                    ('health', schools.common.fields.SealedTextField(verbose_name='health')),
                    ('is_boarder', models.BooleanField(default=False, verbose_name='boards')),
                    ('entered_on', models.DateField(blank=True, null=True, verbose_name='entered on')),
                    ('listed_on', models.DateField(editable=False, null=True)),
                    ('status', models.CharField(choices=[('enrolled', 'enrolled'), ('on_leave', 'on leave'), ('left', 'left')], default='enrolled', max_length=10, verbose_name='status')),
                    ('left_on', models.DateField(blank=True, null=True, verbose_name='left on')),
                    ('on_leave_since', models.DateField(blank=True, null=True, verbose_name='on leave since')),
                    ('locked_on', models.DateField(editable=False, null=True)),
                    ('set_by_hand', models.JSONField(blank=True, default=list)),
                    ('class_group', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='students', to='schools.classgroup')),
                    ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='students', to='schools.unit')),
                ],
                options={
                    'ordering': ['class_group__stage', '-class_group__entry_year', 'class_group__prefix', 'class_group__number', 'student_number', 'name'],
                },
            ),
            migrations.CreateModel(
                name='RiskFlag',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('severity', models.PositiveSmallIntegerField(verbose_name='level')),
                    ('source', models.CharField(choices=[('talk', 'talk'), ('by_hand', 'raised by hand'), ('screening', 'screening'), ('sweep', 'sweep'), ('handed', 'handed over by another school')], default='talk', max_length=10)),
                    ('state', models.CharField(choices=[('raised', 'waiting'), ('acknowledged', 'in hand'), ('watched', 'watched'), ('proposed', 'waits for the second person'), ('closed', 'closed')], default='raised', max_length=12)),
                    ('is_critical', models.BooleanField(default=False)),
                    ('known_at', models.DateTimeField()),
                    ('reported_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('acted_at', models.DateTimeField(blank=True, null=True)),
                    ('settled_at', models.DateTimeField(blank=True, null=True)),
                    ('taken_at', models.DateTimeField(blank=True, null=True)),
                    ('take_by', models.DateTimeField(blank=True, null=True)),
                    ('due_at', models.DateTimeField()),
                    ('escalated_at', models.DateTimeField(blank=True, null=True)),
                    ('calls', models.PositiveSmallIntegerField(default=0)),
                    ('call_at', models.DateTimeField(blank=True, null=True)),
                    ('watch_until', models.DateField(blank=True, null=True)),
                    ('interviewed_at', models.DateTimeField(blank=True, null=True)),
                    ('outcome', models.CharField(blank=True, choices=[('registered', 'put on the registry'), ('unfounded', 'no need for concern'), ('supported', 'supported, settled'), ('watched', 'watched on in daily care'), ('referred', 'handed to outside help'), ('moved', 'handed over to another school')], max_length=10)),
                    ('closing_reason', schools.common.fields.SealedTextField(verbose_name='closing reason')),
                    ('assignee', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('closed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('raised_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.unit')),
                    ('waits_for', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('student', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='flags', to='students.student')),
                ],
                options={
                    'ordering': ['-severity', 'due_at'],
                },
            ),
            migrations.CreateModel(
                name='RegistryEntry',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('first_severity', models.PositiveSmallIntegerField()),
                    ('severity', models.PositiveSmallIntegerField(verbose_name='level')),
                    ('categories', models.JSONField(blank=True, default=list)),
                    ('reasons', schools.common.fields.SealedTextField(verbose_name='reasons')),
                    ('found_how', schools.common.fields.SealedTextField(verbose_name='how it was found')),
                    ('treatment', schools.common.fields.SealedTextField(verbose_name='treatment and medication as the family told it')),
                    ('signs', schools.common.fields.SealedTextField(verbose_name='signs to watch for')),
                    ('calls', schools.common.fields.SealedTextField(verbose_name='whom to call')),
                    ('listed_on', models.DateField(default=django.utils.timezone.localdate, verbose_name='first listed')),
                    ('review_by', models.DateField(blank=True, null=True)),
                    ('off_on', models.DateField(blank=True, null=True)),
                    ('ending', models.CharField(blank=True, choices=[('better', 'stable at the lowest level'), ('moved', 'moved to another school'), ('finished', 'finished school')], max_length=10)),
                    ('person_key', models.CharField(blank=True, editable=False, max_length=64)),
                    ('counselor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('leader', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('listed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.unit')),
                    ('teacher', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('flag', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='students.riskflag')),
                    ('student', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='registry_entries', to='students.student')),
                ],
                options={
                    'ordering': ['-severity', 'review_by', 'pk'],
                },
            ),
            migrations.CreateModel(
                name='GuardianContact',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('channel', models.CharField(choices=[('call', 'telephone'), ('meeting', 'at school'), ('visit', 'home visit'), ('message', 'message'), ('unreached', 'not reached')], max_length=10, verbose_name='how')),
                    ('attitude', models.CharField(blank=True, choices=[('cooperative', 'cooperative'), ('hesitant', 'hesitant'), ('refusing', 'refusing')], max_length=12, verbose_name='attitude')),
                    ('notice_signed', models.BooleanField(default=False, verbose_name='notice signed')),
                    ('happened_at', models.DateTimeField()),
                    ('recorded_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('said', schools.common.fields.SealedTextField(verbose_name='what was said')),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('guardian', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='students.guardian')),
                    ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.unit')),
                    ('flag', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='contacts', to='students.riskflag')),
                    ('student', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='guardian_contacts', to='students.student')),
                ],
                options={
                    'ordering': ['-happened_at'],
                },
            ),
            migrations.CreateModel(
                name='FlagReport',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('text', schools.common.fields.SealedTextField(verbose_name='reason')),
                    ('signs', models.JSONField(blank=True, default=list)),
                    ('known_at', models.DateTimeField()),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('flag', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='students.riskflag')),
                ],
                options={
                    'ordering': ['known_at', 'pk'],
                },
            ),
            migrations.CreateModel(
                name='SpecialGroup',
                fields=[
                    ('label_zh', models.CharField(max_length=60)),
                    ('label_en', models.CharField(blank=True, max_length=60)),
                    ('code', models.CharField(max_length=20, primary_key=True, serialize=False)),
                    ('position', models.PositiveSmallIntegerField(default=0)),
                    ('unit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.unit')),
                ],
                options={
                    'ordering': ['position', 'code'],
                },
            ),
            migrations.CreateModel(
                name='StudentState',
                fields=[
                    ('student', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='state', serialize=False, to='students.student')),
                    ('last_talk_at', models.DateTimeField(null=True)),
                    ('last_any_talk_at', models.DateTimeField(null=True)),
                    ('in_group', models.BooleanField(default=False)),
                    ('flag_severity', models.PositiveSmallIntegerField(default=0)),
                    ('last_screened_at', models.DateTimeField(null=True)),
                    ('screening_severity', models.PositiveSmallIntegerField(default=0)),
                    ('registry_severity', models.PositiveSmallIntegerField(default=0)),
                    ('is_key', models.GeneratedField(db_persist=True, expression=models.Q(('in_group', True), ('flag_severity__gte', 3), ('registry_severity__gt', 0), _connector='OR'), output_field=models.BooleanField())),
                ],
            ),
            migrations.CreateModel(
                name='RosterImport',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('at', models.DateTimeField(auto_now_add=True)),
                    ('created', models.PositiveIntegerField()),
                    ('changed', models.PositiveIntegerField()),
                    ('held', models.PositiveIntegerField()),
                    ('kept', models.PositiveIntegerField()),
                    ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('school', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='schools.unit')),
                    ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.unit')),
                    ('waiting', models.ManyToManyField(related_name='+', to='students.student')),
                ],
                options={
                    'ordering': ['-at', '-pk'],
                },
            ),
            migrations.CreateModel(
                name='HandOver',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('offered_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('outside', schools.common.fields.SealedTextField(verbose_name='the school outside of the network')),
                    ('kinds', models.JSONField(default=list)),
                    ('contents', schools.common.fields.SealedTextField(verbose_name='what goes along')),
                    ('note', schools.common.fields.SealedTextField(verbose_name='what they should know first')),
                    ('state', models.CharField(choices=[('offered', 'waits to be accepted'), ('accepted', 'accepted'), ('returned', 'sent back'), ('taken_back', 'taken back')], default='offered', max_length=10)),
                    ('answered_at', models.DateTimeField(blank=True, null=True)),
                    ('answer', schools.common.fields.SealedTextField(verbose_name='answer')),
                    ('received_on', models.DateField(blank=True, null=True)),
                    ('keep_until', models.DateField(blank=True, null=True)),
                    ('answered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.unit')),
                    ('to', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('to_school', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.unit')),
                    ('student', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='hand_overs', to='students.student')),
                    ('student_there', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='came_by', to='students.student')),
                ],
                options={
                    'ordering': ['-offered_at'],
                },
            ),
            migrations.AddField(
                model_name='guardian',
                name='student',
                field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='guardians', to='students.student'),
            ),
            migrations.CreateModel(
                name='GroupMember',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('since', models.DateField(default=django.utils.timezone.localdate)),
                    ('until', models.DateField(blank=True, null=True)),
                    ('source', models.CharField(choices=[('roster', 'roster'), ('hand', 'set by hand'), ('sweep', 'sweep')], default='roster', max_length=6)),
                    ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('set_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='members', to='students.specialgroup')),
                    ('student', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='group_members', to='students.student')),
                ],
                options={
                    'ordering': ['group__position'],
                },
            ),
            migrations.CreateModel(
                name='CenterRequest',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('severity', models.PositiveSmallIntegerField(verbose_name='level')),
                    ('at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('case', schools.common.fields.SealedTextField(verbose_name='case number')),
                    ('text', schools.common.fields.SealedTextField(verbose_name="the school's summary")),
                    ('reason', schools.common.fields.SealedTextField(verbose_name="the school's reason")),
                    ('names', schools.common.fields.SealedTextField(verbose_name='who it is about')),
                    ('named_because', schools.common.fields.SealedTextField(verbose_name='why they are named')),
                    ('acknowledged_at', models.DateTimeField(blank=True, null=True)),
                    ('answered_at', models.DateTimeField(blank=True, null=True)),
                    ('answer', schools.common.fields.SealedTextField(verbose_name='what the center answers')),
                    ('closed_at', models.DateTimeField(blank=True, null=True)),
                    ('ending', models.CharField(blank=True, choices=[('done', 'closed by the school'), ('withdrawn', 'withdrawn by the school')], max_length=10)),
                    ('acknowledged_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('answered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.unit')),
                    ('second', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('to', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.unit')),
                    ('entry', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='center_requests', to='students.registryentry')),
                    ('flag', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='center_requests', to='students.riskflag')),
                    ('student', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='students.student')),
                ],
                options={
                    'ordering': ['-at'],
                },
            ),
            migrations.CreateModel(
                name='BreakGlass',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('opened_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('until', models.DateTimeField()),
                    ('reason', schools.common.fields.SealedTextField(verbose_name='Reason')),
                    ('reviewed_at', models.DateTimeField(blank=True, null=True)),
                    ('finding', models.CharField(blank=True, choices=[('in_order', 'in order'), ('not', 'not in order')], max_length=8)),
                    ('remark', schools.common.fields.SealedTextField(verbose_name='What the review found')),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('reviewed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.unit')),
                    ('student', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='students.student')),
                ],
                options={
                    'ordering': ['-opened_at'],
                },
            ),
            migrations.CreateModel(
                name='ColumnMapping',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('label', models.CharField(max_length=100)),
                    ('field', models.CharField(blank=True, max_length=40)),
                    ('school', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='schools.unit')),
                    ('set_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('school', 'label'), name='one_mapping_per_label')],
                },
            ),
            migrations.CreateModel(
                name='PlanReview',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('number', models.PositiveSmallIntegerField()),
                    ('kind', models.CharField(choices=[('listed', 'put on the registry'), ('kept', 'level kept'), ('up', 'level raised'), ('down', 'level lowered'), ('off', 'taken off the registry'), ('after', 'looked again after leaving')], max_length=8)),
                    ('state', models.CharField(choices=[('proposed', 'waits for the second person'), ('in_force', 'in force'), ('sent_back', 'sent back'), ('taken_back', 'taken back')], max_length=10)),
                    ('severity_before', models.PositiveSmallIntegerField()),
                    ('severity_after', models.PositiveSmallIntegerField()),
                    ('ending', models.CharField(blank=True, choices=[('better', 'stable at the lowest level'), ('moved', 'moved to another school'), ('finished', 'finished school')], max_length=10)),
                    ('reviewed_on', models.DateField(default=django.utils.timezone.localdate)),
                    ('recorded_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('in_force_on', models.DateField(blank=True, null=True)),
                    ('answered_at', models.DateTimeField(blank=True, null=True)),
                    ('changed', schools.common.fields.SealedTextField(verbose_name='what changed')),
                    ('next_look', schools.common.fields.SealedTextField(verbose_name='what the next review looks at')),
                    ('answer', schools.common.fields.SealedTextField(verbose_name='what the second person wrote')),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('second', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='students.registryentry')),
                ],
                options={
                    'ordering': ['entry_id', 'number'],
                    'indexes': [models.Index(fields=['second', 'state'], name='students_pl_second__832283_idx')],
                    'constraints': [models.UniqueConstraint(fields=('entry', 'number'), name='one_plan_review_per_number'), models.UniqueConstraint(condition=models.Q(('state', 'proposed')), fields=('entry',), name='one_proposal_per_plan'), models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['down', 'off']), _negated=True), models.Q(('state', 'in_force'), _negated=True), models.Q(('second', None), _negated=True), _connector='OR'), name='down_and_off_by_two_persons'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'in_force'), _negated=True), models.Q(('in_force_on', None), _negated=True), _connector='OR'), name='in_force_since_a_day')],
                },
            ),
            migrations.CreateModel(
                name='PlanPart',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('audience', models.CharField(choices=[('class_teacher', 'class teacher'), ('subject', 'subject teachers, through the class teacher'), ('grade_head', 'grade head'), ('leader', 'school leader'), ('family', 'the family')], max_length=14)),
                    ('text', schools.common.fields.SealedTextField(verbose_name='what they are told')),
                    ('told_on', models.DateField(default=django.utils.timezone.localdate)),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='students.registryentry')),
                ],
                options={
                    'ordering': ['entry_id', 'audience'],
                    'constraints': [models.UniqueConstraint(fields=('entry', 'audience'), name='one_part_of_a_plan_per_audience')],
                },
            ),
            migrations.CreateModel(
                name='PlanMeasure',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('what', schools.common.fields.SealedTextField(verbose_name='what is done')),
                    ('other', schools.common.fields.SealedTextField(verbose_name='somebody else')),
                    ('due_on', models.DateField(blank=True, null=True, verbose_name='by when')),
                    ('added_on', models.DateField(default=django.utils.timezone.localdate)),
                    ('done_on', models.DateField(blank=True, null=True)),
                    ('dropped_on', models.DateField(blank=True, null=True)),
                    ('outcome', schools.common.fields.SealedTextField(verbose_name='how it went')),
                    ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('who', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='measures', to='students.registryentry')),
                ],
                options={
                    'ordering': ['entry_id', models.OrderBy(models.F('due_on'), nulls_last=True), 'pk'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('done_on', None), ('dropped_on', None), _connector='OR'), name='measure_ends_once')],
                },
            ),
            migrations.CreateModel(
                name='KeptFrom',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('reason', schools.common.fields.SealedTextField(verbose_name='reason')),
                    ('at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('flag', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='kept_from', to='students.riskflag')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('flag', 'person'), name='flag_kept_once_from_a_person')],
                },
            ),
            migrations.CreateModel(
                name='FlagStep',
                fields=[
                    ('id', models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('number', models.PositiveSmallIntegerField()),
                    ('kind', models.CharField(choices=[('note', 'note'), ('begun', 'interview begun'), ('interview', 'interview'), ('contact', 'contact with a guardian'), ('question', 'question to the class teacher'), ('answer', 'answer'), ('hand_over', 'handed over'), ('level', 'level changed'), ('watch', 'watched until a day'), ('request', 'request to the center'), ('report', 'mandatory report made'), ('decision', 'decision'), ('sent_back', 'sent back'), ('reopened', 'opened again')], max_length=10)),
                    ('happened_at', models.DateTimeField()),
                    ('recorded_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('is_measure', models.BooleanField(default=False)),
                    ('severity', models.PositiveSmallIntegerField(blank=True, null=True)),
                    ('until', models.DateField(blank=True, null=True)),
                    ('outcome', models.CharField(blank=True, max_length=10)),
                    ('words', schools.common.fields.SealedTextField(verbose_name='what was written')),
                    ('answers', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='answered', to='students.flagstep')),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('corrects', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='students.flagstep')),
                    ('request', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='students.centerrequest')),
                    ('to', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                    ('contact', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='students.guardiancontact')),
                    ('flag', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='students.riskflag')),
                ],
                options={
                    'ordering': ['flag_id', 'number'],
                    'indexes': [models.Index(fields=['to', 'kind'], name='students_fl_to_id_4a8063_idx')],
                    'constraints': [models.UniqueConstraint(fields=('flag', 'number'), name='one_flag_step_per_number')],
                },
            ),
            migrations.AddIndex(
                model_name='student',
                index=models.Index(fields=['school', 'status'], name='students_st_school__332118_idx'),
            ),
            migrations.AddIndex(
                model_name='student',
                index=models.Index(fields=['school', 'name'], name='students_st_school__a8fb4d_idx'),
            ),
            migrations.AddIndex(
                model_name='student',
                index=models.Index(fields=['registry_hash'], name='students_st_registr_b3d90a_idx'),
            ),
            migrations.AddIndex(
                model_name='student',
                index=models.Index(fields=['id_hash'], name='students_st_id_hash_957147_idx'),
            ),
            migrations.AddIndex(
                model_name='student',
                index=models.Index(condition=models.Q(('locked_on', None)), fields=['id', 'class_group'], name='students_not_locked'),
            ),
            migrations.AddConstraint(
                model_name='student',
                constraint=models.UniqueConstraint(condition=models.Q(('registry_hash', ''), _negated=True), fields=('school', 'registry_hash'), name='one_student_per_registry_number'),
            ),
            migrations.AddConstraint(
                model_name='student',
                constraint=models.UniqueConstraint(condition=models.Q(('id_hash', ''), _negated=True), fields=('school', 'id_hash'), name='one_student_per_identity_number'),
            ),
            migrations.AddConstraint(
                model_name='student',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'left'), _negated=True), models.Q(('left_on', None), _negated=True), _connector='OR'), name='left_student_has_a_day'),
            ),
            migrations.AddIndex(
                model_name='riskflag',
                index=models.Index(fields=['school', 'state', '-severity'], name='students_ri_school__781e8d_idx'),
            ),
            migrations.AddIndex(
                model_name='riskflag',
                index=models.Index(fields=['school', 'reported_at'], name='students_ri_school__b17ba6_idx'),
            ),
            migrations.AddIndex(
                model_name='riskflag',
                index=models.Index(fields=['state', 'due_at'], name='students_ri_state_406a82_idx'),
            ),
            migrations.AddIndex(
                model_name='riskflag',
                index=models.Index(condition=models.Q(('call_at__isnull', False)), fields=['call_at'], name='flag_calls_the_next_person'),
            ),
            migrations.AddConstraint(
                model_name='riskflag',
                constraint=models.UniqueConstraint(condition=models.Q(('state', 'closed'), _negated=True), fields=('student',), name='one_open_flag_per_student'),
            ),
            migrations.AddConstraint(
                model_name='riskflag',
                constraint=models.CheckConstraint(condition=models.Q(('severity__range', (1, 4))), name='flag_severity_from_1_to_4'),
            ),
            migrations.AddConstraint(
                model_name='riskflag',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'closed'), _negated=True), models.Q(models.Q(('settled_at', None), _negated=True), models.Q(('closed_by', None), _negated=True), models.Q(('outcome', ''), _negated=True)), _connector='OR'), name='flag_ends_only_by_a_persons_decision'),
            ),
            migrations.AddConstraint(
                model_name='riskflag',
                constraint=models.CheckConstraint(condition=models.Q(('state', 'raised'), models.Q(('acted_at', None), _negated=True), models.Q(('taken_at', None), _negated=True), _connector='OR'), name='flag_in_hand_was_taken'),
            ),
            migrations.AddConstraint(
                model_name='riskflag',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'watched'), _negated=True), models.Q(('watch_until', None), _negated=True), _connector='OR'), name='watched_flag_has_a_last_day'),
            ),
            migrations.AddIndex(
                model_name='registryentry',
                index=models.Index(fields=['school', 'off_on', '-severity'], name='students_re_school__ab95fb_idx'),
            ),
            migrations.AddIndex(
                model_name='registryentry',
                index=models.Index(fields=['school', 'review_by'], name='students_re_school__c62c06_idx'),
            ),
            migrations.AddConstraint(
                model_name='registryentry',
                constraint=models.UniqueConstraint(condition=models.Q(('off_on', None)), fields=('student',), name='once_on_the_registry'),
            ),
            migrations.AddConstraint(
                model_name='registryentry',
                constraint=models.UniqueConstraint(condition=models.Q(('off_on', None), models.Q(('person_key', ''), _negated=True)), fields=('person_key',), name='on_one_registry_of_all'),
            ),
            migrations.AddConstraint(
                model_name='registryentry',
                constraint=models.CheckConstraint(condition=models.Q(('first_severity__range', (1, 4)), ('severity__range', (1, 4))), name='registry_severity_from_1_to_4'),
            ),
            migrations.AddConstraint(
                model_name='registryentry',
                constraint=models.CheckConstraint(condition=models.Q(('off_on', None), models.Q(('ending', ''), _negated=True), _connector='OR'), name='registry_is_left_for_a_reason'),
            ),
            migrations.AddConstraint(
                model_name='registryentry',
                constraint=models.CheckConstraint(condition=models.Q(('off_on', None), ('off_on__gte', models.F('listed_on')), _connector='OR'), name='listed_before_left'),
            ),
            migrations.AddConstraint(
                model_name='registryentry',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('off_on', None), _negated=True), models.Q(('review_by', None), _negated=True), _connector='OR'), name='listed_has_a_next_review'),
            ),
            migrations.AddIndex(
                model_name='handover',
                index=models.Index(fields=['school', 'state'], name='students_ha_school__5332a3_idx'),
            ),
            migrations.AddIndex(
                model_name='handover',
                index=models.Index(fields=['to_school', 'state'], name='students_ha_to_scho_d06e57_idx'),
            ),
            migrations.AddConstraint(
                model_name='handover',
                constraint=models.UniqueConstraint(condition=models.Q(('state', 'offered')), fields=('student',), name='one_hand_over_waits_per_student'),
            ),
            migrations.AddConstraint(
                model_name='handover',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'accepted'), _negated=True), models.Q(models.Q(('answered_by', None), _negated=True), models.Q(('received_on', None), _negated=True), models.Q(('keep_until', None), _negated=True)), _connector='OR'), name='hand_over_is_accepted_by_a_person'),
            ),
            migrations.AddConstraint(
                model_name='handover',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'accepted'), _negated=True), ('to_school', None), models.Q(('student_there', None), _negated=True), _connector='OR'), name='accepted_student_stands_on_a_roll'),
            ),
            migrations.AddIndex(
                model_name='guardiancontact',
                index=models.Index(fields=['school', '-happened_at'], name='students_gu_school__c781c6_idx'),
            ),
            migrations.AddConstraint(
                model_name='guardian',
                constraint=models.UniqueConstraint(fields=('student', 'position'), name='one_guardian_per_position'),
            ),
            migrations.AddConstraint(
                model_name='groupmember',
                constraint=models.UniqueConstraint(condition=models.Q(('until', None)), fields=('student', 'group'), name='once_in_a_special_group'),
            ),
            migrations.AddIndex(
                model_name='centerrequest',
                index=models.Index(fields=['to', 'closed_at', '-at'], name='students_ce_to_id_5d71f5_idx'),
            ),
            migrations.AddConstraint(
                model_name='centerrequest',
                constraint=models.CheckConstraint(condition=models.Q(('flag', None), ('entry', None), _connector='XOR'), name='center_is_asked_about_a_flag_or_an_entry'),
            ),
            migrations.AddConstraint(
                model_name='centerrequest',
                constraint=models.UniqueConstraint(condition=models.Q(('closed_at', None), ('second', None)), fields=('flag',), name='one_open_center_request_per_flag'),
            ),
            migrations.AddConstraint(
                model_name='centerrequest',
                constraint=models.UniqueConstraint(condition=models.Q(('closed_at', None), ('second', None)), fields=('entry',), name='one_open_center_request_per_entry'),
            ),
            migrations.AddConstraint(
                model_name='centerrequest',
                constraint=models.UniqueConstraint(condition=models.Q(('closed_at', None), ('second__isnull', False)), fields=('flag',), name='one_second_person_asked_per_flag'),
            ),
            migrations.AddConstraint(
                model_name='centerrequest',
                constraint=models.UniqueConstraint(condition=models.Q(('closed_at', None), ('second__isnull', False)), fields=('entry',), name='one_second_person_asked_per_entry'),
            ),
            migrations.AddConstraint(
                model_name='centerrequest',
                constraint=models.CheckConstraint(condition=models.Q(('closed_at', None), models.Q(('ending', ''), _negated=True), _connector='OR'), name='center_request_ends_in_a_way'),
            ),
            migrations.AddIndex(
                model_name='breakglass',
                index=models.Index(fields=['school', '-opened_at'], name='students_br_school__0d531b_idx'),
            ),
            migrations.AddIndex(
                model_name='breakglass',
                index=models.Index(fields=['by', 'until'], name='students_br_by_id_30f7c1_idx'),
            ),
            migrations.AddConstraint(
                model_name='breakglass',
                constraint=models.CheckConstraint(condition=models.Q(('reviewed_at', None), models.Q(models.Q(('reviewed_by', None), _negated=True), models.Q(('finding', ''), _negated=True)), _connector='OR'), name='glass_is_reviewed_by_a_person'),
            ),
        ]),
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
