/** The player itself: queue, two decks, volume and comparison. The page's parts listen to its "change" and "time" events. */
import { recall, remember } from "../storage";
import { Deck } from "./deck";
import { Queue } from "./queue";
import { savePlayer, savedPlayer } from "./saved";
import { PlaybackError, type Item, type Status } from "./types";

/** Beyond this the silent deck is moved back beside the one that is heard, in seconds. */
const DRIFT = 0.03;
/** After this long, "previous" starts the song again, in seconds. */
const RESTART_AFTER = 3;

export class Player extends EventTarget {
  readonly queue = new Queue();
  status: Status = "empty";
  message = "";
  /** The two versions being compared, on the decks in this order; null while nothing is compared. */
  compared: readonly [Item, Item] | null = null;
  private readonly decks: readonly [Deck, Deck];
  private active: 0 | 1 = 0;
  private level = clamp(Number(recall("volume") ?? "0.9"), 0, 1);
  private silent = recall("muted") === "yes";
  /** Where a restored or failed song goes on, in seconds; null once it is loaded. */
  private pending: number | null = null;

  constructor(first: HTMLAudioElement, second: HTMLAudioElement) {
    super();
    this.decks = [new Deck(first), new Deck(second)];
    this.decks.forEach((deck, number) => this.listen(deck, number as 0 | 1));
    this.restore();
    this.applyVolume();
    addEventListener("pagehide", () => this.save());
  }

  get audio(): HTMLAudioElement {
    return this.decks[this.active].audio;
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
    return this.level;
  }

  get muted(): boolean {
    return this.silent;
  }

  /** Play the list from `index` on, or only seek and go on when that version is the one loaded. */
  async playList(items: readonly Item[], index: number, seconds = 0): Promise<void> {
    this.queue.fill(items, index);
    await this.start(seconds);
  }

  async jump(index: number): Promise<void> {
    if (this.queue.jump(index)) await this.start(0);
  }

  async toggle(): Promise<void> {
    if (!this.current) return;
    if (this.playing) this.pause();
    else await this.resume();
  }

  pause(): void {
    for (const deck of this.decks) deck.audio.pause();
    if (this.pending !== null) this.set("paused");
  }

  async resume(): Promise<void> {
    if (this.pending !== null || this.status === "failed") {
      await this.start(this.seconds);
      return;
    }
    await this.playDecks();
  }

  async next(): Promise<void> {
    if (this.queue.next(false)) await this.start(0);
  }

  async previous(): Promise<void> {
    if (this.seconds > RESTART_AFTER) this.seek(0);
    else if (this.queue.previous()) await this.start(0);
  }

  seek(seconds: number): void {
    const target = clamp(seconds, 0, Math.max(0, this.duration - 0.05));
    if (this.pending !== null) this.pending = target;
    else for (const deck of this.loaded) deck.audio.currentTime = target;
    this.tell("time");
  }

  setVolume(level: number): void {
    this.level = clamp(level, 0, 1);
    if (this.level > 0) this.silent = false;
    this.applyVolume();
  }

  setMuted(silent: boolean): void {
    this.silent = silent;
    this.applyVolume();
  }

  /** Change the queue and tell the page. */
  edit(change: (queue: Queue) => void): void {
    change(this.queue);
    this.save();
    this.tell("change");
  }

  /** Play two versions of one track side by side, from where the current one stands. */
  async compare(first: Item, second: Item): Promise<void> {
    const same = this.current && [first.version, second.version].includes(this.current.version);
    const seconds = same ? this.seconds : 0;
    if (this.current?.track === first.track) this.queue.replaceCurrent(first);
    else this.queue.fill([first], 0);
    this.compared = [first, second];
    this.active = 0;
    this.pending = seconds;
    this.set("loading");
    try {
      const loads = await Promise.all([
        this.decks[0].load(first.version, seconds),
        this.decks[1].load(second.version, seconds),
      ]);
      if (!loads.every(Boolean) || !this.compared) return;
      await Promise.all(this.decks.map((deck) => deck.whenReady()));
      this.pending = null;
      this.applyVolume();
      await this.playDecks();
    } catch (error) {
      this.fail(error);
    }
  }

  /** While comparing: hear the other one, at the same position, at once. */
  switchTo(side: 0 | 1): void {
    if (!this.compared || side === this.active) return;
    const [from, to] = [this.decks[this.active].audio, this.decks[side].audio];
    if (Math.abs(to.currentTime - from.currentTime) > DRIFT) to.currentTime = from.currentTime;
    if (!from.paused && to.paused) void to.play();
    this.active = side;
    this.queue.replaceCurrent(this.compared[side]);
    this.applyVolume();
    this.save();
    this.tell("change");
  }

  get side(): 0 | 1 {
    return this.active;
  }

  endCompare(): void {
    if (!this.compared) return;
    this.compared = null;
    this.decks[this.active === 0 ? 1 : 0].unload();
    this.applyVolume();
    this.tell("change");
  }

  private get loaded(): readonly Deck[] {
    return this.compared ? this.decks : [this.decks[this.active]];
  }

  private async start(seconds: number): Promise<void> {
    const item = this.current;
    if (!item) return;
    const deck = this.decks[0];
    if (this.compared || this.active !== 0) {
      this.compared = null;
      this.decks[1].unload();
      this.active = 0;
    }
    if (deck.holds(item.version) && this.status !== "failed" && this.pending === null) {
      deck.audio.currentTime = seconds;
      await this.playDecks();
      return;
    }
    deck.audio.pause();
    this.pending = seconds;
    this.message = "";
    this.set("loading");
    try {
      if (!(await deck.load(item.version, seconds))) return;
      this.pending = null;
      this.applyVolume();
      await this.playDecks();
    } catch (error) {
      if (this.current === item) this.fail(error);
    }
  }

  private async playDecks(): Promise<void> {
    this.message = "";
    try {
      await Promise.all(this.loaded.map((deck) => deck.audio.play()));
    } catch (error) {
      // A newer play or pause interrupts an older one; only a browser that wants a click first is worth a word.
      if (error instanceof DOMException && error.name === "NotAllowedError") this.set("paused");
    }
  }

  private listen(deck: Deck, number: 0 | 1): void {
    const { audio } = deck;
    const heard = (act: () => unknown) => () => number === this.active && act();
    audio.addEventListener("playing", heard(() => this.set("playing")));
    audio.addEventListener("pause", heard(() => {
      if (!audio.ended && this.pending === null && this.status !== "failed") this.set("paused");
    }));
    audio.addEventListener("waiting", heard(() => !audio.paused && this.set("loading")));
    audio.addEventListener("timeupdate", heard(() => {
      this.keepTogether();
      this.tell("time");
    }));
    audio.addEventListener("durationchange", heard(() => this.tell("time")));
    audio.addEventListener("seeked", heard(() => this.tell("time")));
    audio.addEventListener("ended", heard(() => void this.advance()));
    deck.onFail = (message) => {
      if (this.loaded.includes(deck)) this.fail(new PlaybackError(message));
    };
  }

  private keepTogether(): void {
    if (!this.compared) return;
    const [heard, other] = [this.audio, this.decks[this.active === 0 ? 1 : 0].audio];
    if (!other.seeking && Math.abs(other.currentTime - heard.currentTime) > DRIFT) other.currentTime = heard.currentTime;
  }

  private async advance(): Promise<void> {
    const next = this.queue.next(true);
    if (next) await this.start(0);
    else {
      this.audio.currentTime = 0;
      this.set("paused");
    }
  }

  private applyVolume(): void {
    // An element cannot play louder than its file, so of two that are compared the louder one goes down.
    const raised = this.compared ? Math.max(0, ...this.decks.map((deck) => deck.gain)) : 0;
    this.decks.forEach((deck, number) => {
      deck.audio.volume = this.level ** 2 * 10 ** (Math.min(0, deck.gain - raised) / 20);
      deck.audio.muted = this.silent || number !== this.active;
    });
    remember("volume", String(this.level));
    remember("muted", this.silent ? "yes" : "no");
    this.tell("volume");
  }

  private fail(error: unknown): void {
    this.pending = this.seconds;
    this.message = error instanceof PlaybackError ? error.message : "The song could not be played. Try again.";
    for (const deck of this.decks) deck.audio.pause();
    this.set("failed");
  }

  private set(status: Status): void {
    this.status = status;
    this.save();
    this.tell("change");
  }

  private tell(name: "change" | "time" | "volume"): void {
    this.dispatchEvent(new Event(name));
  }

  private save(): void {
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

function clamp(value: number, low: number, high: number): number {
  return Number.isFinite(value) ? Math.min(high, Math.max(low, value)) : low;
}
