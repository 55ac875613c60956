"""What axe finds wrong with a page in a browser.

All rules once, on a phone in the light. What else depends on the width or the theme is looked at again on a desk in the
dark: contrast, and whether the page is wider than the window.

Axe is dear, and the pages of a site are made of the same parts: what axe has let pass once in this run is passed over
when it comes again, on whatever page and in whatever worker (`tests/axe.js` tells what "the same" is, for a text of
which contrast is asked, and for an element of which all other rules are asked). A page with nothing new needs no axe.
"""

import os
from pathlib import Path

from axe_playwright_python.base import AXE_SCRIPT

PHONE, DESK = {"width": 360, "height": 740}, {"width": 1440, "height": 900}
# Gives back what is on the page: {texts, elements, isWide, hasAxe}; `window.looks` says which element is which.
LOOK = Path(__file__).with_suffix(".js").read_text()
# What axe says of the elements whose looks are new. Told by their HTML: to work out a selector for each takes a fifth
# of the time.
RULES = """async (unknown) => {
    const context = looks.contextOf(new Set(unknown)), rules = {"color-contrast": {enabled: false}};
    const found = await axe.run(context, {resultTypes: ["violations"], selectors: false, rules});
    return found.violations.map((one) => [one.id, one.nodes.slice(0, 3).map((node) => node.html.slice(0, 120))]);
}"""
# Gives back the faults, and the looks that have passed now.
CONTRAST = """async (unknown) => {
    const isUnknown = new Set(unknown), texts = [...looks.texts].filter(([, look]) => isUnknown.has(look));
    const include = texts.map(([element]) => element);
    const found = await axe.run({include}, {runOnly: ["color-contrast"], selectors: false, elementRef: true});
    const shown = (one) => one.nodes.slice(0, 3).map((node) => node.html.slice(0, 120));
    const faults = found.violations.map((one) => [one.id, shown(one)]);
    // Over a picture axe cannot tell, and will not be able to the next time.
    const isOverPicture = (node) => node.any[0].data?.messageKey === "bgImage";
    const unsure = found.incomplete.flatMap((one) => one.nodes).filter(isOverPicture);
    const good = [...found.passes.flatMap((one) => one.nodes), ...unsure].map((node) => looks.texts.get(node.element));
    return [faults, [...new Set(good)]];
}"""


class Passed:
    """The looks that axe has let pass in this run; all workers write them into one file."""

    def __init__(self):
        self.known, self.read = set(), 0

    @property
    def path(self):
        return Path(os.environ["TEST_RUN"]) / "passed-by-axe"

    def unknown(self, looks):
        if self.path.exists():
            with self.path.open("rb") as file:
                file.seek(self.read)
                lines = file.read().rpartition(b"\n")[0]  # another worker may be in the midst of a line
            self.read += len(lines) and len(lines) + 1
            self.known.update(lines.decode().split())
        return [look for look in looks if look not in self.known]

    def add(self, looks):
        looks = [look for look in looks if not look.startswith("?")]  # told apart from no other
        self.known.update(looks)
        if looks:
            with self.path.open("a") as file:
                file.write("".join(f"{look}\n" for look in looks))


PASSED = Passed()


def faults(page, *, every_rule=True):
    """Rules that the page breaks, each with the elements; and whether it is too wide."""
    shown = page.evaluate(LOOK, every_rule)
    texts, elements = PASSED.unknown(shown["texts"]), PASSED.unknown(shown["elements"])
    if (texts or elements) and not shown["hasAxe"]:
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate(RULES, elements) if elements else []
    if not found:
        PASSED.add(elements)
    of_contrast, passed = page.evaluate(CONTRAST, texts) if texts else ([], [])
    PASSED.add(passed)
    return [*found, *of_contrast, *(["wider than the window"] if shown["isWide"] else [])]


def on_phone(page):
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme="light")
    return faults(page)


def on_desk(page):
    page.set_viewport_size(DESK)
    page.emulate_media(color_scheme="dark")
    return faults(page, every_rule=False)
