// A form with data-draft-url is kept on the server while one types. When the network or the session is gone, what was
// typed waits in this tab (sessionStorage, never localStorage: phones are shared) and comes back after signing in again.
//
//   <form method="post" data-draft-url="…" data-draft-key="talk"> … <p class="draft" data-draft-status role="status"
//     data-saving="…" data-saved="…" data-offline="…" data-waiting="…" data-lost="…" data-restored="…"></p></form>
//
// With data-draft-key alone nothing is sent while one types; only what was sent in vain, because the session had ended,
// comes back after signing in again. Files, passwords and codes of a second factor are never kept.
(function () {
  "use strict";

  const PREFIX = "draft:";
  const DELAY = 1200;
  const SKIPPED = new Set(["csrfmiddlewaretoken"]);
  const SECRET = "input[type=password], input[type=file], input[autocomplete=one-time-code]";
  const person = document.body.dataset.person || "";

  function read(key) {
    try { return JSON.parse(sessionStorage.getItem(key)); } catch { return null; }
  }
  function write(key, copy) {
    try { sessionStorage.setItem(key, JSON.stringify(copy)); } catch { /* full or forbidden: the server's draft remains */ }
  }
  const keys = () => Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX));

  // On the sign-in page: whatever was sent did not arrive. On a page of somebody else: not theirs to see.
  function sweep() {
    for (const key of keys()) {
      const copy = read(key);
      if (!person) { if (copy) write(key, { ...copy, sent: false }); }
      else if (!copy || copy.person !== person || copy.sent) sessionStorage.removeItem(key);
    }
  }

  function judge(answer) {
    if (answer.ok) return "saved";
    if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) return "lost";
    return answer.status >= 502 && answer.status <= 504 ? "offline" : "refused";
  }

  class Draft {
    constructor(form) {
      this.form = form;
      this.key = PREFIX + (form.dataset.draftKey || location.pathname + location.search);
      this.status = form.querySelector("[data-draft-status]") || document.querySelector("[data-draft-status]");
      this.dirty = false;
      this.passing = false;
      this.restore();
      if (!form.dataset.draftUrl) {
        form.addEventListener("submit", (event) => { if (!event.defaultPrevented) this.keep(true); });
        form.addEventListener("htmx:beforeRequest", () => this.keep(true));
        form.addEventListener("htmx:afterRequest", (event) => this.settle(event.detail.xhr.status));
        return;
      }
      form.addEventListener("input", () => this.touch());
      form.addEventListener("change", () => this.touch());
      form.addEventListener("submit", (event) => this.submit(event));
      window.addEventListener("pagehide", () => this.leave());
      window.addEventListener("online", () => this.retry());
      // Gone back to as it was left, this page would go on under a talk that has been filed.
      window.addEventListener("pageshow", (event) => { if (event.persisted && this.sent) location.reload(); });
    }

    say(name) {
      if (!this.status) return;
      this.status.textContent = this.status.dataset[name] || "";
      this.status.classList.toggle("bad", ["offline", "waiting", "lost"].includes(name));
      if (name === "lost") this.offerSignIn();
    }

    offerSignIn() {
      const { login } = document.body.dataset;
      if (!login) return;
      const link = document.createElement("a");
      link.href = `${login}?next=${encodeURIComponent(location.pathname + location.search)}`;
      link.textContent = this.status.dataset.signIn;
      this.status.append(" ", link);
    }

    entries() {
      const secret = new Set(Array.from(this.form.querySelectorAll(SECRET), (field) => field.name));
      return Array.from(new FormData(this.form).entries()).filter(([name]) => !SKIPPED.has(name) && !secret.has(name));
    }

    // A form that htmx sends: it arrived, unless nobody answered, it was refused, the server broke or the session was gone.
    settle(status) {
      if (!status || status >= 400) this.keep(false);
      else sessionStorage.removeItem(this.key);
    }

    keep(sent) {
      const labels = {};
      this.form.querySelectorAll("[data-picker] input:checked").forEach((input) => {
        labels[input.value] = input.nextElementSibling?.textContent.trim();
      });
      write(this.key, { person, sent, entries: this.entries(), labels });
    }

    restore() {
      const copy = read(this.key);
      if (!copy || copy.person !== person) return;
      const byName = new Map();
      for (const [name, value] of copy.entries) byName.set(name, (byName.get(name) || []).concat(value));
      this.form.dispatchEvent(new CustomEvent("draft:restore", { detail: { byName, labels: copy.labels || {} } }));
      for (const field of this.form.elements) {
        if (!field.name || SKIPPED.has(field.name) || field.matches(SECRET)) continue;
        const values = byName.get(field.name) || [];
        if (field.type === "checkbox" || field.type === "radio") field.checked = values.includes(field.value);
        else if (field.type !== "submit" && field.type !== "button" && values.length) field.value = values[0];
      }
      this.form.dispatchEvent(new CustomEvent("draft:restored"));
      this.say("restored");
      if (!this.form.dataset.draftUrl) {
        write(this.key, { ...copy, sent: true }); // once: the next page of this person forgets it
        this.form.closest("details")?.setAttribute("open", "");
        window.xinyu?.showToast(document.body.dataset.restored);
        return;
      }
      this.dirty = true;
      this.schedule();
    }

    touch() {
      this.dirty = true;
      this.schedule();
    }

    schedule() {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.save(), DELAY);
    }

    // "saved"; "offline" (nobody answers); "lost" (signed out); "refused" (the server is there but cannot keep drafts now)
    async save() {
      clearTimeout(this.timer);
      this.say("saving");
      const before = JSON.stringify(this.entries());
      let outcome;
      try {
        const answer = await fetch(this.form.dataset.draftUrl, {
          method: "POST", body: new FormData(this.form), credentials: "same-origin", redirect: "manual", headers: { "X-Draft": "1" },
        });
        outcome = judge(answer);
      } catch { outcome = "offline"; }
      if (outcome === "saved") {
        sessionStorage.removeItem(this.key);
        this.dirty = before !== JSON.stringify(this.entries());
        if (this.dirty) this.schedule();
      } else {
        this.keep(false);
        clearTimeout(this.again);
        if (outcome === "offline") this.again = setTimeout(() => this.retry(), 8000);
      }
      // Only what was to be filed will be; what was merely typed stays a draft.
      this.say(outcome === "offline" && (this.checking || this.waiting) ? "waiting" : outcome);
      return outcome;
    }

    // The draft goes first: if it arrives, so will the form. If not, nothing is lost and nothing navigates away.
    async submit(event) {
      if (event.defaultPrevented || this.passing) return;
      event.preventDefault();
      if (this.checking) return;
      this.checking = true;
      this.submitter = event.submitter;
      const outcome = navigator.onLine ? await this.save() : this.offline();
      this.checking = false;
      this.waiting = outcome === "offline";
      if (outcome === "saved" || outcome === "refused") this.pass();
    }

    offline() {
      this.keep(false);
      this.say("waiting");
      return "offline";
    }

    pass() {
      clearTimeout(this.timer);
      this.dirty = false;
      this.waiting = false;
      this.keep(true);
      this.passing = this.sent = true;
      this.form.requestSubmit(this.submitter && this.form.contains(this.submitter) ? this.submitter : undefined);
      setTimeout(() => { this.passing = false; }, 0);
    }

    async retry() {
      if (!this.dirty && !this.waiting) return;
      if (await this.save() === "saved" && this.waiting) this.pass();
    }

    leave() {
      if (!this.dirty || this.passing) return;
      this.keep(false);
      fetch(this.form.dataset.draftUrl, { method: "POST", body: new FormData(this.form), keepalive: true, headers: { "X-Draft": "1" } }).catch(() => {});
    }
  }

  sweep();
  // After the picker of the same form, which restores its own chips.
  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("form[data-draft-url], form[data-draft-key]").forEach((form) => new Draft(form)));
})();
