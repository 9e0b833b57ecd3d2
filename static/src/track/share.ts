/** Copies the link, or hands it to the system's share sheet where there is one. */
import { mount } from "../mount";

mount<HTMLDialogElement>("[data-share]", (dialog, signal) => {
  const field = dialog.querySelector<HTMLInputElement>("[data-share-url]");
  const word = dialog.querySelector("[data-share-word]");
  const send = dialog.querySelector<HTMLButtonElement>("[data-share-send]");
  if (!field) return;
  dialog.querySelector("[data-share-copy]")?.addEventListener("click", () => {
    field.select();
    // Without HTTPS there is no clipboard: the link is selected, ready for the keyboard.
    const copied = navigator.clipboard?.writeText(field.value) ?? Promise.reject(new Error("no clipboard"));
    copied.then(
      () => word && (word.textContent = "Copied"),
      () => word && (word.textContent = "Press Ctrl+C"),
    );
  }, { signal });
  if (!send || !("share" in navigator)) return;
  send.hidden = false;
  send.addEventListener("click", () => {
    navigator.share({ title: dialog.dataset["title"] ?? "", url: field.value }).catch(() => undefined);
  }, { signal });
});
