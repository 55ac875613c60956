// Behaviour every page has. Each part looks for its data- attribute and does nothing without it.
(function () {
  "use strict";

  const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));

  // --- toasts: good news leaves by itself, bad news waits to be closed ---------------------------------------------

  function dressToast(toast, closeText) {
    if (toast.querySelector(".shut")) return;
    const shut = document.createElement("button");
    shut.type = "button";
    shut.className = "shut";
    shut.textContent = "✕";
    shut.setAttribute("aria-label", closeText);
    shut.addEventListener("click", () => toast.remove());
    toast.append(shut);
    if (toast.matches(".error, .warning")) return;
    let timer;
    const wait = () => { timer = setTimeout(() => toast.remove(), 7000); };
    for (const stop of ["mouseenter", "focusin"]) toast.addEventListener(stop, () => clearTimeout(timer));
    for (const go of ["mouseleave", "focusout"]) toast.addEventListener(go, wait);
    wait();
  }

  function startToasts() {
    const box = document.querySelector("[data-toasts]");
    if (!box) return;
    const dress = () => all(".toast", box).forEach((toast) => dressToast(toast, box.dataset.close));
    dress();
    new MutationObserver(dress).observe(box, { childList: true });
  }

  function showToast(text, tone) {
    const box = document.querySelector("[data-toasts]");
    if (!box || !text) return;
    const toast = document.createElement("div");
    const words = document.createElement("p");
    toast.className = "toast " + (tone || "");
    words.textContent = text;
    toast.append(words);
    box.append(toast);
  }

  // --- dialogs: <details data-dialog> opens its panel as a modal dialog -------------------------------------------

  function openAsDialog(details) {
    const panel = details.querySelector(".panel");
    const summary = details.querySelector("summary");
    const dialog = document.createElement("dialog");
    const heading = panel.querySelector("h2");
    if (heading) {
      heading.id = heading.id || "dialog-heading";
      dialog.setAttribute("aria-labelledby", heading.id);
    }
    all("[data-shut]", panel).forEach((button) => {
      button.hidden = false;
      button.onclick = () => dialog.close();
    });
    dialog.append(panel);
    document.body.append(dialog);
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
    dialog.addEventListener("close", () => {
      details.append(panel);
      dialog.remove();
      summary.focus();
    });
    dialog.showModal();
  }

  document.addEventListener("click", (event) => {
    const summary = event.target.closest("details[data-dialog] > summary");
    if (!summary || !window.HTMLDialogElement) return;
    event.preventDefault();
    openAsDialog(summary.parentElement);
  });

  // --- one press, one request --------------------------------------------------------------------------------------

  function release(form) {
    delete form.dataset.sent;
    all("[aria-disabled]", form).forEach((button) => {
      button.removeAttribute("aria-disabled");
      button.classList.remove("busy");
    });
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method === "dialog" || form.hasAttribute("hx-post") || form.hasAttribute("hx-get")) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    // Later listeners may still hold the form back (a dead network): look once they have all run.
    setTimeout(() => {
      if (event.defaultPrevented) return;
      form.dataset.sent = "1";
      const button = event.submitter || form.querySelector("button:not([type=button])");
      if (button) {
        button.setAttribute("aria-disabled", "true");
        if (button.classList.contains("btn")) button.classList.add("busy");
      }
      // A download leaves the page standing.
      if (form.hasAttribute("data-download")) setTimeout(() => release(form), 3000);
    }, 0);
  });

  // A form with data-taken downloads a file that a cookie announces: say that it came, and what is left now.
  function awaitFile(form, until) {
    if (/(^|; )taken=1/.test(document.cookie)) {
      showToast(form.dataset.taken, "success");
      renewLeft();
    } else if (Date.now() < until) {
      setTimeout(() => awaitFile(form, until), 300);
    }
  }

  async function renewLeft() {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-left]");
    if (fresh) document.querySelector("[data-left]")?.replaceWith(fresh);
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.dataset.taken) return;
    document.cookie = "taken=; max-age=0; path=" + location.pathname;
    setTimeout(() => { if (!event.defaultPrevented) awaitFile(form, Date.now() + 120000); }, 0);
  });
  window.addEventListener("pageshow", () => all("form[data-sent]").forEach(release));

  // --- Esc twice hides the page -------------------------------------------------------------------------------------

  let lastEscape = -Infinity;
  let titleBefore = "";

  function toggleCover(show) {
    const cover = document.querySelector("[data-cover]");
    if (!cover || cover.hidden !== show) return;
    all("dialog[open]").forEach((dialog) => dialog.close());
    if (show) titleBefore = document.title;
    cover.hidden = !show;
    document.title = show ? cover.dataset.coverTitle : titleBefore;
    for (const part of document.body.children) if (part !== cover) part.inert = show;
    document.documentElement.classList.toggle("covered", show);
    if (show) cover.querySelector("button").focus();
  }

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.repeat) return;
    const twice = event.timeStamp - lastEscape < 700;
    lastEscape = twice ? -Infinity : event.timeStamp;
    if (twice) toggleCover(document.querySelector("[data-cover]")?.hidden);
    all("details[data-sheet][open]").forEach((sheet) => { sheet.open = false; });
  }, true);

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-cover]")) toggleCover(false);
    all("details[data-sheet][open]").forEach((sheet) => {
      if (!sheet.contains(event.target)) sheet.open = false;
    });
    const button = event.target.closest("[data-print]");
    if (button) window.print();
  });

  // --- small things ---------------------------------------------------------------------------------------------------

  // <select data-submit> sends its filter form when it changes.
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  });

  // A change inside [data-ticks] ticks the box it names, which says that these are one's own.
  document.addEventListener("change", (event) => {
    const box = document.getElementById(event.target.closest("[data-ticks]")?.dataset.ticks);
    if (box && event.target !== box) box.checked = true;
  });

  // <select data-counted>: "the same day" needs no number.
  function showCounted(select) {
    const amount = document.getElementById(select.dataset.counted);
    if (amount) amount.closest(".field").hidden = select.value === "same_day";
  }
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-counted]")) showCounted(event.target);
  });

  // [data-roles]: a field for some roles only, shown once the form's role is one of them.
  function showFieldsOf(select) {
    all("[data-roles]", select.form).forEach((input) => {
      input.closest(".field:not(.chips)").hidden = !input.dataset.roles.split(" ").includes(select.value);
    });
  }
  document.addEventListener("change", (event) => {
    if (event.target.matches("form[method=post] select[name=role]")) showFieldsOf(event.target);
  });

  // [data-with="outcome=referred"]: a field that means something beside one answer only, shown once that is given.
  function showFieldsWith(form) {
    all("[data-with]", form).forEach((input) => {
      const [name, value] = input.dataset.with.split("=");
      input.closest(".field").hidden = new FormData(form).get(name) !== value;
    });
  }
  document.addEventListener("change", (event) => {
    if (event.target.form) showFieldsWith(event.target.form);
  });

  // Signing out takes every kept draft with it.
  document.addEventListener("submit", (event) => {
    if (event.target.hasAttribute("data-forget")) sessionStorage.clear();
  });

  // htmx: an expired session reloads the page (to the sign-in page), a dead network is said.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const login = document.body.dataset.login;
    const from = event.detail.xhr.responseURL;
    if (login && from && new URL(from).pathname === login) {
      event.detail.shouldSwap = false;
      location.reload();
    }
  });
  document.addEventListener("htmx:sendError", () => showToast(document.body.dataset.offline, "error"));

  function start() {
    startToasts();
    all("[data-print]").forEach((button) => { button.hidden = false; });
    all("[data-counted]").forEach(showCounted);
    all("form[method=post] select[name=role]").forEach(showFieldsOf);
    new Set(all("[data-with]").map((input) => input.form)).forEach(showFieldsWith);
    document.querySelector("[data-focus]")?.focus();
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();

  window.xinyu = { showToast };
})();
