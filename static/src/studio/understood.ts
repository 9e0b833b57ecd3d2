/** What was understood of the words: each chip's editor writes into the form, and the chips follow the form. */
import { mount } from "../mount";

/** Set the form's field `name`, however it is shown: a text, a list, or a row of chips. */
function setField(form: HTMLFormElement, name: string, values: readonly string[]): void {
  const fields = [...form.elements].filter(
    (field): field is HTMLInputElement | HTMLSelectElement =>
      (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) && field.name === name,
  );
  for (const field of fields) {
    if (field instanceof HTMLInputElement && (field.type === "radio" || field.type === "checkbox")) {
      field.checked = values.includes(field.value);
    } else field.value = values[0] ?? "";
  }
  if (!values.length) {
    const none = fields.find((field) => field instanceof HTMLInputElement && field.type === "radio" && !field.value);
    if (none instanceof HTMLInputElement) none.checked = true;
  }
  // of itself an editor is no field of the form: what it wrote counts as typed there
  (fields[0] ?? form).dispatchEvent(new Event("change", { bubbles: true }));
}

mount("[data-understood]", (box, signal) => {
  const form = box.closest("form");
  if (!form) return;
  const leave = (from: Element): void => {
    const menu = from.closest("details");
    if (menu) menu.open = false;
    menu?.querySelector<HTMLElement>("summary")?.focus();
  };
  // leaving the prompt tells nothing new, and an editor that is open must not be swapped away
  form.addEventListener("change", (event) => {
    if (!(event.target instanceof HTMLTextAreaElement)) box.dispatchEvent(new Event("understand"));
  }, { signal });
  box.addEventListener("htmx:beforeSwap", (event) => {
    if (box.querySelector("details[open]")) (event as CustomEvent<{ shouldSwap: boolean }>).detail.shouldSwap = false;
  }, { signal });
  box.addEventListener("change", (event) => {
    const from = event.target;
    if (!(from instanceof HTMLElement)) return;
    event.stopPropagation();
    const many = from.closest<HTMLElement>("[data-sets-many]");
    const one = from.closest<HTMLInputElement | HTMLSelectElement>("[data-sets]");
    if (many) {
      const chosen = [...many.querySelectorAll<HTMLInputElement>("input:checked")].map((input) => input.value);
      many.dataset["changed"] = "yes";
      many.dataset["values"] = JSON.stringify(chosen);
    } else if (one && one.value) {
      leave(one);
      setField(form, one.dataset["sets"] ?? "", [one.value]);
    }
  }, { signal });
  // Enter means this one thing, not the whole song
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.target instanceof HTMLInputElement)) return;
    event.preventDefault();
    event.target.dispatchEvent(new Event("change", { bubbles: true }));
  }, { signal });
  // several are chosen one by one: they are written once their list is closed
  box.addEventListener("toggle", (event) => {
    const menu = event.target;
    const many = menu instanceof HTMLDetailsElement && !menu.open ? menu.querySelector<HTMLElement>("[data-changed]") : null;
    if (many) setField(form, many.dataset["setsMany"] ?? "", JSON.parse(many.dataset["values"] ?? "[]") as string[]);
  }, { signal, capture: true });
  box.addEventListener("click", (event) => {
    const reset = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-resets]") : null;
    if (!reset) return;
    leave(reset);
    setField(form, reset.dataset["resets"] ?? "", []);
  }, { signal });
});
