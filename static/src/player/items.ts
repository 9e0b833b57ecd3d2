/** Reads songs from the page: every [data-playable] element carries what the queue needs, and a [data-play] button. */
import type { Item } from "./types";

export function itemOf(element: HTMLElement): Item {
  const { version = "", track = "", title = "", creator = "", cover = "", seconds, href = "", label = "" } = element.dataset;
  const { prefix = "", expires = "", gain } = element.dataset;
  return {
    version, track, title, creator, cover, href, label, prefix,
    seconds: Number(seconds) || 0,
    expires: Date.parse(expires) || 0,
    gain: Number(gain) || 0,
  };
}

/** The list that `element` stands in: every song of the closest [data-queue], each once, and its place there. */
export function listAround(element: HTMLElement): { items: Item[]; index: number } {
  const list = element.closest("[data-queue]");
  const songs = list ? [...list.querySelectorAll<HTMLElement>("[data-playable]")] : [element];
  const seen = new Set<string>();
  const items = songs.map(itemOf).filter((item) => {
    const fresh = item.version !== "" && !seen.has(item.version);
    seen.add(item.version);
    return fresh;
  });
  return { items, index: Math.max(0, items.findIndex((item) => item.version === element.dataset["version"])) };
}
