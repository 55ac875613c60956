from collections.abc import Mapping

CODES = (
    "empty",
    "wrong_type",
    "password",
    "old_excel",
    "truncated",
    "bomb",
    "unsafe",
    "too_large",
    "too_many_rows",
    "too_many_columns",
    "no_sheet",
    "no_header",
    "no_rows",
    "staff_list",
    "student_list",
    "encoding",
)


class UnreadableFile(Exception):
    """The file as a whole cannot be used. `code` is one of CODES; the sentence for people is made elsewhere."""

    def __init__(self, code: str, params: Mapping[str, str | int] | None = None):
        assert code in CODES, code
        super().__init__(code)
        self.code = code
        self.params: dict[str, str | int] = dict(params or {})

    def __reduce__(self) -> tuple[type["UnreadableFile"], tuple[str, dict[str, str | int]]]:
        return type(self), (self.code, self.params)
