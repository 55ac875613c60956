"""One cleaning for every text that enters, from files and from forms: the same to the eye is the same to us.

Rare and private-use characters that are a name's own go through untouched: NFC, never NFKC, for compatibility forms may
be different characters of a name. What only looks like a character, because a program or an input method put another
one in its place, is replaced: invisible marks, full-width letters and digits, radicals for characters (PDF files and
some fonts give them), numeric references of web forms (`&#13955;`).
"""

import re
from unicodedata import is_normalized, normalize

_INVISIBLE = re.compile(
    r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    r"\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb]"
)
_SPACES = re.compile(r"[\x00-\x20\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
# In longer texts the joiner of emoji and its kin stay.
_UNSEEN = re.compile(r"[\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]")
_LINE_BREAK = re.compile(r"\r\n?|\x0b|\x0c|\x85|\u2028|\u2029")
_REFERENCE = re.compile(r"&(?:#([0-9]{2,7})|#[xX]([0-9a-fA-F]{2,6})|nbsp);")
# Every mark that people type between the parts of a name, and the one that is stored.
_DOTS = re.compile(
    r"\s*[\u00b7\u0387\u02d9\u2022\u2024\u2027\u2219\u22c5\u25cf\u25e6\u2e31\u2e33\u30fb\uff0e\uff65\ua78f]\s*"
)
_POINT = re.compile(r"(?<=[\u3400-\u9fff])\s*\.\s*(?=[\u3400-\u9fff])")
_LATIN = re.compile(r"[A-Za-z]")
# Radicals of CJK Radicals Supplement that look like a whole character; those without a decomposition of their own
# follow Unicode's EquivalentUnifiedIdeograph.txt. Kangxi radicals (U+2F00–2FD5) all have one.
_SUPPLEMENT = dict(
    zip(
        "⺁⺄⺊⺎⺐⺓⺒⺜⺝⺟⺠⺧⺩⺫⺬⺶⺻⻁⻄⻅⻆⻉⻋⻑⻓⻔⻗⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲⻳",  # zh
        "厂乙卜兀尢幺巳日月母民牛王目示羊聿虎西见角贝车長长门雨青韦页风飞食马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀龟",  # zh
        strict=True,
    )
)
_RADICALS = {ord(radical): found for radical, found in _SUPPLEMENT.items()} | {
    code: normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)
}
_WIDE = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
# Unicode counts these blanks of Hangul as letters; they are as invisible as the others.
_FILLERS = dict.fromkeys((0x115F, 0x1160, 0x3164, 0xFFA0), "")
_SAME = _RADICALS | _WIDE | _FILLERS
_HAS_SAME = re.compile(r"[\u115f\u1160\u2e80-\u2fd5\u3164\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uffa0]")


def clean_text(text: str) -> str:
    """One line as it should be kept."""
    return clean_cell(with_characters(text))


def clean_cell(text: str) -> str:
    """The same with numeric references left: in a file the parser of the cell decides, for a name may be damaged."""
    if text.isascii() and text.isalnum():
        return text
    text = _same(text)
    if text.isalnum():
        return text
    return _SPACES.sub(" ", _INVISIBLE.sub("", text)).strip()


def clean_name(text: str) -> str:
    """Of a cleaned line: Han names lose the blanks that align them, others keep theirs, with one kind of dot."""
    if text.isalnum():
        return text
    text = _POINT.sub("\u00b7", _DOTS.sub("\u00b7", text))
    return text if _LATIN.search(text) else text.replace(" ", "")


def clean_lines(text: str) -> str:
    """Several lines: a line break is one character, whatever a browser or a system makes of it."""
    lines = _LINE_BREAK.sub("\n", with_characters(text)).split("\n")
    return "\n".join(_UNSEEN.sub("", _same(line)).rstrip() for line in lines).strip()


def clean_code(text: str) -> str:
    """A code or number: half-width, without blanks and invisible marks."""
    return _SPACES.sub("", _INVISIBLE.sub("", normalize("NFKC", text)))


def with_characters(text: str) -> str:
    """With the characters that a web form wrote as numbers because its encoding did not have them, and its blanks."""
    return _REFERENCE.sub(_character, text) if "&" in text else text


def _same(text: str) -> str:
    if not is_normalized("NFC", text):
        text = normalize("NFC", text)
    return text.translate(_SAME) if _HAS_SAME.search(text) else text


def _character(found: re.Match[str]) -> str:
    if not (found[1] or found[2]):
        return " "
    code = int(found[1]) if found[1] else int(found[2], 16)
    is_character = 0x20 < code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF
    return chr(code) if is_character else found[0]
