from dataclasses import dataclass

MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What a table may cost. A district of 53,492 students with 70 columns stays below a half of each."""

    rows: int = 200_000
    columns: int = 300
    cells: int = 8_000_000
    file_bytes: int = 64 * MEGABYTE
    unpacked_bytes: int = 768 * MEGABYTE
    # Deflate cannot do better than 1032:1; real sheets stay below 100:1, and small files may be as dense as they like.
    ratio: int = 250
    ratio_from_bytes: int = 16 * MEGABYTE
    zip_members: int = 2_000
    # A workbook may name more strings than its cells use, but not many more.
    spare_strings: int = 50_000
    # All cells together; a long string may stand in the file once and in a million cells.
    text_bytes: int = 512 * MEGABYTE
    child_memory_bytes: int = 2_048 * MEGABYTE
    child_cpu_seconds: int = 60


LIMITS = Limits()
