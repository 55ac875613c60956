from typing import Any

from schools.imports.commands import ImportCommand
from schools.models import Unit


class Command(ImportCommand):
    help = "Create and change units from a file with code, name, level, code of the unit above, type, stages, system."
    kind = "units"

    def unit(self, options: dict[str, Any]) -> Unit:
        """A file of units is for the whole tree, which need not have a root yet."""
        return Unit.objects.order_by("path").first() or Unit()
