"""Sentences to start from: observations, not labels (facts 3.1). Units change them as rows."""

from django.db import migrations

from counseling.migrations._seeds import add_templates


class Migration(migrations.Migration):
    dependencies = [("counseling", "0003_text_templates")]
    operations = [migrations.RunPython(add_templates, migrations.RunPython.noop)]
