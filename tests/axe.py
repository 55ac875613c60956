"""What axe finds wrong with a page in a browser.

All rules once, on a phone in the light. What else depends on the width or the theme is looked at again on a desk in the
dark: contrast, and whether the page is wider than the window.
"""

from axe_playwright_python.base import AXE_SCRIPT

PHONE, DESK = {"width": 360, "height": 740}, {"width": 1440, "height": 900}
CONTRAST = ("color-contrast",)
# Told by their HTML: to work out a selector for each element takes a fifth of the time.
RUN = """rules => axe.run({resultTypes: ['violations'], selectors: false, ...(rules && {runOnly: rules})})
    .then(found => found.violations.map(one => [one.id, one.nodes.map(node => node.html.slice(0, 120)).slice(0, 3)]))"""


def faults(page, rules=None):
    """Rules that the page breaks, each with the elements; and whether it is too wide."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate(RUN, rules and list(rules))
    is_wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    return [*found, *(["wider than the window"] if is_wide else [])]


def on_phone(page):
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme="light")
    return faults(page)


def on_desk(page):
    page.set_viewport_size(DESK)
    page.emulate_media(color_scheme="dark")
    return faults(page, CONTRAST)
