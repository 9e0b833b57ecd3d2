/** What one can do with the player: play, pause, seek, go through the queue, compare two versions. */
import { toast } from "../frame/toasts";
import type { Deck } from "./deck";
import { placeOf } from "./places";
import type { Queue } from "./queue";
import { Relay, type Following } from "./relay";
import { Retry } from "./retry";
import { learn, NO_CONNECTION } from "./source";
import { State } from "./state";
import { PlaybackError, type Item } from "./types";
import { clamp } from "./volume";

/** After this long, "previous" starts the song again, in seconds. */
const RESTART_AFTER = 3;
/** How long the deck that was handed over may ring out. */
const RING_MS = 400;

export class Player extends State {
  private readonly relay = new Relay({
    following: () => this.following(),
    ready: () => this.applyVolume(),
    change: () => this.change(),
  });
  private readonly retry = new Retry(() => this.status === "failed" && void this.resume());
  /** Whether the queue played to its end. */
  private over = false;
  /** Songs passed over since one last played. */
  private passed = 0;
  private turn = 0;

  constructor(first: HTMLAudioElement, second: HTMLAudioElement) {
    super(first, second);
    for (const deck of this.pair.decks) this.listen(deck);
  }

  /** Play the list from `index` on, at `seconds` or where a long song was left. */
  async playList(items: readonly Item[], index: number, seconds?: number): Promise<void> {
    this.queue.fill(items, index);
    await this.begin(seconds ?? (this.current ? placeOf(this.current) : 0));
  }

  /** Somebody is about to play this: have it on the deck that is free, with the least that sound needs. */
  expect(item: Item): void {
    learn(item);
    const { heard, other } = this.pair;
    if (this.compared || this.status === "loading" || [heard.version, other.version].includes(item.version)) return;
    // that one waits for its turn
    if (other.version && other.version === this.following()?.next.version) return;
    other.load(item.version, placeOf(item), 1).catch(() => undefined);
  }

  async jump(index: number): Promise<void> {
    const item = this.queue.jump(index);
    if (item) await this.begin(placeOf(item));
  }

  async toggle(): Promise<void> {
    if (!this.current) return;
    if (this.playing) this.pause();
    else await this.resume();
  }

  pause(): void {
    this.retry.cancel();
    this.pair.pause();
    if (this.pending !== null) this.set("paused");
  }

  async resume(): Promise<void> {
    if (this.pending !== null || this.status === "failed") {
      await this.start(this.seconds);
      return;
    }
    if (this.over) this.begun += 1;
    this.over = false;
    await this.play();
  }

  async next(): Promise<void> {
    if (this.queue.next(false)) await this.begin(0);
  }

  async previous(): Promise<void> {
    if (this.seconds > RESTART_AFTER) this.seek(0);
    else if (this.queue.previous()) await this.begin(0);
  }

  seek(seconds: number): void {
    const target = clamp(seconds, 0, Math.max(0, this.duration - 0.05));
    if (this.pending !== null) this.pending = target;
    else this.pair.seek(target);
    this.tell("time");
  }

  /** Change the queue and tell the page. */
  edit(change: (queue: Queue) => void): void {
    change(this.queue);
    this.save();
    this.dispatchEvent(new Event("change"));
    this.relay.tick();
  }

  /** Play two versions of one track side by side, from where the current one stands. */
  async compare(first: Item, second: Item): Promise<void> {
    const same = this.current && [first.version, second.version].includes(this.current.version);
    const seconds = same ? this.seconds : 0;
    if (!same) this.begun += 1;
    if (this.current?.track === first.track) this.queue.replaceCurrent(first);
    else this.queue.fill([first], 0);
    const turn = this.newTurn([first, second], seconds);
    this.pair.side = 0;
    try {
      const [a, b] = this.pair.decks;
      await Promise.all([a.load(first.version, seconds), b.load(second.version, seconds)]);
      await Promise.all([a.whenReady(), b.whenReady()]);
      if (turn !== this.turn || !this.compared) return;
      this.pending = null;
      this.applyVolume();
      await this.play();
    } catch (error) {
      if (turn === this.turn) this.fail(error);
    }
  }

  /** While comparing: hear the other one, at the same position, at once. */
  switchTo(side: 0 | 1): void {
    if (!this.compared || side === this.side) return;
    this.pair.hear(side);
    this.queue.replaceCurrent(this.compared[side]);
    this.applyVolume();
    this.save();
    this.tell("change");
  }

  endCompare(): void {
    if (!this.compared) return;
    this.compared = null;
    this.pair.together = false;
    this.pair.clear(this.pair.other);
    this.applyVolume();
    this.tell("change");
  }

  /** Start the current item as a play of its own. */
  private begin(seconds: number): Promise<void> {
    this.begun += 1;
    return this.start(seconds);
  }

  /** Play the current item at `seconds`: on the deck that holds it, or on the one that is free. */
  private async start(seconds: number): Promise<void> {
    const item = this.current;
    if (!item) return;
    const { pair } = this;
    const old = pair.heard;
    if (!this.compared && old.holds(item.version) && this.status !== "failed" && this.pending === null) {
      this.turn += 1;
      this.over = false;
      old.audio.currentTime = seconds;
      await this.play();
      return;
    }
    pair.swap();
    const deck = pair.heard;
    pair.pause();
    learn(item);
    const turn = this.newTurn(null, seconds);
    try {
      if (deck.version === item.version) deck.goTo(seconds);
      else if (!(await deck.load(item.version, seconds))) return;
      if (turn !== this.turn) return;
      this.pending = null;
      this.applyVolume();
      await this.play();
      pair.clear(old);
    } catch (error) {
      if (turn === this.turn) this.fail(error);
    }
  }

  private newTurn(compared: readonly [Item, Item] | null, seconds: number): number {
    this.retry.cancel();
    this.compared = compared;
    this.pair.together = compared !== null;
    this.pending = seconds;
    this.over = false;
    this.message = "";
    this.set("loading");
    return (this.turn += 1);
  }

  private async play(): Promise<void> {
    this.message = "";
    try {
      await this.pair.play();
    } catch (error) {
      // A newer play or pause interrupts an older one; only a browser that wants a click first is worth a word.
      if (error instanceof DOMException && error.name === "NotAllowedError") this.set("paused");
    }
  }

  private following(): Following | null {
    const next = this.queue.upcoming;
    if (!next || this.compared || this.pending !== null || this.status !== "playing") return null;
    return { playing: this.pair.heard, waiting: this.pair.other, next };
  }

  /** The song is over in a moment and the next one waits: play it, and let this one ring out. */
  private change(): void {
    const old = this.pair.heard;
    this.queue.next(true);
    this.begun += 1;
    this.turn += 1;
    this.pair.swap();
    void this.play();
    this.set("playing");
    setTimeout(() => this.pair.clear(old), RING_MS);
  }

  private listen(deck: Deck): void {
    const { audio } = deck;
    const on = (name: string, act: () => unknown): void =>
      audio.addEventListener(name, () => deck === this.pair.heard && act());
    on("playing", () => {
      this.passed = 0;
      this.retry.reset();
      this.set("playing");
    });
    on("pause", () => {
      if (audio.ended || this.pending !== null || this.status === "failed") return;
      this.notePlace(true);
      this.set("paused");
    });
    on("waiting", () => !audio.paused && this.set("loading"));
    on("timeupdate", () => {
      this.pair.keepTogether();
      this.relay.tick();
      if (!audio.paused) this.notePlace(false);
      this.tell("time");
    });
    on("durationchange", () => this.tell("time"));
    on("seeked", () => this.tell("time"));
    on("ended", () => void this.advance());
    deck.onFail = (_message, error) => this.pair.loaded.includes(deck) && this.fail(error);
  }

  private async advance(): Promise<void> {
    if (this.queue.next(true)) await this.begin(0);
    else {
      this.audio.currentTime = 0;
      this.over = true;
      this.set("paused");
    }
  }

  private fail(error: unknown): void {
    const known = troubleOf(error);
    if (known.kind === "gone" && this.passOver(known.message)) return;
    const wanted = this.playing;
    this.pending = this.seconds;
    this.message = known.message;
    this.pair.pause();
    this.set("failed");
    if (known.kind === "passing" && wanted) this.retry.schedule();
  }

  /** Say why the current song is not played and go on with the next one, if there is one that was not tried yet. */
  private passOver(why: string): boolean {
    const next = this.queue.upcoming;
    if (this.compared || !this.playing || !next || next === this.current) return false;
    this.passed += 1;
    if (this.passed >= this.queue.items.length) return false;
    toast(`${why} Playing the next one.`, "bad");
    void this.next();
    return true;
  }
}

/** What went wrong in words: without a network even the player's own code may not arrive. */
function troubleOf(error: unknown): PlaybackError {
  if (error instanceof PlaybackError) return error;
  if (!navigator.onLine) return new PlaybackError(NO_CONNECTION, "passing");
  return new PlaybackError("The song could not be played. Try again.");
}
