from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("students", "0009_second_open_flags")]
    operations = [
        migrations.AddConstraint(
            model_name="riskflag",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "closed"), _negated=True),
                fields=("student",),
                name="one_open_flag_per_student",
            ),
        ),
    ]
