from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("counseling", "0002_talk_options")]
    operations = [
        migrations.AddField(
            "texttemplate", "code", models.CharField(max_length=36, default=""), preserve_default=False
        ),
        migrations.AddField(
            "texttemplate",
            "box",
            models.CharField(
                "under which box",
                max_length=6,
                choices=[
                    ("words", "the student's own words"),
                    ("view", "my view"),
                    ("agreed", "what was agreed"),
                ],
                default="view",
            ),
        ),
        migrations.AddConstraint(
            "texttemplate", models.UniqueConstraint(fields=["unit", "code"], name="one_template_per_code")
        ),
        migrations.AddConstraint(
            "texttemplate",
            models.UniqueConstraint(
                fields=["code"], condition=models.Q(unit=None), name="one_default_template_per_code"
            ),
        ),
    ]
