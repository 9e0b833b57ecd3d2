/** Which file an unfinished upload is, as this browser knows it: enough to go on after the page was loaded again. */
import { recall, remember } from "../storage";

export interface Known {
  id: string;
  name: string;
  bytes: number;
  modified: number;
}

const NAME = "uploads";
const MOST = 50;

export function known(): Known[] {
  try {
    const found: unknown = JSON.parse(recall(NAME) ?? "[]");
    return Array.isArray(found) ? (found as Known[]) : [];
  } catch {
    return [];
  }
}

/** Whether `entry` is this very file, untouched since. */
export function same(entry: Known, file: File): boolean {
  return entry.name === file.name && entry.bytes === file.size && entry.modified === file.lastModified;
}

export function keep(id: string, file: File): void {
  const entry = { id, name: file.name, bytes: file.size, modified: file.lastModified };
  remember(NAME, JSON.stringify([entry, ...known().filter((each) => each.id !== id)].slice(0, MOST)));
}

export function drop(id: string): void {
  remember(NAME, JSON.stringify(known().filter((each) => each.id !== id)));
}
