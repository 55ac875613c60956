// Runs before the first paint, so that what JavaScript moves never jumps.
document.documentElement.classList.add("js");
