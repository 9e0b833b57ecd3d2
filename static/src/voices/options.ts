/** Narrows the performers beside a song to a register, or to those that people lent; whoever is chosen stays in sight. */
import { mount } from "../mount";

mount("[data-voice-options]", (box, signal) => {
  const filters = box.querySelector<HTMLElement>("[data-voice-filters]");
  const none = box.querySelector<HTMLElement>("[data-none-shown]");
  const options = [...box.querySelectorAll<HTMLElement>("[data-of]")];
  if (!filters || !none) return;
  filters.hidden = false;
  for (const filter of filters.querySelectorAll<HTMLElement>("[data-shows]")) {
    filter.addEventListener("click", () => {
      const kind = filter.dataset["shows"] ?? "";
      for (const each of filters.children) each.setAttribute("aria-pressed", String(each === filter));
      for (const option of options) {
        const chosen = option.querySelector<HTMLInputElement>("input:checked");
        option.hidden = kind !== "" && !chosen && !(option.dataset["of"] ?? "").split(" ").includes(kind);
      }
      none.hidden = options.some((option) => !option.hidden);
    }, { signal });
  }
});
