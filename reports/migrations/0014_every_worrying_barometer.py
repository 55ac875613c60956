from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0013_barometers_of_a_week"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="barometer", name="one_worrying_barometer_a_week"),
        migrations.RemoveConstraint(model_name="barometer", name="one_barometer_a_week_by_flag"),
    ]
