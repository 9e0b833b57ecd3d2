/** Has the next song waiting on the other deck, and starts it the moment the one that plays ends. */
import type { Deck } from "./deck";
import { learn } from "./source";
import type { Item } from "./types";

/** How long before the end the next song is made ready, in seconds. */
const AHEAD = 15;
/** From here on a timer, finer than time events, waits for the end; in seconds. */
const NEAR = 0.8;
/** From `play()` to sound, in seconds. */
const LEAD = 0.02;

/** The deck that plays, the one that waits, and what is to follow. */
export interface Following {
  playing: Deck;
  waiting: Deck;
  next: Item;
}

interface Host {
  /** null when nothing follows by itself now. */
  following(): Following | null;
  /** The waiting deck has its song; its loudness can be set. */
  ready(): void;
  /** Time to play the waiting deck. */
  change(): void;
}

export class Relay {
  private timer = 0;
  /** What is being made ready, or cannot be. */
  private tried = "";

  constructor(private readonly host: Host) {}

  /** Look whether something is to be done; called with every time event and every change of the queue. */
  tick(): void {
    clearTimeout(this.timer);
    const found = this.host.following();
    if (!found) return;
    const left = remaining(found);
    if (!(left < AHEAD)) return;
    if (found.waiting.version !== found.next.version) {
      if (this.tried !== found.next.version) void this.make(found);
    } else if (left < NEAR) this.timer = window.setTimeout(() => this.end(), Math.max(0, left - LEAD) * 1000);
  }

  private async make({ waiting, next }: Following): Promise<void> {
    this.tried = next.version;
    learn(next);
    try {
      if (await waiting.load(next.version, 0)) this.host.ready();
    } catch {
      // It is said when its turn comes.
      return;
    }
    this.tried = "";
  }

  private end(): void {
    const found = this.host.following();
    if (!found || found.waiting.version !== found.next.version || !found.waiting.ready) return;
    // the position may have been moved meanwhile, or the sound held up
    if (remaining(found) > 2 * LEAD) this.tick();
    else this.host.change();
  }
}

function remaining({ playing: { audio } }: Following): number {
  return audio.paused || audio.seeking ? Infinity : audio.duration - audio.currentTime;
}
