/** Copies the link or the player's code, or hands the link to the system's share sheet where there is one. */
import { mount } from "../mount";

mount<HTMLDialogElement>("[data-share]", (dialog, signal) => {
  const field = dialog.querySelector<HTMLInputElement>("[data-share-url]");
  const send = dialog.querySelector<HTMLButtonElement>("[data-share-send]");
  if (!field) return;
  for (const button of dialog.querySelectorAll<HTMLElement>("[data-share-copy]")) {
    button.addEventListener("click", () => copy(dialog, button), { signal });
  }
  if (!send || !("share" in navigator)) return;
  send.hidden = false;
  send.addEventListener("click", () => {
    navigator.share({ title: dialog.dataset["title"] ?? "", url: field.value }).catch(() => undefined);
  }, { signal });
});

function copy(dialog: HTMLElement, button: HTMLElement): void {
  const field = dialog.querySelector<HTMLInputElement>(`#${button.dataset["shareCopy"] ?? ""}`);
  const word = button.querySelector("[data-share-word]");
  if (!field || !word) return;
  field.select();
  // Without HTTPS there is no clipboard: the text is selected, ready for the keyboard.
  const copied = navigator.clipboard?.writeText(field.value) ?? Promise.reject(new Error("no clipboard"));
  copied.then(
    () => (word.textContent = "Copied"),
    () => (word.textContent = "Press Ctrl+C"),
  );
}
