/** The queue and the position, kept for this tab over a reload. */
import type { SavedQueue } from "./queue";

const NAME = "refrain.player";

export interface SavedPlayer {
  queue: SavedQueue;
  seconds: number;
}

export function savePlayer(saved: SavedPlayer): void {
  try {
    sessionStorage.setItem(NAME, JSON.stringify(saved));
  } catch {
    // A convenience: playing works without it.
  }
}

/** What was saved; null when there is nothing, or nothing that this version of the player wrote. */
export function savedPlayer(): SavedPlayer | null {
  try {
    const saved = JSON.parse(sessionStorage.getItem(NAME) ?? "null") as SavedPlayer | null;
    return saved?.queue.places.length && Number.isFinite(saved.seconds) ? saved : null;
  } catch {
    return null;
  }
}
