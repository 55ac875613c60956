// The form that logs a talk: a block for each chosen student, sentences to insert, themes one tap away, and the line that
// says when and where. Without it the same form works: the server adds the blocks.
(function () {
  "use strict";

  const all = (selector, root) => Array.from(root.querySelectorAll(selector));
  const FIRST = "first";

  // --- blocks --------------------------------------------------------------------------------------------------------

  const NAMED = ["name", "id", "for", "href", "aria-describedby", "aria-labelledby", "data-into"];

  function rename(block, key) {
    const old = block.dataset.part;
    for (const element of [block, ...all("*", block)]) {
      for (const name of NAMED) {
        const value = element.getAttribute(name);
        if (value?.includes("part-" + old + "-")) element.setAttribute(name, value.replace("part-" + old + "-", "part-" + key + "-"));
      }
    }
    block.dataset.part = key;
  }

  function show(block, on) {
    block.hidden = !on;
    all("input, textarea, select", block).forEach((field) => { field.disabled = !on; });
  }

  class Blocks {
    constructor(form) {
      this.form = form;
      this.box = form.querySelector("[data-parts]");
      this.blank = form.querySelector("template[data-blank]");
      if (!this.box || !this.blank) return;
      form.addEventListener("change", (event) => { if (event.target.name === "students") this.sync(); });
      form.addEventListener("draft:restored", () => this.sync());
    }

    chosen() {
      return all("input[name=students]:checked", this.form).map((input) => ({
        key: input.value,
        name: (input.nextElementSibling?.firstChild?.textContent || "").trim(),
      }));
    }

    find(key) { return all("[data-part]", this.box).find((block) => block.dataset.part === key); }

    make(key) {
      const block = this.blank.content.firstElementChild.cloneNode(true);
      rename(block, key);
      this.box.append(block);
      dress(block);
      return block;
    }

    // What was typed before anybody was chosen belongs to the first who is; what was typed for somebody who is taken
    // away waits hidden, unless nobody is left: then the text stays for whoever is chosen instead.
    sync() {
      const chosen = this.chosen();
      const keys = chosen.map((one) => one.key);
      const open = all("[data-part]", this.box).filter((block) => !block.hidden);
      const leaving = open.filter((block) => !keys.includes(block.dataset.part));
      const lone = leaving.find((block) => block.dataset.part === FIRST) || (open.length === 1 ? leaving[0] : undefined);
      this.tell(chosen);
      if (!chosen.length) {
        if (lone && !this.find(FIRST)) rename(lone, FIRST);
        if (lone) this.label(lone, "", false);
        lone?.querySelector("[data-last]")?.replaceChildren();
        return;
      }
      const fresh = chosen.find((one) => !this.find(one.key));
      if (lone && fresh) rename(lone, fresh.key);
      for (const block of leaving) if (!keys.includes(block.dataset.part)) show(block, false);
      for (const one of chosen) {
        const block = this.find(one.key) || this.make(one.key);
        if (block.hidden) show(block, true);
        this.label(block, one.name, chosen.length > 1);
        this.last(block);
        this.box.append(block);
      }
    }

    // Whose record it becomes stands beside the button; what is the same for all has its boxes once there are several,
    // and keeps them while something stands in them.
    tell(chosen) {
      const line = this.form.querySelector("[data-whose]");
      line.querySelector("b").textContent = chosen.map((one) => one.name).join(line.dataset.between);
      line.hidden = !chosen.length;
      const common = this.form.querySelector("[data-common]");
      common.hidden = chosen.length < 2 && !all("textarea", common).some((field) => field.value.trim());
    }

    // When somebody was last talked to and what was agreed, while one writes.
    async last(block) {
      const place = block.querySelector("[data-last]");
      const key = block.dataset.part;
      if (!place || place.dataset.of === key) return;
      place.dataset.of = key;
      place.replaceChildren();
      try {
        const answer = await fetch(`${this.form.dataset.lastUrl}?student=${key}`, { credentials: "same-origin", redirect: "manual" });
        if (answer.ok && place.dataset.of === key) place.innerHTML = await answer.text();
      } catch { /* the form works without it */ }
    }

    label(block, name, several) {
      const heading = block.querySelector("[data-part-name]");
      block.setAttribute("aria-label", name);
      heading.textContent = name;
      heading.hidden = !several;
    }
  }

  // --- sentences to start from ------------------------------------------------------------------------------------------

  // They show when their box is touched: a short page is quicker than a full one.
  function dress(root) {
    all("[data-templates]", root).forEach((row) => {
      row.closest(".field").addEventListener("focusin", () => { row.hidden = false; });
    });
  }

  function insert(button) {
    const field = document.getElementById(button.dataset.into);
    if (!field) return;
    const at = field.selectionEnd ?? field.value.length;
    const before = field.value.slice(0, at);
    const gap = before && !before.endsWith("\n") ? "\n" : "";
    field.value = before + gap + button.dataset.insert + field.value.slice(at);
    const end = before.length + gap.length + button.dataset.insert.length;
    field.focus();
    field.setSelectionRange(end, end);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // --- themes one tap away ------------------------------------------------------------------------------------------------

  function foldChips(form) {
    all("[data-chips]", form).forEach((chips) => {
      const more = chips.querySelector("[data-show-more]");
      const rest = all("[data-more]", chips);
      if (!more || !rest.length) return;
      rest.forEach((chip) => { chip.hidden = !chip.querySelector("input").checked; });
      more.hidden = false;
      more.addEventListener("click", () => {
        rest.forEach((chip) => { chip.hidden = false; });
        more.hidden = true;
        rest[0].querySelector("input").focus();
      });
      form.addEventListener("draft:restored", () => {
        rest.forEach((chip) => { if (chip.querySelector("input").checked) chip.hidden = false; });
      });
    });
  }

  // --- the line that says when and where ----------------------------------------------------------------------------------

  function header(form) {
    const line = form.querySelector("[data-header-line]");
    if (!line) return;
    const label = (name) => {
      const input = form.querySelector(`input[name=${name}]:checked`);
      return input ? form.querySelector(`label[for="${input.id}"]`)?.textContent.trim() : "";
    };
    const when = () => {
      const value = form.querySelector("[name=happened_at]")?.value || "";
      const [day, clock] = value.split("T");
      if (!clock) return "";
      const now = new Date();
      const pad = (number) => String(number).padStart(2, "0");
      const today = `${now.getFullYear()}-${pad(now.getMonth() + 1)}-${pad(now.getDate())}`;
      return (day === today ? line.dataset.today : day) + " " + clock.slice(0, 5);
    };
    const tell = () => {
      const other = form.querySelector("[name=other_place]")?.value.trim();
      const said = [when(), other || label("place"), label("kind"), label("initiative")].filter(Boolean);
      if (said.length) line.textContent = said.join(" · ");
    };
    form.addEventListener("change", tell);
    form.addEventListener("draft:restored", tell);
    tell();
  }

  // --- who reads it: the sentence follows the tick -------------------------------------------------------------------------

  function readers(form) {
    const box = form.querySelector("[data-readers]");
    const tick = box?.querySelector("input[type=checkbox]");
    if (!tick) return;
    all("[data-without-script]", box).forEach((part) => { part.hidden = true; });
    const tell = () => all("[data-readers-when]", box).forEach((line) => {
      line.hidden = (line.dataset.readersWhen === "on") !== tick.checked;
    });
    tick.addEventListener("change", tell);
    form.addEventListener("draft:restored", tell);
    tell();
  }

  // On a phone what is found needs the room between the box and the keyboard.
  function makeRoom(form) {
    const box = form.querySelector("[data-query]");
    box?.addEventListener("focus", () => {
      if (matchMedia("(max-width: 820px)").matches) box.scrollIntoView({ block: "start" });
    });
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert]");
    if (button) insert(button);
  });

  document.querySelectorAll("form[data-talk]").forEach((form) => {
    dress(form);
    foldChips(form);
    header(form);
    readers(form);
    makeRoom(form);
    new Blocks(form);
  });
})();
