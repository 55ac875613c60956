"""The registry, its plans and reviews; key students are those on it, in a group, or flagged at the upper levels."""

import django.db.models.deletion
import django.utils.timezone
import schools.common.fields
import schools.common.ids
from django.db import migrations, models

from students.migrations._seeds import add_categories


class Migration(migrations.Migration):

    dependencies = [
        ('schools', '0011_rooms'),
        ('students', '0014_screening'),
    ]

    operations = [
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
        migrations.AddField(
            model_name='studentstate',
            name='registry_severity',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        # A generated column is not altered: it is made anew.
        migrations.RemoveField(model_name='studentstate', name='is_key'),
        migrations.AddField(
            model_name='studentstate',
            name='is_key',
            field=models.GeneratedField(db_persist=True, expression=models.Q(('in_group', True), ('flag_severity__gte', 3), ('registry_severity__gt', 0), _connector='OR'), output_field=models.BooleanField()),
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
                ('counselor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                ('flag', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='students.riskflag')),
                ('leader', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                ('listed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
                ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.unit')),
                ('student', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='registry_entries', to='students.student')),
                ('teacher', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.membership')),
            ],
            options={
                'ordering': ['-severity', 'review_by', 'pk'],
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
            },
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
            model_name='planreview',
            index=models.Index(fields=['second', 'state'], name='students_pl_second__832283_idx'),
        ),
        migrations.AddConstraint(
            model_name='planreview',
            constraint=models.UniqueConstraint(fields=('entry', 'number'), name='one_plan_review_per_number'),
        ),
        migrations.AddConstraint(
            model_name='planreview',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'proposed')), fields=('entry',), name='one_proposal_per_plan'),
        ),
        migrations.AddConstraint(
            model_name='planreview',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['down', 'off']), _negated=True), models.Q(('state', 'in_force'), _negated=True), models.Q(('second', None), _negated=True), _connector='OR'), name='down_and_off_by_two_persons'),
        ),
        migrations.AddConstraint(
            model_name='planreview',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'in_force'), _negated=True), models.Q(('in_force_on', None), _negated=True), _connector='OR'), name='in_force_since_a_day'),
        ),
        migrations.AddConstraint(
            model_name='planpart',
            constraint=models.UniqueConstraint(fields=('entry', 'audience'), name='one_part_of_a_plan_per_audience'),
        ),
        migrations.AddConstraint(
            model_name='planmeasure',
            constraint=models.CheckConstraint(condition=models.Q(('done_on', None), ('dropped_on', None), _connector='OR'), name='measure_ends_once'),
        ),
        migrations.RunPython(add_categories, migrations.RunPython.noop),
    ]
