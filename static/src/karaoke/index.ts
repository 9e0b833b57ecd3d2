/** Karaoke on a track's page: a stage over the page, whose sound is loaded when it is first opened. */
import { mount } from "../mount";
import { player } from "../player";

mount<HTMLDialogElement>("[data-karaoke]", (dialog, signal) => {
  let show: Promise<{ open: () => void }> | null = null;
  const opener = document.querySelector<HTMLElement>("[data-open-karaoke]");
  opener?.addEventListener("click", () => {
    const seconds = player?.current?.version === dialog.dataset["version"] ? (player?.seconds ?? 0) : 0;
    player?.pause();
    if (!dialog.open) dialog.showModal();
    show ??= import("./show").then(({ Show }) => new Show(dialog, seconds, signal));
    show.then((found) => found.open(), () => {
      show = null;
      const message = dialog.querySelector("[data-karaoke-message]");
      if (message) message.textContent = "Karaoke could not be loaded. Close it, then try again.";
    });
  }, { signal });
});
