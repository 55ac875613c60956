"""What axe finds wrong with a page in a browser.

All rules once, on a phone in the light. What else depends on the width or the theme is looked at again on a desk in the
dark: contrast, and whether the page is wider than the window.

Two thirds of axe's time go into contrast. It depends on a text's colour and size and on what is painted behind it: a
text is not looked at again when axe has let another pass of whom all this was the same, on whatever page. A text that
lies on a neighbour, not on what holds it, is judged the first time only.
"""

from axe_playwright_python.base import AXE_SCRIPT

PHONE, DESK = {"width": 360, "height": 740}, {"width": 1440, "height": 900}
# Told by their HTML: to work out a selector for each element takes a fifth of the time.
RULES = """() => axe.run({resultTypes: ['violations'], selectors: false, rules: {'color-contrast': {enabled: false}}})
    .then(found => found.violations.map(one => [one.id, one.nodes.map(node => node.html.slice(0, 120)).slice(0, 3)]))"""
# Gives back the faults, and the looks that have passed now.
CONTRAST = """async passed => {
    const known = new Set(passed), grounds = new Map(), looks = new Map();
    const told = (style, names) => names.split(" ").map((name) => style[name]).join();
    const isOpaque = (style) => /^rgb\\(/.test(style.backgroundColor) && style.opacity === "1";
    // What is painted behind an element by those that hold it. Behind one that is laid over the page may be anything,
    // unless it has a ground of its own.
    const groundOf = (element) => {
        if (!element) return "";
        if (grounds.has(element)) return grounds.get(element);
        const style = getComputedStyle(element), isPlaced = !["static", "relative"].includes(style.position);
        const own = told(style, "backgroundColor backgroundImage opacity filter mixBlendMode");
        const below = isPlaced ? (isOpaque(style) ? "" : null) : groundOf(element.parentElement);
        const isNothing = own === "rgba(0, 0, 0, 0),none,1,none,normal";
        const ground = below === null || isNothing ? below : below + "/" + own;
        grounds.set(element, ground);
        return ground;
    };
    // Axe passes over these, too: dashes alone, options, boxes to tick, what is hidden, clipped or above the page.
    const isWritten = (text) => text.nodeType === Node.TEXT_NODE && /[^\\s\\u2000-\\u206f]/.test(text.data);
    const isRead = (element) =>
        (element.matches("input, select, textarea") || [...element.childNodes].some(isWritten))
        && !element.matches("option, [type=checkbox], [type=radio], [type=hidden]")
        && !element.closest("[aria-hidden=true]") && element.checkVisibility({visibilityProperty: true})
        && element.getBoundingClientRect().bottom + scrollY > 0 && !isClipped(element);
    const isClipped = (element) =>
        element && (getComputedStyle(element).clipPath === "inset(50%)" || isClipped(element.parentElement));
    for (const element of document.body.querySelectorAll("*")) {
        if (!isRead(element)) continue;
        const style = getComputedStyle(element), ground = element.closest("svg") ? null : groundOf(element);
        const text = told(style, "color fontSize fontWeight textShadow webkitTextFillColor");
        looks.set(element, ground === null ? null : text + " on " + ground);
    }
    const unknown = [...looks.keys()].filter((element) => !known.has(looks.get(element)));
    if (!unknown.length) return [[], []];
    const found = await axe.run({include: unknown}, {runOnly: ["color-contrast"], selectors: false, elementRef: true});
    const shown = (one) => one.nodes.slice(0, 3).map((node) => node.html.slice(0, 120));
    const faults = found.violations.map((one) => [one.id, shown(one)]);
    // Over a picture axe cannot tell, and will not be able to the next time.
    const isOverPicture = (node) => node.any[0].data?.messageKey === "bgImage";
    const unsure = found.incomplete.flatMap((one) => one.nodes).filter(isOverPicture);
    const good = [...found.passes.flatMap((one) => one.nodes), ...unsure].map((node) => looks.get(node.element));
    return [faults, [...new Set(good)].filter((look) => look)];
}"""
PASSED: set[str] = set()  # looks that axe has let pass in this run


def faults(page, *, every_rule=True):
    """Rules that the page breaks, each with the elements; and whether it is too wide."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate(RULES) if every_rule else []
    of_contrast, passed = page.evaluate(CONTRAST, sorted(PASSED))
    PASSED.update(passed)
    is_wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    return [*found, *of_contrast, *(["wider than the window"] if is_wide else [])]


def on_phone(page):
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme="light")
    return faults(page)


def on_desk(page):
    page.set_viewport_size(DESK)
    page.emulate_media(color_scheme="dark")
    return faults(page, every_rule=False)
