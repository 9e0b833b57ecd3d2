/** Runs before the first paint, as a plain script: the theme chosen on this device, if any. */
{
  try {
    const chosen = localStorage.getItem("refrain.theme");
    if (chosen === "light" || chosen === "dark") document.documentElement.dataset["theme"] = chosen;
  } catch {
    // Storage is switched off: the system's theme holds.
  }
}
