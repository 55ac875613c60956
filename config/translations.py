"""Chinese catalogues: `locale/zh_Hans/<area>.po`, one per area and written by hand, compiled into one `django.mo`.

The message ids are the English texts, so English needs no catalogue. The check compares the catalogues with what the
code and the templates really ask for.
"""

import ast
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import polib
from django.utils.translation.template import templatize

Key = tuple[str | None, str]  # context, English text

APPS = ("config", "counseling", "reports", "schools", "screening", "students")
HERE = Path(__file__).resolve().parent.parent
CATALOGUES = HERE / "locale" / "zh_Hans"
COMPILED = CATALOGUES / "LC_MESSAGES" / "django.mo"

# Chinese is data there, not interface: names of nations and columns, invented people, calendars.
DATA_MODULES = (
    "*/migrations/*",
    "*/data.py",
    "*/data/*",
    "*/*_data.py",
    "schools/classnames/*",  # what a class is called is Chinese by its nature
    "*/aliases.py",
    "*/surnames.py",
    "*/demo.py",
    "*/demo/*",
)
# A text of a package whose own Chinese is missing or not ours: the entry says `# third-party`.
THIRD_PARTY = "third-party"

IDEOGRAPH = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
# Templates speak: there a Chinese comma is interface too. In code it may be what a parser looks for.
CHINESE_TEXT = re.compile(r"[\u3001-\u303f\u3400-\u9fff\uff01-\uff60]")
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%[sd]|{(\w*)[^{}]*}")
TEMPLATE_COMMENT = re.compile(
    r"{#.*?#}|{% comment .*?{% endcomment %}|{% comment %}.*?{% endcomment %}|<!--.*?-->", re.DOTALL
)
KEYWORDS = (
    "gettext_noop",
    "gettext_lazy",
    "ngettext_lazy:1,2",
    "pgettext:1c,2",
    "npgettext:1c,2,3",
    "pgettext_lazy:1c,2",
    "npgettext_lazy:1c,2,3",
)


def compile_catalogues() -> int:
    """Write django.mo from all areas; the number of messages."""
    whole = polib.POFile(encoding="utf-8")
    whole.metadata = {
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Language": "zh_Hans",
        "Plural-Forms": "nplurals=1; plural=0;",
    }
    seen: set[Key] = set()
    for _, entry in entries():
        if key(entry) not in seen and is_filled(entry) and not entry.fuzzy:
            whole.append(entry)
            seen.add(key(entry))
    COMPILED.parent.mkdir(parents=True, exist_ok=True)
    # Written beside and moved, so that a running process never reads half a file.
    beside = COMPILED.with_suffix(".new")
    whole.save_as_mofile(str(beside))
    beside.replace(COMPILED)
    return len(whole)


def entries() -> Iterator[tuple[str, polib.POEntry]]:
    """Every entry with the name of its area."""
    for path in sorted(CATALOGUES.glob("*.po")):
        for entry in polib.pofile(str(path), encoding="utf-8"):
            if not entry.obsolete:
                yield path.name, entry


def key(entry: polib.POEntry) -> Key:
    return entry.msgctxt, entry.msgid


def texts(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def is_filled(entry: polib.POEntry) -> bool:
    found = texts(entry)
    return bool(found) and all(text.strip() for text in found)


# --- the check ---------------------------------------------------------------------------------------------------


def problems() -> Iterator[str]:
    """Everything that would show a reader the wrong language, one line each."""
    asked = asked_for()
    yield from missing(asked)
    yield from contradictions()
    yield from broken_entries(asked)
    yield from chinese_in_code()
    yield from chinese_in_templates()


def missing(asked: dict[Key, str]) -> Iterator[str]:
    known = {key(entry) for _, entry in entries()}
    for wanted, place in sorted(asked.items(), key=lambda item: item[1]):
        if wanted not in known:
            yield f"{place}: not translated: {wanted[1]!r}"


def contradictions() -> Iterator[str]:
    first: dict[Key, tuple[str, list[str]]] = {}
    for area, entry in entries():
        other, said = first.setdefault(key(entry), (area, texts(entry)))
        if said != texts(entry):
            yield f"{area}: {entry.msgid!r} is translated otherwise in {other}"


def broken_entries(asked: dict[Key, str]) -> Iterator[str]:
    for area, entry in entries():
        if key(entry) not in asked and not entry.tcomment.startswith(THIRD_PARTY):
            yield f"{area}: nothing asks for {entry.msgid!r}"
        elif not is_filled(entry) or entry.fuzzy:
            yield f"{area}: empty or fuzzy: {entry.msgid!r}"
        elif any(placeholders(text) - placeholders(entry.msgid + entry.msgid_plural) for text in texts(entry)):
            yield f"{area}: a placeholder that the English has not: {entry.msgid!r}"
        elif not entry.msgid_plural and placeholders(entry.msgid) != placeholders(entry.msgstr):
            yield f"{area}: a placeholder is lost: {entry.msgid!r}"


def placeholders(text: str) -> set[str]:
    return {match.group(0) for match in PLACEHOLDER.finditer(text)}


def asked_for() -> dict[Key, str]:
    """Every text the code and the templates ask for, with the first place that does."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path in sources():
            copy = folder / path.relative_to(HERE)
            copy.parent.mkdir(parents=True, exist_ok=True)
            text = path.read_text(encoding="utf-8")
            copy.write_text(text if path.suffix == ".py" else templatize(text, origin=str(path)), encoding="utf-8")
        found = extract(folder)
    return {key(entry): ":".join(entry.occurrences[0]) for entry in found}


def extract(folder: Path) -> polib.POFile:
    program = shutil.which("xgettext")
    if not program:
        raise FileNotFoundError("xgettext is not on this machine: install gettext")
    files = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    (folder / "files").write_text("\n".join(files), encoding="utf-8")
    command = [program, "--language=Python", "--from-code=UTF-8", "--output=-", "--files-from=files"]
    command += [f"--keyword={keyword}" for keyword in KEYWORDS]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)  # noqa: S603
    return polib.pofile(done.stdout or 'msgid ""\nmsgstr ""\n')


def sources() -> list[Path]:
    return [*code(), *(HERE / "templates").rglob("*.html"), *(HERE / "templates").rglob("*.txt")]


def code() -> list[Path]:
    return [path for app in APPS for path in sorted((HERE / app).rglob("*.py"))]


def chinese_in_code() -> Iterator[str]:
    for path in code():
        name = str(path.relative_to(HERE))
        if not any(fnmatch(name, pattern) for pattern in DATA_MODULES):
            yield from (f"{name}:{line}: Chinese in code" for line in chinese_lines(path.read_text(encoding="utf-8")))


def chinese_lines(source: str) -> list[int]:
    """Lines of string constants with Chinese; comments and docstrings may quote it, and `# zh` marks data."""
    tree, lines = ast.parse(source), source.splitlines()
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    constants = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    found = {node.lineno for node in constants if id(node) not in said and IDEOGRAPH.search(str(node.value))}
    return sorted(number for number in found if not lines[number - 1].endswith("# zh"))


def chinese_in_templates() -> Iterator[str]:
    for path in sorted((HERE / "templates").rglob("*.html")):
        text = TEMPLATE_COMMENT.sub(lambda match: "\n" * match.group(0).count("\n"), path.read_text(encoding="utf-8"))
        for number, line in enumerate(text.splitlines(), start=1):
            if CHINESE_TEXT.search(line):
                yield f"{path.relative_to(HERE)}:{number}: Chinese in a template"
