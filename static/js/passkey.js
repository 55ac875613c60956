// Passkeys: show what needs them only where the browser has them, and say when one could not be read.
(function () {
  "use strict";
  document.addEventListener("DOMContentLoaded", function () {
    if (window.PublicKeyCredential) {
      document.querySelectorAll("[data-needs-passkeys]").forEach(function (part) { part.hidden = false; });
    }
  });
  document.addEventListener("allauth.error", function (event) {
    event.preventDefault();
    document.querySelectorAll("[data-passkey-error]").forEach(function (note) { note.hidden = false; });
  });
})();
