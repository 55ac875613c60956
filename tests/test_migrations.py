"""How migrations depend on each other."""

from graphlib import TopologicalSorter


def test_no_two_apps_have_migrations_that_depend_on_each_other():
    """Squashed into one each, they would wait for each other (docs/adr/0020)."""
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(None)
    depends = {}
    for (app, _name), migration in loader.disk_migrations.items():
        depends.setdefault(app, set()).update({other for other, _name in migration.dependencies} - {app})
    assert "schools" in depends["students"]
    TopologicalSorter(depends).prepare()  # raises CycleError
