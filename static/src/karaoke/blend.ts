/** All stems of a version as two: the vocals, and everything else. */
import { Stem } from "./stem";

/** Where a stem is, and the size of its file. */
export interface Source {
  address: string;
  bytes: number;
}

/** Left and right of the vocals, then left and right of the instrumental; all of one length. */
export type Block = [Float32Array, Float32Array, Float32Array, Float32Array];

export class Blend {
  private readonly groups: readonly [Stem[], Stem[]];
  private sample = 0;
  private rate = 0;
  private samples = 0;
  /** What was asked last: stems are read by one at a time. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(vocals: readonly Source[], instrumental: readonly Source[], signal: AbortSignal) {
    const stems = (sources: readonly Source[]): Stem[] =>
      sources.map(({ address, bytes }) => new Stem(address, bytes, signal));
    this.groups = [stems(vocals), stems(instrumental)];
  }

  /** Samples a second, and seconds in all. */
  async open(): Promise<{ rate: number; seconds: number }> {
    const streams = await Promise.all(this.groups.flat().map((stem) => stem.open()));
    this.rate = streams[0]?.rate ?? 0;
    this.samples = Math.max(...streams.map((stream) => stream.samples));
    if (streams.some((stream) => stream.rate !== this.rate)) throw new Error("stems of different rates");
    return { rate: this.rate, seconds: this.samples / this.rate };
  }

  /** Go on from `seconds`; returns the sample that is, in seconds. */
  seek(seconds: number): Promise<number> {
    return this.after(() => this.goTo(seconds));
  }

  /** The next `seconds`, or what there is; null after the end. */
  next(seconds: number): Promise<Block | null> {
    return this.after(() => this.read(seconds));
  }

  private after<T>(act: () => Promise<T>): Promise<T> {
    const done = this.last.then(act);
    this.last = done.catch(() => undefined);
    return done;
  }

  private async goTo(seconds: number): Promise<number> {
    this.sample = Math.min(this.samples, Math.max(0, Math.round(seconds * this.rate)));
    await Promise.all(this.groups.flat().map((stem) => stem.seek(this.sample)));
    return this.sample / this.rate;
  }

  private async read(seconds: number): Promise<Block | null> {
    const samples = Math.min(Math.round(seconds * this.rate), this.samples - this.sample);
    if (samples <= 0) return null;
    const block = Array.from({ length: 4 }, () => new Float32Array(samples)) as Block;
    await Promise.all(
      this.groups.flatMap((stems, group) =>
        stems.map(async (stem) => {
          const channels = await stem.read(samples);
          for (const side of [0, 1]) {
            const from = channels?.[side % channels.length];
            const to = block[2 * group + side];
            if (from && to) from.forEach((value, at) => (to[at] = (to[at] ?? 0) + value));
          }
        }),
      ),
    );
    this.sample += samples;
    return block;
  }
}
