/** The request form: the length in words, lyrics only where somebody sings, Ctrl+Enter sends. */
import { mount } from "../mount";

function minutes(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

mount<HTMLFormElement>("[data-studio-form]", (form, signal) => {
  const length = form.querySelector<HTMLInputElement>("#id_seconds");
  const output = form.querySelector<HTMLOutputElement>("[data-length]");
  const lyrics = form.querySelector<HTMLElement>("[data-lyrics]");

  const show = (): void => {
    if (length && output) output.value = minutes(length.valueAsNumber);
    const vocals = form.querySelector<HTMLInputElement>("[name=vocals]:checked");
    if (lyrics) lyrics.hidden = vocals?.value !== "sung";
  };

  form.addEventListener("input", show, { signal });
  form.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
    },
    { signal },
  );
  show();
  if (form.querySelector("[aria-invalid=true]")) form.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
});
