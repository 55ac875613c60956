from django.utils.translation import gettext_lazy as _

from schools.imports.kinds import ImportKind, register_kind
from schools.imports.units.compare import UnitsComparison
from schools.imports.units.rows import VOCABULARY, parse_units

units = register_kind(
    ImportKind(
        code="units",
        title=_("Units"),
        vocabulary=VOCABULARY,
        parse=parse_units,
        compare=UnitsComparison,
        sentences={
            "bad_type": _("A type begins with its three-digit code, such as 211. It is left out."),
            "number_ruined": _("Excel has rounded this number. Format the column as text and enter it again."),
        },
    )
)
