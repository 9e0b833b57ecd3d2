/** The library's list: filters that apply at once, and selecting several songs. */
import { mount } from "../mount";

const TYPING_MS = 350;

mount<HTMLFormElement>("[data-autosubmit]", (form, signal) => {
  let waiting = 0;
  // The search field outlives a swap, so that nothing typed meanwhile is lost; elsewhere it says what the address says.
  const search = form.querySelector<HTMLInputElement>("input[type=search]");
  if (search && search !== document.activeElement) {
    search.value = new URL(location.href).searchParams.get(search.name) ?? "";
  }
  // Empty fields only make the address longer.
  form.addEventListener("formdata", ({ formData }) => {
    for (const [name, value] of [...formData]) if (value === "") formData.delete(name);
  }, { signal });
  form.addEventListener("change", (event) => {
    if (event.target instanceof HTMLInputElement && event.target.type === "search") return;
    form.requestSubmit();
  }, { signal });
  form.addEventListener("input", (event) => {
    if (!(event.target instanceof HTMLInputElement) || event.target.type !== "search") return;
    clearTimeout(waiting);
    waiting = window.setTimeout(() => form.requestSubmit(), TYPING_MS);
  }, { signal });
  signal.addEventListener("abort", () => clearTimeout(waiting));
});

mount<HTMLFormElement>("[data-selection]", (form, signal) => {
  const all = form.querySelector<HTMLInputElement>("[data-select-all]");
  const count = form.querySelector("[data-selection-count]");
  const actions = form.querySelector<HTMLElement>("[data-selection-actions]");
  const idle = count?.textContent ?? "";
  const boxes = (): HTMLInputElement[] => [...form.querySelectorAll<HTMLInputElement>('input[name="track"]')];
  const draw = (): void => {
    const chosen = boxes().filter((box) => box.checked).length;
    if (all) {
      all.checked = chosen > 0 && chosen === boxes().length;
      all.indeterminate = chosen > 0 && !all.checked;
    }
    if (count) count.textContent = chosen ? `${chosen} selected` : idle;
    if (actions) actions.hidden = chosen === 0;
  };
  all?.addEventListener("change", () => {
    for (const box of boxes()) box.checked = all.checked;
    draw();
  }, { signal });
  form.addEventListener("change", draw, { signal });
  draw();
});
