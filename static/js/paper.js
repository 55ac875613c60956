// A survey that is tried out: questions that depend on an answer come and go; the form shows what its kind needs.
"use strict";

function showBranches(paper) {
  const chosen = new Set();
  for (const question of paper.querySelectorAll("[data-number]")) {
    const wanted = (question.dataset.shownIf || "").trim().split(/\s+/).filter(Boolean);
    question.hidden = wanted.length > 0 && !wanted.some((answer) => chosen.has(answer));
    if (question.hidden) continue;
    for (const input of question.querySelectorAll("input:checked")) chosen.add(`${question.dataset.number}:${input.value}`);
  }
}

function showFields(form) {
  const kind = form.querySelector("input[name=type]:checked");
  for (const part of form.querySelectorAll("[data-for]")) {
    part.hidden = kind !== null && !part.dataset.for.split(" ").includes(kind.value);
  }
}

function showAll() {
  document.querySelectorAll("[data-paper]").forEach(showBranches);
  document.querySelectorAll("form[data-question]").forEach(showFields);
}

document.addEventListener("change", showAll);
document.addEventListener("htmx:afterSwap", showAll);
showAll();
