/** The button that switches between light and dark, and remembers it on this device. */
import { mount } from "../mount";
import { remember } from "../storage";

const system = matchMedia("(prefers-color-scheme: light)");

function current(): "light" | "dark" {
  const chosen = document.documentElement.dataset["theme"];
  if (chosen === "light" || chosen === "dark") return chosen;
  return system.matches ? "light" : "dark";
}

function drawIcons(): void {
  const light = current() === "light";
  for (const icon of document.querySelectorAll("[data-theme-icon]")) {
    icon.classList.toggle("icon-moon", light);
    icon.classList.toggle("icon-sun", !light);
  }
  document.dispatchEvent(new CustomEvent("refrain:theme"));
}

system.addEventListener("change", drawIcons);

mount<HTMLButtonElement>("[data-theme-toggle]", (button, signal) => {
  drawIcons();
  button.addEventListener(
    "click",
    () => {
      const next = current() === "light" ? "dark" : "light";
      document.documentElement.dataset["theme"] = next;
      remember("theme", next);
      drawIcons();
    },
    { signal },
  );
});
