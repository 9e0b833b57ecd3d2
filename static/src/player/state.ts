/** What the player is doing, as the page shows it: it listens to the "change", "time" and "volume" events. */
import { Pair } from "./pair";
import { notePlace } from "./places";
import { Queue } from "./queue";
import { savePlayer, savedPlayer } from "./saved";
import type { Item, Status } from "./types";
import { Volume } from "./volume";

export class State extends EventTarget {
  readonly queue = new Queue();
  /** Counts the times that a song began to play from the queue: each is a play of its own. */
  begun = 0;
  status: Status = "empty";
  message = "";
  /** The two versions being compared, on the decks in this order; null while nothing is compared. */
  compared: readonly [Item, Item] | null = null;
  protected readonly pair: Pair;
  protected readonly loudness = new Volume();
  /** Where a restored or failed song goes on, in seconds; null once it is loaded. */
  protected pending: number | null = null;
  private readonly told = new Set<string>();

  constructor(first: HTMLAudioElement, second: HTMLAudioElement) {
    super();
    this.pair = new Pair(first, second);
    this.restore();
    this.applyVolume();
    addEventListener("pagehide", () => {
      this.save();
      this.notePlace(true);
    });
  }

  get audio(): HTMLAudioElement {
    return this.pair.heard.audio;
  }

  get current(): Item | undefined {
    return this.queue.current;
  }

  get playing(): boolean {
    return this.status === "playing" || this.status === "loading";
  }

  get seconds(): number {
    return this.pending ?? this.audio.currentTime;
  }

  get duration(): number {
    const measured = this.audio.duration;
    return Number.isFinite(measured) && measured > 0 && this.pending === null ? measured : (this.current?.seconds ?? 0);
  }

  get volume(): number {
    return this.loudness.level;
  }

  get muted(): boolean {
    return this.loudness.muted;
  }

  get side(): 0 | 1 {
    return this.pair.side;
  }

  setVolume(level: number): void {
    this.loudness.set(level);
    this.applyVolume();
  }

  setMuted(silent: boolean): void {
    this.loudness.mute(silent);
    this.applyVolume();
  }

  protected applyVolume(): void {
    this.pair.apply(this.loudness);
    this.tell("volume");
  }

  protected set(status: Status): void {
    this.status = status;
    this.save();
    this.tell("change");
  }

  /** The page is redrawn after what it shows was begun, and once for several changes. */
  protected tell(name: "change" | "time" | "volume"): void {
    if (this.told.has(name)) return;
    this.told.add(name);
    setTimeout(() => {
      this.told.delete(name);
      this.dispatchEvent(new Event(name));
    });
  }

  protected notePlace(now: boolean): void {
    if (this.current) notePlace(this.current, this.seconds, now);
  }

  protected save(): void {
    if (this.current) savePlayer({ queue: this.queue.save(), seconds: this.seconds });
  }

  private restore(): void {
    const saved = savedPlayer();
    if (!saved) return;
    this.queue.restore(saved.queue);
    this.pending = saved.seconds;
    this.status = "paused";
  }
}
