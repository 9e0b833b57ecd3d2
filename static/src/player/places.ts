/** Where long songs were left, on this device: played again, they go on from there. */
import { recall, remember } from "../storage";
import type { Item } from "./types";

/** Shorter songs begin again, in seconds. */
const LONG = 300;
/** So near to the beginning or the end is no place, in seconds. */
const EDGE = 15;
const KEPT = 50;
/** Between two notes of a song that plays, in seconds. */
const STEP = 5;

type Place = [version: string, seconds: number];

let noted: Place = ["", 0];

function places(): Place[] {
  try {
    const kept: unknown = JSON.parse(recall("places") ?? "[]");
    return Array.isArray(kept) ? (kept as Place[]).filter((place) => Array.isArray(place)) : [];
  } catch {
    return [];
  }
}

/** Where `item` goes on, in seconds; 0 unless it is long and was left in its middle. */
export function placeOf(item: Item): number {
  if (item.seconds <= LONG) return 0;
  const seconds = places().find(([version]) => version === item.version)?.[1];
  return seconds && seconds < item.seconds - EDGE ? seconds : 0;
}

/** Note that `item` stands at `seconds`; at its end it is forgotten. `now`: do not wait for the next step. */
export function notePlace(item: Item, seconds: number, now = false): void {
  if (item.seconds <= LONG) return;
  if (!now && noted[0] === item.version && Math.abs(seconds - noted[1]) < STEP) return;
  noted = [item.version, seconds];
  const others = places().filter(([version]) => version !== item.version);
  const inside = seconds > EDGE && seconds < item.seconds - EDGE;
  remember("places", JSON.stringify(inside ? [[item.version, Math.round(seconds)], ...others].slice(0, KEPT) : others));
}
