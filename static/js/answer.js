// One question at a time. Answers are sent every ten or every ten seconds, a critical one at once, under an id made
// here; what is not yet acknowledged waits in this tab, and nothing stays once all of it is.
// Written for Chrome 80 and iOS 13: no optional chaining, no randomUUID.
(function () {
  "use strict";
  var root = document.querySelector("[data-answer]");
  var held = document.getElementById("told");
  if (!root || !held || !window.fetch || !window.URLSearchParams) return;
  var told = JSON.parse(held.textContent);
  var form = root.querySelector("form");
  var csrf = form.querySelector("[name=csrfmiddlewaretoken]").value;
  var words = root.dataset;
  var QUEUE = "unsent";
  // Each request remembers whose it is. A new scan of the same student sends it with the new sitting.
  var EVERY = 10, SECONDS = 10;

  var given = {};      // of this sitting, in memory only
  var fresh = {};      // given since the last sending
  var at = 0;
  var shownAt = Date.now();
  var seconds = 0;
  var sending = false;
  var dead = false;
  var pause = 1000;
  var finishing = false;
  var isOver = false;  // handed in, here or on another device
  var over = false;

  // --- what waits to be sent ---------------------------------------------------------------------------------------

  var memory = [];
  try { memory = JSON.parse(sessionStorage.getItem(QUEUE) || "[]"); } catch (e) { /* a browser that keeps nothing */ }
  function queue() { return memory; }
  function keep(list) {
    memory = list;
    try {
      if (list.length) sessionStorage.setItem(QUEUE, JSON.stringify(list));
      else sessionStorage.removeItem(QUEUE);
    } catch (e) { /* a browser that keeps nothing: the page itself does */ }
  }
  function newId() {
    var b = new Uint8Array(16), s = "";
    window.crypto.getRandomValues(b);
    b[6] = (b[6] & 15) | 64; b[8] = (b[8] & 63) | 128;
    for (var i = 0; i < 16; i++) s += (b[i] + 256).toString(16).slice(1);
    return s.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }
  function collect(url, extra) {
    var answers = fresh, keys = Object.keys(answers);
    if ((!keys.length || told.unnamed) && !extra) return;
    fresh = {};
    clock();
    keep(queue().concat([{ url: url, id: newId(), who: told.who, sitting: told.sitting, seconds: seconds, answers: answers, last: !!extra }]));
    seconds = 0;
    send();
  }
  function clock() {
    var now = Date.now();
    seconds += Math.max(0, Math.min(120, Math.round((now - shownAt) / 1000)));
    shownAt = now;
  }
  function isOwn(one) { return one.who === told.who; }
  function without(one) { return queue().filter(function (other) { return other.id !== one.id; }); }
  function body(one) {
    var p = new URLSearchParams();
    p.append("csrfmiddlewaretoken", csrf);
    p.append("sitting", isOwn(one) ? told.sitting : one.sitting);
    p.append("id", one.id);
    p.append("seconds", String(one.seconds));
    var keys = Object.keys(one.answers);
    p.append("asked", keys.join(","));
    keys.forEach(function (key) { one.answers[key].forEach(function (v) { p.append("q-" + key, v); }); });
    return p;
  }
  function send() {
    var list = queue();
    if (isOver && !list.length) {
      if (Object.keys(fresh).length && !told.unnamed) { collect(words.save); return; }  // one may still call
      over = true; location.replace(words.done); return;
    }
    if (sending || !list.length) { show(); return; }
    sending = true;
    var one = list[0];
    // What leaves from a page put aside goes on though the page is closed; only then, for it may be 64 KB at most.
    var how = { method: "POST", body: body(one), headers: { "X-Script": "1" }, credentials: "same-origin", keepalive: document.hidden };
    fetch(one.url, how)
      .then(function (answer) {
        var isKept = answer.ok, isBad = answer.status === 400;
        if (!isKept && !isBad && answer.status !== 410) throw new Error("later");
        return (isBad ? Promise.resolve({}) : answer.json()).then(function (found) {
          // A gate in the network answers with a page of its own: only the school's word counts.
          if (isKept && typeof found.kept !== "boolean") throw new Error("later");
          sending = false; dead = false; pause = 1000;
          if (!isKept && !isBad && isOwn(one)) { over = true; closed(found.sentence); return; }
          keep(without(one));
          if (!isKept) tell(isOwn(one) ? words.unread : words.before);
          if (one.last && isBad) { finishing = false; show(); }
          if (isKept && isOwn(one) && (one.last || !found.kept)) isOver = true;
          send();
        });
      })
      .catch(function () {
        sending = false; dead = true;
        show();
        setTimeout(send, pause);
        pause = Math.min(pause * 2, 15000);
      });
  }
  function tell(sentence) {  // stays until the page is left
    var box = root.querySelector("[data-told]");
    if (!box) return;
    box.textContent = sentence;
    box.hidden = false;
  }
  // Refused for good. What was typed stays on this device until somebody says that it may go.
  function closed(sentence) {
    var mine = queue().filter(isOwn), count = 0;
    mine.forEach(function (one) { count += Object.keys(one.answers).length; });
    root.textContent = "";
    root.appendChild(el("h1", "", sentence || words.closed));
    if (!count) { keep(queue().filter(function (one) { return !isOwn(one); })); return; }
    var note = el("p", "kept", words.unsent.replace("0", String(count))), forget = el("button", "btn wide", words.forget);
    note.setAttribute("role", "alert");
    forget.type = "button";
    forget.addEventListener("click", function () {
      keep(queue().filter(function (one) { return !isOwn(one); }));
      note.hidden = forget.hidden = true;
    });
    root.appendChild(note);
    root.appendChild(forget);
  }
  window.addEventListener("online", function () { pause = 1000; send(); });
  setInterval(function () { collect(words.save); }, SECONDS * 1000);
  document.addEventListener("visibilitychange", function () { if (document.hidden) collect(words.save); });
  window.addEventListener("beforeunload", function (event) {
    if (!over && (Object.keys(fresh).length || queue().length)) { event.preventDefault(); event.returnValue = ""; }
  });

  // --- the questions -----------------------------------------------------------------------------------------------

  function isAsked(one) {
    return !one.waitsFor.length || one.waitsFor.some(function (c) {
      return (given[c[0]] || []).some(function (v) { return c[1].indexOf(Number(v)) >= 0; });
    });
  }
  function list() { return told.asked.filter(isAsked); }

  function el(name, css, text) {
    var e = document.createElement(name);
    if (css) e.className = css;
    if (text) e.textContent = text;
    return e;
  }
  var box = root.querySelector("[data-question]"), back = root.querySelector("[data-back]"), next = root.querySelector("[data-next]");
  var num = root.querySelector("[data-num]"), walk = root.querySelector("[data-walk]"), kept = root.querySelector("[data-kept]");

  function choice(one, value, text, kind) {
    var label = el("label"), input = el("input"), span = el("span", "", text);
    input.type = kind; input.name = one.key; input.value = value;
    input.checked = (given[one.key] || []).indexOf(String(value)) >= 0;
    label.className = input.checked ? "on" : "";
    input.addEventListener("change", function () {
      var labels = box.querySelectorAll("label");
      for (var i = 0; i < labels.length; i++) labels[i].className = labels[i].querySelector("input").checked ? "on" : "";
      var all = box.querySelectorAll("input:checked"), values = [];
      for (var j = 0; j < all.length; j++) values.push(all[j].value);
      put(one, values);
    });
    label.appendChild(input); label.appendChild(span);
    return label;
  }
  function put(one, values) {
    given[one.key] = values;
    fresh[one.key] = values;
    if (one.critical || Object.keys(fresh).length >= EVERY) collect(words.save);
    show();
  }
  function ask(one) {
    box.textContent = "";
    if (one.intro) box.appendChild(el("p", "hint text", one.intro));
    if (one.section) box.appendChild(el("p", "hint", one.section));
    var heading = el("h1", "", one.text);
    heading.tabIndex = -1;
    box.appendChild(heading);
    if (one.hint) box.appendChild(el("p", "hint", one.hint));
    var holder = el("div", one.type === "scale" ? "rating" : "answers");
    holder.setAttribute("role", one.type === "multiple" ? "group" : "radiogroup");
    holder.setAttribute("aria-label", one.text);
    if (one.type === "single" || one.type === "multiple") {
      one.choices.forEach(function (c) { holder.appendChild(choice(one, c[0], c[1], one.type === "single" ? "radio" : "checkbox")); });
    } else if (one.type === "scale") {
      for (var v = one.low; v <= one.high; v++) holder.appendChild(choice(one, v, String(v), "radio"));
    } else {
      var input = el(one.type === "text" ? "textarea" : "input");
      if (one.type === "text") { input.rows = 4; input.maxLength = 2000; } else input.type = one.type;
      if (one.type === "number") { if (one.low !== null) input.min = one.low; if (one.high !== null) input.max = one.high; }
      input.value = (given[one.key] || [""])[0];
      input.setAttribute("aria-label", one.text);
      input.addEventListener("change", function () { if (input.checkValidity()) put(one, input.value ? [input.value] : []); });
      holder.appendChild(input);
    }
    box.appendChild(holder);
    if (one.type === "scale" && (one.lowText || one.highText)) {
      var ends = el("p", "ends");
      ends.appendChild(el("span", "", one.lowText)); ends.appendChild(el("span", "", one.highText));
      box.appendChild(ends);
    }
  }
  function last(questions) {
    box.textContent = "";
    var open = questions.filter(function (one) { return !(given[one.key] || []).length; });
    var heading = el("h1", "", open.length ? words.open.replace("0", String(open.length)) : words.ready);
    heading.tabIndex = -1;
    box.appendChild(heading);
    if (open.length) {
      var first = el("button", "btn wide", words.first);
      first.type = "button";
      first.addEventListener("click", function () { at = questions.indexOf(open[0]); draw(true); });
      box.appendChild(first);
    }
  }
  function counted(number, total) {  // the sentence has 1 and 2 where the two numbers go
    return words.count.replace(/[12]/g, function (place) { return String(place === "1" ? number : total); });
  }
  function draw(moved) {
    clock();
    var questions = list();
    at = Math.max(0, Math.min(at, questions.length));
    if (at < questions.length) ask(questions[at]); else last(questions);
    var ruled = told.asked.length - questions.length, total = told.total - ruled;
    num.textContent = at < questions.length ? counted(told.done + at + 1, total) : "";
    walk.style.width = (total ? Math.round(100 * (told.done + at) / total) : 100) + "%";
    if (moved) { window.scrollTo(0, 0); var h = box.querySelector("h1"); if (h) h.focus(); }
    show();
  }
  function show() {
    var questions = list(), waiting = queue().length;
    back.disabled = at === 0 || finishing;
    next.textContent = at < questions.length ? words.next : words.hand;
    next.disabled = finishing;
    kept.hidden = !(dead && waiting);
  }
  back.addEventListener("click", function () { at -= 1; draw(true); });
  next.addEventListener("click", function () {
    var questions = list();
    if (at < questions.length) { at += 1; draw(true); return; }
    finishing = true;
    questions.forEach(function (one) {  // of an anonymous survey nothing has been sent before
      if (told.unnamed || !(given[one.key] || []).length) fresh[one.key] = given[one.key] || [];
    });
    if (told.unnamed) Object.keys(fresh).forEach(function (key) {
      if (!questions.some(function (one) { return one.key === key; })) delete fresh[key];
    });
    collect(words.finish, true);
    show();
  });
  var large = root.querySelector("[data-large]");
  large.addEventListener("click", function () {  // a cookie, so that it stays after a reload; the end page takes it away
    var isOn = document.documentElement.classList.toggle("large");
    document.cookie = "print=" + (isOn ? "large" : "usual") + "; path=" + location.pathname + "; SameSite=Lax";
  });
  var aloud = root.querySelector("[data-aloud]");
  if (window.speechSynthesis && window.SpeechSynthesisUtterance) {
    aloud.hidden = false;
    aloud.addEventListener("click", function () {
      window.speechSynthesis.cancel();
      var said = new SpeechSynthesisUtterance(box.innerText);
      said.lang = document.documentElement.lang;
      said.rate = 0.9;
      window.speechSynthesis.speak(said);
    });
  }

  // A page loaded anew before the last answers were acknowledged goes on behind them.
  queue().filter(isOwn).forEach(function (one) {
    Object.keys(one.answers).forEach(function (key) { given[key] = one.answers[key]; });
  });
  while (at < list().length && (given[list()[at].key] || []).length) at++;

  form.hidden = true;
  root.querySelector("[data-script]").hidden = false;
  draw(false);
  send();
})();
