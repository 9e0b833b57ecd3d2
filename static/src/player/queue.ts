/** What plays now and what comes next; knows nothing of sound or of the page. */
import type { Item, Repeat } from "./types";

interface Place {
  item: Item;
  /** Where it stood before shuffling. */
  order: number;
}

export interface SavedQueue {
  places: Place[];
  index: number;
  repeat: Repeat;
  shuffled: boolean;
}

export class Queue {
  repeat: Repeat = "off";
  shuffled = false;
  private places: Place[] = [];
  private at = -1;

  constructor(private readonly random: () => number = Math.random) {}

  get items(): readonly Item[] {
    return this.places.map((place) => place.item);
  }

  get index(): number {
    return this.at;
  }

  get current(): Item | undefined {
    return this.places[this.at]?.item;
  }

  /** Play `items` from `index` on; shuffling keeps that one first. */
  fill(items: readonly Item[], index: number): void {
    this.places = items.map((item, order) => ({ item, order }));
    this.at = index;
    if (this.shuffled) this.shuffleUpcoming();
  }

  jump(index: number): Item | undefined {
    if (index >= 0 && index < this.places.length) this.at = index;
    return this.current;
  }

  /** What `next(true)` would give. */
  get upcoming(): Item | undefined {
    if (this.repeat === "one") return this.current;
    return (this.places[this.at + 1] ?? (this.repeat === "all" ? this.places[0] : undefined))?.item;
  }

  /** The next one, or undefined at the end. `ended`: the current one played out, so repeat-one holds. */
  next(ended: boolean): Item | undefined {
    if (ended && this.repeat === "one") return this.current;
    if (this.at + 1 < this.places.length) return this.jump(this.at + 1);
    return this.repeat === "all" && this.places.length ? this.jump(0) : undefined;
  }

  previous(): Item | undefined {
    if (this.at > 0) return this.jump(this.at - 1);
    return this.repeat === "all" ? this.jump(this.places.length - 1) : this.current;
  }

  /** Exchange the current item, as when another version of its track is chosen. */
  replaceCurrent(item: Item): void {
    const place = this.places[this.at];
    if (place) place.item = item;
  }

  /** Remove an upcoming or past item; the current one stays. */
  remove(index: number): void {
    if (index === this.at || index < 0 || index >= this.places.length) return;
    this.places.splice(index, 1);
    if (index < this.at) this.at -= 1;
    this.renumber();
  }

  move(from: number, to: number): void {
    const inside = (n: number): boolean => n >= 0 && n < this.places.length;
    if (from === to || !inside(from) || !inside(to)) return;
    const current = this.places[this.at];
    const [place] = this.places.splice(from, 1);
    if (!place) return;
    this.places.splice(to, 0, place);
    this.at = current ? this.places.indexOf(current) : -1;
    this.renumber();
  }

  setShuffled(on: boolean): void {
    this.shuffled = on;
    if (on) {
      this.shuffleUpcoming();
      return;
    }
    const current = this.places[this.at];
    this.places.sort((a, b) => a.order - b.order);
    this.at = current ? this.places.indexOf(current) : -1;
  }

  save(): SavedQueue {
    return { places: this.places, index: this.at, repeat: this.repeat, shuffled: this.shuffled };
  }

  restore(saved: SavedQueue): void {
    this.places = saved.places;
    this.at = Math.min(saved.index, saved.places.length - 1);
    this.repeat = saved.repeat;
    this.shuffled = saved.shuffled;
  }

  /** A hand-made order is the new order, unless it is only a shuffle that can still be undone. */
  private renumber(): void {
    if (!this.shuffled) this.places.forEach((place, order) => (place.order = order));
  }

  private shuffleUpcoming(): void {
    const current = this.places[this.at];
    const rest = this.places.filter((place) => place !== current);
    for (let i = rest.length - 1; i > 0; i -= 1) {
      const j = Math.floor(this.random() * (i + 1));
      const [a, b] = [rest[i], rest[j]];
      if (a && b) [rest[i], rest[j]] = [b, a];
    }
    this.places = current ? [current, ...rest] : rest;
    this.at = current ? 0 : -1;
  }
}
