/** Renaming in place: the pencil shows the field, Escape or Cancel puts the title back. */
import { mount } from "../mount";

mount("[data-rename]", (box, signal) => {
  const shown = box.querySelector<HTMLElement>("[data-rename-shown]");
  const form = box.querySelector<HTMLFormElement>("[data-rename-form]");
  const input = form?.querySelector("input[name=title]");
  if (!shown || !form || !(input instanceof HTMLInputElement)) return;
  const edit = (on: boolean): void => {
    shown.hidden = on;
    form.hidden = !on;
    if (on) input.select();
    else {
      form.reset();
      shown.querySelector<HTMLElement>("[data-rename-start]")?.focus();
    }
  };
  box.querySelector("[data-rename-start]")?.addEventListener("click", () => edit(true), { signal });
  box.querySelector("[data-rename-cancel]")?.addEventListener("click", () => edit(false), { signal });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") edit(false);
  }, { signal });
  if (!form.hidden) input.focus();
});
