/** The play buttons on the page: a click plays the list from there; all of them show what plays now. */
import type { Player } from "./player";
import { itemOf, listAround } from "./items";

/** A pointer that rests on a play button for this long will mostly press it. */
const RESTING_MS = 65;

function playableOf(target: EventTarget | null): HTMLElement | null {
  if (!(target instanceof Element)) return null;
  return target.closest("[data-play]")?.closest<HTMLElement>("[data-playable]") ?? null;
}

export function connectButtons(player: Player): void {
  document.addEventListener("click", (event) => {
    const song = playableOf(event.target);
    if (!song) return;
    event.preventDefault();
    if (player.current?.version === song.dataset["version"] && player.status !== "empty") {
      void player.toggle();
      return;
    }
    const { items, index } = listAround(song);
    void player.playList(items, index);
  });
  // The song is made ready while the button is still held down, or before.
  let resting = 0;
  const expect = (target: EventTarget | null): void => {
    const song = playableOf(target);
    if (song?.dataset["version"]) player.expect(itemOf(song));
  };
  document.addEventListener("pointerdown", (event) => expect(event.target));
  document.addEventListener("pointerover", (event) => {
    clearTimeout(resting);
    if (playableOf(event.target)) resting = window.setTimeout(() => expect(event.target), RESTING_MS);
  });
  document.addEventListener("focusin", (event) => expect(event.target));
  const draw = (): void => drawButtons(player);
  player.addEventListener("change", draw);
  document.addEventListener("htmx:afterSettle", draw);
  document.addEventListener("htmx:historyRestore", draw);
  draw();
}

function drawButtons(player: Player): void {
  for (const song of document.querySelectorAll<HTMLElement>("[data-playable]")) {
    const current = song.dataset["version"] === player.current?.version;
    song.toggleAttribute("data-current", current);
    const state = current && player.playing ? player.status : "";
    for (const button of song.querySelectorAll<HTMLElement>("[data-play]")) {
      button.dataset["state"] = state;
      button.setAttribute("aria-label", `${state ? "Pause" : "Play"} ${song.dataset["title"] ?? ""}`);
    }
  }
}
