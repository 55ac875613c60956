// Which texts and elements of a page look alike to axe; for tests/axe.py.
(everyRule) => {
  const told = (style, names) => names.split(" ").map((name) => style[name]).join();
  const all = [...document.querySelectorAll("*")];
  const styles = new Map(all.map((element) => [element, getComputedStyle(element)]));
  const isSeen = new Map(all.map((one) => [one, one.checkVisibility({ visibilityProperty: true })]));
  const isWritten = (text) => text.nodeType === Node.TEXT_NODE && /[^\s\u2000-\u206f]/.test(text.data);
  const hasText = (element) => [...element.childNodes].some(isWritten);

  // A short number in the place of a long text.
  function digest(text) {
    let a = 0xdeadbeef, b = 0x41c6ce57;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      a = Math.imul(a ^ code, 2654435761);
      b = Math.imul(b ^ code, 1597334677);
    }
    a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
    b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
    return (4294967296 * (2097151 & b) + (a >>> 0)).toString(36);
  }

  // --- texts: their contrast depends on their colour and size and on what is painted behind them ---------------------
  // A text that lies on a neighbour, not on what holds it, is judged the first time only.

  const grounds = new Map();
  const isOpaque = (style) => /^rgb\(/.test(style.backgroundColor) && style.opacity === "1";

  // What is painted behind an element by those that hold it. Behind one that is laid over the page may be anything,
  // unless it has a ground of its own.
  function groundOf(element) {
    if (!element) return "";
    if (grounds.has(element)) return grounds.get(element);
    const style = styles.get(element), isPlaced = !["static", "relative"].includes(style.position);
    const own = told(style, "backgroundColor backgroundImage opacity filter mixBlendMode");
    const below = isPlaced ? (isOpaque(style) ? "" : null) : groundOf(element.parentElement);
    const isNothing = own === "rgba(0, 0, 0, 0),none,1,none,normal";
    const ground = below === null || isNothing ? below : below + "/" + own;
    grounds.set(element, ground);
    return ground;
  }

  // Axe passes over these, too: dashes alone, options, boxes to tick, what is hidden, clipped or above the page.
  const isClipped = (element) =>
    element && (styles.get(element).clipPath === "inset(50%)" || isClipped(element.parentElement));
  const isRead = (element) =>
    (element.matches("input, select, textarea") || hasText(element)) &&
    !element.matches("option, [type=checkbox], [type=radio], [type=hidden]") &&
    !element.closest("[aria-hidden=true]") && isSeen.get(element) &&
    element.getBoundingClientRect().bottom + scrollY > 0 && !isClipped(element);

  const texts = new Map();
  for (const element of all) {
    if (!document.body.contains(element) || element === document.body || !isRead(element)) continue;
    const ground = element.closest("svg") ? null : groundOf(element);
    const text = told(styles.get(element), "color fontSize fontWeight textShadow webkitTextFillColor");
    texts.set(element, ground === null ? "?" + texts.size : digest("text " + text + " on " + ground));
  }

  // --- elements: what the other rules ask of one ---------------------------------------------------------------------
  // They ask for its name and attributes, for what it refers to, for the meaning of what holds it and, unless it is a
  // plain container, for all that it holds. Of a text they ask only whether there is one.

  // These mean nothing to what they hold.
  const GENERIC = new Set("div section p span b em strong small code i time".split(" "));
  const PLAIN = new Set([...GENERIC, ..."main body form header footer article nav aside".split(" ")]);
  // Of these values it only counts that they are not empty. `data-`, `hx-` and classes do not count at all: what style
  // sheets make of them is asked of the browser.
  const VARIES = new Set(
    ("id for name value href src action title alt aria-label aria-valuetext placeholder datetime content download " +
      "formaction form max min maxlength minlength rows pattern size accept list d viewbox x y width height points " +
      "cx cy r x1 x2 y1 y2 transform fill aria-labelledby aria-describedby aria-controls aria-owns " +
      "aria-activedescendant aria-errormessage").split(" "),
  );
  const REFERS = [...VARIES].filter((name) => /^aria-(?!label$|valuetext)|^for$/.test(name));
  const isMeant = (name) => name === "role" || name === "hidden" || name === "inert" || name.startsWith("aria-");
  const kinds = new Map(), chains = new Map(), wholes = new Map(), elements = new Map(), ids = new Map();

  function kindOf(element) {
    const parts = [element.localName];
    for (const { name, value } of element.attributes) {
      if (name === "class" || name === "nonce" || /^(data|hx)-/.test(name)) continue;
      const isExact = name === "tabindex" || name === "aria-level";
      const shown = VARIES.has(name) ? value.trim() !== "" : isExact ? value : value.replace(/\d+(\.\d+)?/g, "0");
      parts.push(name + "=" + shown);
    }
    return parts.sort().join(" ");
  }

  function stateOf(element) {
    const style = styles.get(element), parts = [hasText(element), isSeen.get(element)];
    if (ids.get(element.id) > 1) parts.push("one of several of this id");
    for (const name of REFERS) {
      const others = element.getAttribute(name)?.split(/\s+/).map((id) => document.getElementById(id)) ?? [];
      for (const other of others) parts.push(name, other && kinds.get(other), other?.textContent.trim() !== "");
    }
    for (const label of element.labels ?? []) parts.push("label", isSeen.get(label), label.textContent.trim() !== "");
    const address = element.localName === "a" && element.getAttribute("href");
    if (/^#./.test(address)) parts.push("to", document.getElementById(address.slice(1)) !== null);
    if (address) parts.push(...inTextOf(element));
    if (element.localName === "img")
      parts.push("said twice", element.alt === element.closest("a, button")?.textContent.trim());
    if (/auto|scroll/.test(style.overflowX + style.overflowY))
      parts.push("scrolls", element.scrollWidth > element.clientWidth, element.scrollHeight > element.clientHeight);
    return parts.join(" ");
  }

  // A link in the midst of a text must differ from it.
  function inTextOf(link) {
    let block = link.parentElement;
    while (styles.get(block).display.startsWith("inline")) block = block.parentElement;
    if (!styles.get(link).display.startsWith("inline")) return ["stands alone"];
    const looks =
      "color fontWeight fontSize fontStyle textDecorationLine backgroundColor backgroundImage borderBottomStyle";
    const hasMore = block.textContent.trim() !== link.textContent.trim();
    return [hasMore, told(styles.get(link), looks), told(styles.get(block), looks)];
  }

  // What a rule asks of the page as a whole: its head, the order of its headings, its landmarks and their names.
  function outline() {
    const metas = [...document.head.querySelectorAll("meta[name=viewport], meta[http-equiv]")];
    const heads = metas.map((one) => one.outerHTML), names = [];
    const parts = [kinds.get(document.documentElement), document.title.trim() !== "", ...heads];
    const headings = "h1, h2, h3, h4, h5, h6, [role=heading]";
    const landmarks =
      "main, nav, header, footer, aside, section[aria-label], section[aria-labelledby], form[aria-label], " +
      "form[aria-labelledby], [role=region], [role=search], [role=navigation], [role=banner], " +
      "[role=complementary], [role=main], [role=contentinfo], [role=form]";
    for (const element of document.body.querySelectorAll(`${headings}, ${landmarks}, [accesskey], iframe`)) {
      if (!isSeen.get(element)) continue;
      const title = document.getElementById(element.getAttribute("aria-labelledby"));
      const name = element.getAttribute("aria-label") || title?.textContent || "";
      if (!names.includes(name)) names.push(name);
      const isHeading = element.matches(headings);
      const part = kinds.get(element) + chains.get(element) + (isHeading ? "" : names.indexOf(name));
      if (part !== parts.at(-1)) parts.push(part);
    }
    // All content is to stand in one of them.
    const contents = "a, img, button, input, select, textarea, iframe";
    const isContent = (element) => hasText(element) || element.matches(contents);
    const within = "main, nav, header, footer, aside, dialog, svg, [role]";
    for (const element of document.body.querySelectorAll("*"))
      if (isSeen.get(element) && isContent(element) && !element.closest(within))
        parts.push("outside " + kinds.get(element) + stateOf(element));
    return "outline " + parts.join("/");
  }

  if (everyRule) {
    for (const { id } of all) if (id) ids.set(id, (ids.get(id) ?? 0) + 1);
    for (const element of all) {
      const parent = element.parentElement, kind = kindOf(element);
      const isGeneric = GENERIC.has(element.localName) && ![...element.attributes].some(({ name }) => isMeant(name));
      kinds.set(element, kind);
      // An element's chain: what those that hold it mean.
      const chain = element.matches("option, optgroup") ? "" : chains.get(parent) ?? "";
      chains.set(element, isGeneric ? chain : digest(chain + "/" + kind));
    }
    for (const element of all.toReversed()) {
      const held = new Set([...element.children].map((child) => wholes.get(child)));
      const own = kinds.get(element) + " " + stateOf(element), whole = digest(own + [...held].join());
      wholes.set(element, whole);
      const isPlain = PLAIN.has(element.localName) && ![...element.attributes].some(({ name }) => isMeant(name));
      const parent = element.parentElement;
      const holder = (chains.get(parent) ?? "") + "/" + parent?.localName;
      if (document.body.contains(element)) elements.set(element, digest(holder + "/" + (isPlain ? own : whole)));
    }
    elements.set(document.documentElement, digest(outline()));
  }

  // For axe: the elements that look new, without those below them that do not; all of a page whose outline is new.
  function contextOf(unknown) {
    if (unknown.has(elements.get(document.documentElement))) return document;
    const isNew = (element) => unknown.has(elements.get(element));
    const include = [...elements.keys()].filter(isNew);
    const exclude = include.flatMap((element) => [...element.children]).filter((child) => !isNew(child));
    return exclude.length ? { include, exclude } : { include };
  }

  window.looks = { texts, elements, contextOf };
  return {
    texts: [...new Set(texts.values())],
    elements: [...new Set(elements.values())],
    isWide: document.documentElement.scrollWidth > window.innerWidth,
    hasAxe: "axe" in window,
  };
}
