// What calls while a page is open: one small question every 20 seconds. It is no activity and keeps no session alive.
(function () {
  "use strict";

  const EVERY = 20000;
  const all = (selector) => Array.from(document.querySelectorAll(selector));
  const asked = { headers: { "X-Poll": "1", Accept: "application/json" }, redirect: "manual", cache: "no-store" };
  let title = document.title;
  let beats = null;
  let count = null;
  let timer = null;
  let hasEnded = false;

  // --- the session has ended: names vanish, and the page says that it no longer calls --------------------------------

  function end() {
    clearTimeout(timer);
    hasEnded = true;
    const words = document.querySelector("template[data-ended]");
    if (!words) return;
    const page = words.content.cloneNode(true);
    document.body.replaceChildren(page);
    document.title = title = "";
  }

  // --- the count -------------------------------------------------------------------------------------------------------

  function show(next) {
    for (const place of all('[data-count="notices"]')) {
      place.hidden = !next;
      place.firstElementChild.textContent = next;
    }
    for (const bell of all("[data-bell]")) bell.hidden = !next;
    if (document.documentElement.classList.contains("covered")) return;
    const mark = next ? "● " : "";
    document.title = mark + document.title.replace(/^● /, "");
    if (count !== null && next > count) ring();
    count = next;
  }

  // --- parts of the page that show what may change: [data-live] is asked for anew, [data-stale] only says so ----------

  const isInUse = (part) => part.contains(document.activeElement) || part.querySelector("[open], [data-touched]");

  async function renew() {
    for (const hint of all("[data-stale]")) hint.hidden = false;
    const parts = all("[data-live]").filter((part) => !isInUse(part));
    if (!parts.length) return;
    const answer = await fetch(location.href, { headers: { "X-Poll": "1", Accept: "text/html" }, redirect: "manual" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of parts) {
      const fresh = page.querySelector(`[data-live="${part.dataset.live}"]`);
      if (fresh && fresh.innerHTML !== part.innerHTML) part.innerHTML = fresh.innerHTML;
    }
    for (const place of all(".rail nav a[href], .dock a[href]")) {
      const fresh = page.querySelector(`a[href="${place.getAttribute("href")}"] > .count`);
      const old = place.querySelector(":scope > .count");
      if (old && fresh) old.replaceWith(fresh);
      else if (fresh) place.append(fresh);
      else if (old) old.remove();
    }
  }

  // --- the question -----------------------------------------------------------------------------------------------------

  async function ask() {
    clearTimeout(timer);
    try {
      const answer = await fetch(document.body.dataset.poll, asked);
      if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) return end();
      if (!answer.ok) throw new Error("no answer");
      const told = await answer.json();
      for (const strip of all("[data-no-line]")) strip.hidden = true;
      show(told.count);
      if (beats !== null && told.beats !== beats) await renew();
      beats = told.beats;
    } catch (_failed) {
      for (const strip of all("[data-no-line]")) strip.hidden = false;
    }
    clearTimeout(timer);
    timer = setTimeout(ask, EVERY);
  }

  // --- a sound, for who wants one ---------------------------------------------------------------------------------------

  function ring() {
    if (localStorage.getItem("sound") !== "on" || !window.AudioContext) return;
    const box = new AudioContext();
    const tone = box.createOscillator();
    const volume = box.createGain();
    tone.frequency.value = 660;
    volume.gain.setValueAtTime(0.2, box.currentTime);
    volume.gain.exponentialRampToValueAtTime(0.001, box.currentTime + 0.6);
    tone.connect(volume).connect(box.destination);
    tone.start();
    tone.stop(box.currentTime + 0.6);
  }

  function dressSound(button) {
    const isOn = localStorage.getItem("sound") === "on";
    button.hidden = false;
    button.textContent = isOn ? button.dataset.on : button.dataset.off;
    button.setAttribute("aria-pressed", String(isOn));
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-sound]");
    if (!button) return;
    localStorage.setItem("sound", localStorage.getItem("sound") === "on" ? "off" : "on");
    dressSound(button);
    ring();
  });

  // What somebody has begun to type is not replaced.
  document.addEventListener("input", (event) => {
    const part = event.target.closest("[data-live]");
    if (part) event.target.dataset.touched = "1";
  });

  function start() {
    all("[data-sound]").forEach(dressSound);
    if (!document.body.dataset.poll) return;
    ask();
    document.addEventListener("visibilitychange", () => { if (!document.hidden && !hasEnded) ask(); });
  }
  start();
})();
