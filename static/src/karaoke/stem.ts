/** One stem as samples from any place on: its FLAC is fetched in ranges and decoded a few seconds at a time. */
import { anyFrame, fileOf, frameAt, frameOf, HEADER, streamOf, type Frame, type Stream } from "./flac";

const RANGE = 256 * 1024;
/** How much of the file is looked at to find out where in the song it lies. */
const PROBE = 64 * 1024;
/** A place this near before the wanted one is good enough to read on from, in seconds. */
const NEAR = 3;
const PROBES = 12;
const PAUSES_MS = [200, 600, 2000];
const REFUSED = new Set([401, 403, 404, 410]);

type Channels = Float32Array[];

/** Somewhere in the file where a frame begins. */
interface Place {
  byte: number;
  sample: number;
}

export class Stem {
  private stream: Stream | null = null;
  /** Encoded bytes in hand, from byte `at` of the file on. The first is the first of the frame with `sample`. */
  private hand: Uint8Array = new Uint8Array(0);
  private at = 0;
  private sample = 0;
  /** Decoded samples that nobody took yet. */
  private rest: Channels | null = null;

  /** `bytes`: the size of the file. */
  constructor(readonly address: string, private readonly bytes: number, private readonly signal: AbortSignal) {}

  async open(): Promise<Stream> {
    if (this.stream) return this.stream;
    let bytes: Uint8Array = new Uint8Array(0);
    let stream: Stream | null = null;
    while (!stream || bytes.length < stream.start) {
      if (bytes.length >= this.bytes) throw new Error("no FLAC stream");
      bytes = joined(bytes, await this.fetch(bytes.length, RANGE));
      stream = streamOf(bytes);
    }
    this.hand = bytes.subarray(stream.start);
    this.at = stream.start;
    return (this.stream = stream);
  }

  /** Go on from `sample`. */
  async seek(sample: number): Promise<void> {
    const stream = await this.open();
    const place = await this.before(stream, Math.min(sample, stream.samples));
    this.rest = null;
    if (place.byte !== this.at) {
      this.hand = new Uint8Array(0);
      [this.at, this.sample] = [place.byte, place.sample];
    }
    // whole frames need no decoding
    while (this.sample < stream.samples) {
      const frame = await this.next(stream, 0);
      if (frame.sample > sample) break;
      this.advance(frame);
    }
    if (sample > this.sample) await this.read(sample - this.sample);
  }

  /** The next `samples` samples of every channel, fewer at the end; null after it. */
  async read(samples: number): Promise<Channels | null> {
    const parts: Channels[] = this.rest ? [this.rest] : [];
    let got = this.rest?.[0]?.length ?? 0;
    this.rest = null;
    while (got < samples) {
      const more = await this.decode(samples - got);
      if (!more) break;
      parts.push(more);
      got += more[0]?.length ?? 0;
    }
    if (!got) return null;
    const whole = parts.length === 1 ? (parts[0] ?? []) : concatenated(parts, got);
    if (got > samples) this.rest = whole.map((channel) => channel.slice(samples));
    return whole.map((channel) => channel.subarray(0, samples));
  }

  /** As many whole frames as hold `samples`. */
  private async decode(samples: number): Promise<Channels | null> {
    const stream = await this.open();
    const from = this.sample;
    let end = 0;
    while (this.sample < stream.samples && this.sample - from < samples) {
      const frame = await this.next(stream, end);
      end = frame.at;
      this.sample = frame.sample;
    }
    if (this.sample === from) return null;
    const bytes = this.hand.slice(0, end);
    this.advance({ at: end, sample: this.sample, samples: 0 });
    const count = this.sample - from;
    const decoder = new OfflineAudioContext(stream.channels, 1, stream.rate);
    const sound = await decoder.decodeAudioData(fileOf(stream, bytes, count));
    return Array.from({ length: sound.numberOfChannels }, (_, channel) => {
      // a frame may lie: what follows keeps its place
      const exact = new Float32Array(count);
      exact.set(sound.getChannelData(channel).subarray(0, count));
      return exact;
    });
  }

  /** Go on from `frame` of the hand. */
  private advance(frame: Frame): void {
    this.hand = this.hand.subarray(frame.at);
    this.at += frame.at;
    this.sample = frame.sample;
  }

  /** Where the frame ends that begins at `from` in the hand, as the frame after it. */
  private async next(stream: Stream, from: number): Promise<Frame> {
    let searched = from + 1;
    for (;;) {
      const frame = frameAt(stream, this.hand, from);
      const sample = this.sample + (frame?.samples ?? 0);
      if (frame && sample < stream.samples) {
        const found = frameOf(stream, this.hand, searched, sample);
        if (found) return found;
        searched = Math.max(searched, this.hand.length - HEADER);
      } else if (frame && this.at + this.hand.length >= this.bytes) {
        return { at: this.hand.length, sample: stream.samples, samples: 0 };
      }
      if (this.at + this.hand.length >= this.bytes) throw new Error("the stem is damaged");
      this.hand = joined(this.hand, await this.fetch(this.at + this.hand.length, RANGE));
    }
  }

  /** A frame a little before `sample`, found by guessing where it lies and looking. */
  private async before(stream: Stream, sample: number): Promise<Place> {
    let low: Place = { byte: stream.start, sample: 0 };
    let high: Place = { byte: this.bytes, sample: stream.samples };
    const here = { byte: this.at, sample: this.sample };
    if (here.byte < this.bytes) [low, high] = here.sample <= sample ? [here, high] : [low, here];
    for (let probe = 0; probe < PROBES; probe += 1) {
      if (sample - low.sample <= NEAR * stream.rate || high.byte - low.byte <= 2 * PROBE) break;
      const share = (sample - low.sample) / Math.max(1, high.sample - low.sample);
      // a little early rather than a little late
      const guess = Math.floor(low.byte + share * (high.byte - low.byte) - PROBE / 2);
      const from = Math.max(low.byte + 1, Math.min(high.byte - PROBE, guess));
      const frame = anyFrame(stream, await this.fetch(from, PROBE));
      if (!frame) break;
      const place = { byte: from + frame.at, sample: frame.sample };
      if (place.sample <= sample) low = place;
      else high = place;
    }
    return low;
  }

  private async fetch(from: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const last = Math.min(this.bytes, from + length) - 1;
    for (let attempt = 0; ; attempt += 1) {
      try {
        const answer = await fetch(this.address, { headers: { Range: `bytes=${from}-${last}` }, signal: this.signal });
        if (answer.status === 206) return new Uint8Array(await answer.arrayBuffer());
        if (REFUSED.has(answer.status)) throw new Refused();
        throw new Error(`answered ${answer.status}`);
      } catch (error) {
        const pause = PAUSES_MS[attempt];
        if (this.signal.aborted || error instanceof Refused || pause === undefined) throw error;
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
  }
}

/** The server will not give it, however often it is asked. */
export class Refused extends Error {}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}

function concatenated(parts: readonly Channels[], samples: number): Channels {
  return (parts[0] ?? []).map((_, channel) => {
    const whole = new Float32Array(samples);
    let at = 0;
    for (const part of parts) {
      const piece = part[channel] ?? new Float32Array(0);
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  });
}
