/** The parts of one file: which are still to go, how much has left, and sending them two at a time. */
import { Refusal } from "../api";
import { put } from "../put";
import { targets, type PartTarget, type Upload } from "./api";
import { pause, wait } from "./waits";

/** Parts of a file under way at once. */
const LANES = 2;
/** Addresses asked for at once: few enough that they are used before they expire. */
const BATCH = 8;
/** Fresh addresses that are refused for one part before the upload gives up. */
const MOST_REFUSED = 3;

/** Answers that another address would not change. */
const OVER = new Set([401, 404, 409, 413]);

interface Part {
  number: number;
  from: number;
  to: number;
  sent: number;
  state: "open" | "sending" | "there";
}

export interface Watcher {
  /** Bytes have left, or were taken back. */
  moved: () => void;
  /** Nothing gets through just now; true again when it does. */
  connected: (yes: boolean) => void;
}

export class Parts {
  private readonly parts: Part[];
  private readonly addresses = new Map<number, PartTarget>();
  private asking: Promise<void> | null = null;

  /** `received`: the numbers of parts that need not be sent again. */
  constructor(private readonly file: File, private readonly upload: Upload, received: readonly number[]) {
    const there = new Set(received);
    this.parts = Array.from({ length: upload.parts }, (_, index) => {
      const from = index * upload.part_bytes;
      const to = Math.min(from + upload.part_bytes, file.size);
      const done = there.has(index + 1);
      return { number: index + 1, from, to, sent: done ? to - from : 0, state: done ? "there" : "open" };
    });
  }

  get sent(): number {
    return this.parts.reduce((sum, part) => sum + part.sent, 0);
  }

  /** Resolves when every part is there; rejects with what stands in the way, or when `signal` stops it. */
  async send(watcher: Watcher, signal: AbortSignal): Promise<void> {
    const stop = new AbortController();
    const both = AbortSignal.any([signal, stop.signal]);
    const lane = async (): Promise<void> => {
      for (let part = this.take(); part; part = this.take()) await this.sendOne(part, watcher, both);
    };
    try {
      await Promise.all(Array.from({ length: LANES }, lane));
    } finally {
      stop.abort();
    }
  }

  private take(): Part | undefined {
    const part = this.parts.find((each) => each.state === "open");
    if (part) part.state = "sending";
    return part;
  }

  private async sendOne(part: Part, watcher: Watcher, signal: AbortSignal): Promise<void> {
    let refused = 0;
    for (let tried = 0; ; tried += 1) {
      try {
        const target = await this.address(part.number);
        signal.throwIfAborted();
        await put(target, this.file.slice(part.from, part.to), (bytes) => {
          part.sent = Math.min(bytes, part.to - part.from);
          watcher.connected(true);
          watcher.moved();
        }, signal);
        part.sent = part.to - part.from;
        part.state = "there";
        watcher.connected(true);
        watcher.moved();
        return;
      } catch (error) {
        part.sent = 0;
        part.state = "open";
        this.addresses.delete(part.number);
        signal.throwIfAborted();
        watcher.moved();
        if (!(error instanceof Refusal)) throw error;
        // its address expired, most likely: ask for another one, unless the upload itself is over
        if (!error.passing && (OVER.has(error.status) || ++refused > MOST_REFUSED)) throw error;
        await this.readable(part);
        if (error.passing) {
          watcher.connected(false);
          await wait(pause(tried, error.after), signal);
        }
        signal.throwIfAborted();
        part.state = "sending";
      }
    }
  }

  /** A file that was moved or changed looks like a dead connection: read a byte of it to know. */
  private async readable(part: Part): Promise<void> {
    try {
      await this.file.slice(part.from, part.from + 1).arrayBuffer();
    } catch {
      throw new Refusal(400, "The file was moved or changed while it was sent. Choose it again.");
    }
  }

  private async address(number: number): Promise<PartTarget> {
    while (!this.addresses.has(number)) {
      this.asking ??= this.ask(number).finally(() => {
        this.asking = null;
      });
      await this.asking;
    }
    return this.addresses.get(number) as PartTarget;
  }

  private async ask(first: number): Promise<void> {
    const wanted = this.parts.filter((each) => each.state === "open" && !this.addresses.has(each.number));
    const numbers = new Set([first, ...wanted.map((each) => each.number)].slice(0, BATCH));
    for (const target of await targets(this.upload.id, [...numbers])) this.addresses.set(target.number, target);
    if (!this.addresses.has(first)) throw new Refusal(500, "The server gave no address for this part.");
  }
}
