/** Counts what is truly heard, and tells the server of a play once that is enough. */
import { recall, remember } from "../storage";
import type { Player } from "./player";

/** So much heard, or half of a shorter song, is a play; in seconds. */
const ENOUGH = 30;
/** How far the position may run ahead of the clock and still be playing, not seeking; in seconds. */
const SLACK = 0.35;
const AGAIN_MS = 20_000;
const KEPT = 20;
/** The server has forgotten older ones. */
const OLDEST_MS = 24 * 3600 * 1000;

interface Beacon {
  nonce: string;
  /** When it was heard and when to send it next, in milliseconds since the epoch. */
  heard: number;
  due: number;
}

export class Plays {
  private begun = -1;
  private version = "";
  private heard = 0;
  private position = 0;
  private clock = 0;
  private nonce = "";
  private asked = 0;
  private told = false;
  /** The nonce that the last beacon brought, for the same version again. */
  private spare = { version: "", nonce: "" };

  constructor(
    private readonly player: Player,
    private readonly outbox: Outbox,
  ) {
    player.addEventListener("time", () => this.listen());
  }

  private listen(): void {
    const { player } = this;
    const { current, audio } = player;
    if (!current || player.status !== "playing" || audio.paused) {
      this.clock = 0;
      return;
    }
    // two versions side by side are one play, of the one that it began with
    if (player.begun !== this.begun) this.begin(current.version);
    this.add(audio.currentTime, performance.now());
    if (this.told || this.heard < Math.min(ENOUGH, current.seconds / 2)) {
      if (!this.told) void this.ask();
      return;
    }
    if (!this.nonce) {
      void this.ask();
      return;
    }
    this.told = true;
    const { version } = this;
    this.outbox.put(this.nonce, (nonce) => (this.spare = { version, nonce }));
  }

  private begin(version: string): void {
    this.begun = this.player.begun;
    this.version = version;
    this.heard = 0;
    this.clock = 0;
    this.asked = 0;
    this.told = false;
    this.nonce = this.spare.version === version ? this.spare.nonce : "";
    this.spare = { version: "", nonce: "" };
  }

  /** What the position gained counts as heard, unless it gained more than time passed: that was a seek. */
  private add(position: number, now: number): void {
    const gained = position - this.position;
    const passed = (now - this.clock) / 1000;
    const audible = !this.player.muted && this.player.volume > 0;
    if (this.clock && audible && gained > 0 && gained < passed + SLACK) this.heard += Math.min(gained, passed);
    this.position = position;
    this.clock = now;
  }

  /** Ask for the nonce that is issued when sound begins; again later when there is no answer. */
  private async ask(): Promise<void> {
    const now = Date.now();
    if (this.nonce || now - this.asked < AGAIN_MS) return;
    this.asked = now;
    const { begun, version } = this;
    const answer = await post("plays/start", { version });
    if (begun === this.begun && answer?.ok) this.nonce = ((await answer.json()) as { play: string }).play;
  }
}

/** Beacons that the server has not taken yet, kept through reloads and without a network. */
export class Outbox {
  private timer = 0;

  constructor() {
    addEventListener("online", () => void this.send());
    void this.send();
  }

  put(nonce: string, taken: (next: string) => void): void {
    const now = Date.now();
    this.write([...this.read(), { nonce, heard: now, due: now }].slice(-KEPT));
    void this.send(taken);
  }

  private async send(taken?: (next: string) => void): Promise<void> {
    clearTimeout(this.timer);
    for (const beacon of this.read()) {
      if (beacon.due > Date.now()) continue;
      // should the page go before the answer comes, the next page waits before it asks again
      this.delay(beacon, AGAIN_MS);
      const answer = await post("plays", { nonce: beacon.nonce });
      if (!answer || answer.status >= 500) continue;
      const body = (await answer.json().catch(() => ({}))) as { play?: string; after_seconds?: number };
      if (answer.status === 409 || answer.status === 429) this.delay(beacon, ((body.after_seconds ?? 20) + 1) * 1000);
      else this.write(this.read().filter(({ nonce }) => nonce !== beacon.nonce));
      if (body.play) taken?.(body.play);
    }
    const next = Math.min(...this.read().map(({ due }) => due));
    if (Number.isFinite(next)) this.timer = window.setTimeout(() => void this.send(), Math.max(1000, next - Date.now()));
  }

  private delay(beacon: Beacon, milliseconds: number): void {
    const due = Date.now() + milliseconds;
    this.write(this.read().map((each) => (each.nonce === beacon.nonce ? { ...each, due } : each)));
  }

  private read(): Beacon[] {
    try {
      const kept: unknown = JSON.parse(recall("plays") ?? "[]");
      const oldest = Date.now() - OLDEST_MS;
      return Array.isArray(kept) ? (kept as Beacon[]).filter(({ nonce, heard }) => nonce && heard > oldest) : [];
    } catch {
      return [];
    }
  }

  private write(beacons: readonly Beacon[]): void {
    remember("plays", JSON.stringify(beacons));
  }
}

/** null when there is no network. It is sent even while the page goes away. */
function post(path: string, body: object): Promise<Response | null> {
  const headers = { "Content-Type": "application/json", Accept: "application/json" };
  return fetch(`/api/v1/${path}`, { method: "POST", headers, body: JSON.stringify(body), keepalive: true }).catch(() => null);
}
