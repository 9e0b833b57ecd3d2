/** Short messages: from Django's messages, from an `HX-Trigger: {"toast": {"text", "level"}}` header, or from a script. */
import { mount } from "../mount";

export type Level = "plain" | "bad";

const SECONDS = 6;

export function toast(text: string, level: Level = "plain"): void {
  const place = document.getElementById("toasts");
  if (!place) return;
  const item = document.createElement("div");
  item.className = level === "bad" ? "toast toast-bad" : "toast";
  const words = document.createElement("span");
  words.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "icon-button";
  close.setAttribute("aria-label", "Close this message");
  close.innerHTML = '<span class="icon icon-close" aria-hidden="true"></span>';
  close.addEventListener("click", () => item.remove());
  item.append(words, close);
  place.append(item);
  if (place.childElementCount > 3) place.firstElementChild?.remove();
  const leave = (): void => {
    if (item.matches(":hover, :focus-within")) setTimeout(leave, 1000);
    else item.remove();
  };
  setTimeout(leave, SECONDS * 1000);
}

document.addEventListener("toast", (event) => {
  const { text, level } = (event as CustomEvent<{ text?: string; level?: Level }>).detail;
  if (text) toast(text, level === "bad" ? "bad" : "plain");
});

mount("[data-messages]", (list) => {
  for (const item of list.querySelectorAll<HTMLElement>("[data-level]")) {
    if (item.dataset["level"] === "error") continue;
    toast(item.textContent?.trim() ?? "");
    item.remove();
  }
  if (!list.childElementCount) list.remove();
});
