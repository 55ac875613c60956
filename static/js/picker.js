// A search box that turns what is found into chips (real checkboxes). See templates/parts/picker.html.
// ARIA: a combobox that controls a list box; focus stays in the input, arrows move aria-activedescendant.
(function () {
  "use strict";

  const DELAY = 180;

  class Picker {
    constructor(root) {
      this.root = root;
      this.input = root.querySelector("[data-query]");
      this.list = root.querySelector("[data-options]");
      this.chosen = root.querySelector("[data-chosen]");
      this.round = 0;
      root.querySelectorAll("[data-without-script]").forEach((part) => { part.hidden = true; });
      this.input.setAttribute("role", "combobox");
      this.input.setAttribute("aria-autocomplete", "list");
      this.input.setAttribute("aria-expanded", "false");
      this.input.setAttribute("aria-controls", this.list.id);
      this.input.addEventListener("input", (event) => this.typed(event));
      this.input.addEventListener("keydown", (event) => this.key(event));
      this.input.addEventListener("blur", () => setTimeout(() => this.close(), 150));
      this.list.addEventListener("mousedown", (event) => event.preventDefault());
      this.list.addEventListener("click", (event) => this.pick(event.target.closest("[role=option][data-value]")));
      root.closest("form")?.addEventListener("draft:restore", (event) => this.restore(event.detail));
    }

    typed(event) {
      event.stopPropagation(); // what is searched for is no part of the draft
      clearTimeout(this.timer);
      if (!this.input.value.trim()) { this.close(); return; }
      // Pinyin keyboards send half-finished syllables: wait for the characters.
      if (!event.isComposing) this.timer = setTimeout(() => this.search(), DELAY);
    }

    async search() {
      const round = ++this.round;
      const url = new URL(this.root.dataset.url, location.href);
      url.searchParams.set("q", this.input.value.trim());
      try {
        const answer = await fetch(url, { credentials: "same-origin", redirect: "manual" });
        if (!answer.ok || round !== this.round) return;
        this.show(await answer.text());
      } catch { window.xinyu?.showToast(document.body.dataset.offline, "error"); }
    }

    show(html) {
      this.list.innerHTML = html;
      this.options().forEach((option, index) => { option.id = this.list.id + "-" + index; });
      this.list.hidden = false;
      this.input.setAttribute("aria-expanded", "true");
      this.mark(this.options()[0]);
    }

    options() { return Array.from(this.list.querySelectorAll("[role=option][data-value]")); }

    mark(option) {
      this.options().forEach((other) => other.setAttribute("aria-selected", String(other === option)));
      if (option) this.input.setAttribute("aria-activedescendant", option.id);
      else this.input.removeAttribute("aria-activedescendant");
      option?.scrollIntoView({ block: "nearest" });
    }

    key(event) {
      if (event.isComposing) return;
      const options = this.options();
      const now = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
      if (event.key === "Enter") {
        event.preventDefault();
        if (!this.list.hidden) this.pick(options[now]);
      } else if (event.key === "Escape" && !this.list.hidden) {
        this.close();
      } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && options.length) {
        event.preventDefault();
        const step = event.key === "ArrowDown" ? 1 : -1;
        this.mark(options[(now + step + options.length) % options.length]);
      } else if (event.key === "Backspace" && !this.input.value) {
        const last = Array.from(this.root.querySelectorAll("[data-chosen] input:checked")).pop();
        if (last) { last.checked = false; this.changed(last); }
      }
    }

    pick(option) {
      if (!option) return;
      this.add(option.dataset.value, option.dataset.label);
      this.input.value = "";
      this.close();
      this.input.focus();
    }

    add(value, label) {
      const { name, type = "checkbox" } = this.root.dataset;
      let input = Array.from(this.root.querySelectorAll("input")).find((one) => one.name === name && one.value === value);
      if (!input) {
        const chip = document.createElement("span");
        const words = document.createElement("label");
        input = document.createElement("input");
        Object.assign(input, { type, name, value, id: `${this.list.id}-${value}` });
        Object.assign(words, { className: "chip", htmlFor: input.id, textContent: label });
        chip.className = "pick";
        chip.append(input, words);
        this.chosen.prepend(chip);
      }
      input.checked = true;
      this.changed(input);
    }

    changed(input) {
      input.dispatchEvent(new Event("change", { bubbles: true }));
      this.root.dispatchEvent(new CustomEvent("picker:change", { bubbles: true }));
    }

    restore({ byName, labels }) {
      for (const value of byName.get(this.root.dataset.name) || []) {
        if (labels[value]) this.add(value, labels[value]);
      }
    }

    close() {
      this.round++;
      this.list.hidden = true;
      this.list.innerHTML = "";
      this.input.setAttribute("aria-expanded", "false");
      this.input.removeAttribute("aria-activedescendant");
    }
  }

  document.querySelectorAll("[data-picker]").forEach((root) => new Picker(root));
})();
