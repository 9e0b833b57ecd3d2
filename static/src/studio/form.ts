/** The request form: lengths in words, Ctrl+Enter sends, a reference keeps the prompt, whoever goes for credits the whole form. */
import { mount } from "../mount";

function minutes(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

mount<HTMLFormElement>("[data-studio-form]", (form, signal) => {
  const length = form.querySelector<HTMLInputElement>("#id_seconds");
  const output = form.querySelector<HTMLOutputElement>("[data-length]");

  const show = (): void => {
    if (length && output) output.value = minutes(length.valueAsNumber);
    for (const spelt of form.querySelectorAll<HTMLOutputElement>("[data-seconds-of]")) {
      const of = form.querySelector<HTMLInputElement>(`#${spelt.dataset["secondsOf"]}`);
      if (of) spelt.value = `${of.value} seconds`;
    }
  };

  form.addEventListener("input", show, { signal });
  form.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
    },
    { signal },
  );
  for (const link of form.querySelectorAll<HTMLAnchorElement>("[data-reference]")) {
    link.addEventListener("click", () => {
      const prompt = form.querySelector<HTMLTextAreaElement>("#id_prompt")?.value.trim();
      const address = new URL(link.href);
      if (prompt) address.searchParams.set("prompt", prompt);
      link.href = address.href;
    }, { signal });
  }
  // who goes for credits finds the song as it was; the page is left at once, so the request has to outlive it
  form.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-keeps-form]") : null;
    const keep = link?.dataset["keepsForm"];
    if (keep) void fetch(keep, { method: "POST", body: new FormData(form), keepalive: true });
  }, { signal });
  show();
  if (form.querySelector("[aria-invalid=true]")) form.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
});
