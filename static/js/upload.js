// The file drop: the real input lies over the zone, so dropping is the browser's own; here only the words change.
(function () {
  "use strict";

  const size = (bytes) => (bytes < 1048576 ? Math.max(1, Math.round(bytes / 1024)) + " KB" : (bytes / 1048576).toFixed(1) + " MB");

  document.querySelectorAll("[data-drop]").forEach((zone) => {
    const input = zone.querySelector("input[type=file]");
    const words = zone.querySelector("[data-drop-name]");
    const before = words.textContent;
    input.addEventListener("change", () => {
      words.textContent = Array.from(input.files, (file) => `${file.name} · ${size(file.size)}`).join(", ") || before;
    });
    for (const enter of ["dragenter", "dragover"]) zone.addEventListener(enter, () => zone.classList.add("over"));
    for (const away of ["dragleave", "drop"]) zone.addEventListener(away, () => zone.classList.remove("over"));
  });
})();
