/** The two decks: one is heard; the other waits with the next song, or plays along silently while two are compared. */
import { Deck, whenIdle } from "./deck";
import { setAmplitude } from "./loudness";
import type { Volume } from "./volume";

/** Beyond this the silent deck is moved back beside the one that is heard, in seconds. */
const DRIFT = 0.03;

export class Pair {
  readonly decks: readonly [Deck, Deck];
  side: 0 | 1 = 0;
  /** Both play, at one position. */
  together = false;

  constructor(first: HTMLAudioElement, second: HTMLAudioElement) {
    this.decks = [new Deck(first), new Deck(second)];
    for (const deck of this.decks) whenIdle(() => void deck.prepare());
  }

  get heard(): Deck {
    return this.decks[this.side];
  }

  get other(): Deck {
    return this.decks[this.side === 0 ? 1 : 0];
  }

  /** Those that pausing and seeking concern. */
  get loaded(): readonly Deck[] {
    return this.together ? this.decks : [this.heard];
  }

  swap(): void {
    this.side = this.side === 0 ? 1 : 0;
  }

  async play(): Promise<void> {
    await Promise.all(this.loaded.map((deck) => deck.audio.play()));
  }

  pause(): void {
    for (const deck of this.decks) deck.audio.pause();
  }

  seek(seconds: number): void {
    for (const deck of this.loaded) deck.audio.currentTime = seconds;
  }

  /** Empty a deck that is not heard, and open it for the next song. */
  clear(deck: Deck): void {
    if (deck === this.heard || this.together) return;
    deck.unload();
    whenIdle(() => void deck.prepare());
  }

  /** While both play: hear the other one, from the same position. */
  hear(side: 0 | 1): void {
    const [from, to] = [this.heard.audio, this.decks[side].audio];
    if (Math.abs(to.currentTime - from.currentTime) > DRIFT) to.currentTime = from.currentTime;
    if (!from.paused && to.paused) void to.play();
    this.side = side;
  }

  keepTogether(): void {
    if (!this.together) return;
    const [heard, other] = [this.heard.audio, this.other.audio];
    if (!other.seeking && Math.abs(other.currentTime - heard.currentTime) > DRIFT) other.currentTime = heard.currentTime;
  }

  apply(volume: Volume): void {
    // Two that are compared must be equally loud whatever each can be raised by, so the louder one goes down.
    const raised = this.together ? Math.max(0, ...this.decks.map((deck) => deck.gain)) : 0;
    this.decks.forEach((deck, side) => {
      setAmplitude(deck.audio, volume.amplitude * 10 ** ((deck.gain - raised) / 20));
      deck.audio.muted = volume.muted || (this.together && side !== this.side);
    });
  }
}
