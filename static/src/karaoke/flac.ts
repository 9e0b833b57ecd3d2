/** FLAC as bytes (RFC 9639): where a stream's frames lie, so that any of them can be handed to the browser's decoder. */

/** What a stream says about itself. */
export interface Stream {
  rate: number;
  channels: number;
  /** In all. */
  samples: number;
  /** Samples of every frame but the last; frames are numbered by it. */
  block: number;
  /** Where the first frame lies, in bytes. */
  start: number;
  /** The STREAMINFO block's 34 bytes. */
  info: Uint8Array;
}

export interface Frame {
  /** Where it lies in the bytes that were searched. */
  at: number;
  /** Its first sample within the stream. */
  sample: number;
  samples: number;
}

const INFO_BYTES = 34;
const SHORTEST = 6;
/** The longest header of a frame. */
export const HEADER = 16;

/** The beginning of a stream; null while more of it is needed. An Error when it is no FLAC. */
export function streamOf(bytes: Uint8Array): Stream | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8 + INFO_BYTES) return null;
  if (view.getUint32(0) !== 0x664c6143 || (bytes[4] ?? 0) % 128 !== 0) throw new Error("no FLAC stream");
  let at = 4;
  for (let last = false; !last; ) {
    if (at + 4 > bytes.length) return null;
    last = view.getUint8(at) >= 128;
    at += 4 + (view.getUint32(at) & 0xffffff);
  }
  const packed = view.getUint32(18);
  const stream = {
    rate: packed >>> 12,
    channels: ((packed >>> 9) & 7) + 1,
    samples: (view.getUint8(21) & 15) * 2 ** 32 + view.getUint32(22),
    block: view.getUint16(10),
    start: at,
    info: bytes.slice(8, 8 + INFO_BYTES),
  };
  if (!stream.rate || !stream.block) throw new Error("no FLAC stream");
  return stream;
}

/** A file of `frames` alone, bytes as they stand in their stream, for a decoder that wants whole files. */
export function fileOf(stream: Stream, frames: Uint8Array, samples: number): ArrayBuffer {
  const file = new Uint8Array(8 + INFO_BYTES + frames.length);
  file.set([0x66, 0x4c, 0x61, 0x43, 0x80, 0, 0, INFO_BYTES]);
  file.set(stream.info, 8);
  const view = new DataView(file.buffer);
  view.setUint8(21, (view.getUint8(21) & 0xf0) | Math.floor(samples / 2 ** 32));
  view.setUint32(22, samples);
  // the hash of all samples is not that of these
  file.fill(0, 26, 42);
  file.set(frames, 8 + INFO_BYTES);
  return file.buffer;
}

/** The frame whose header lies at `at`; null when there is none, or not all of it. */
export function frameAt(stream: Stream, bytes: Uint8Array, at: number): Frame | null {
  const byte = (index: number): number => bytes[at + index] ?? 0;
  if (byte(0) !== 0xff || (byte(1) & 0xfe) !== 0xf8) return null;
  const [size, rate] = [byte(2) >> 4, byte(2) & 15];
  if (size === 0 || rate === 15 || byte(3) >> 4 > 10 || byte(3) & 1) return null;
  const [number, width] = coded(bytes, at + 4);
  if (!width) return null;
  let next = 4 + width;
  let samples = size === 1 ? 192 : size < 6 ? 576 << (size - 2) : 256 << (size - 8);
  if (size === 6) samples = byte(next++) + 1;
  if (size === 7) {
    samples = byte(next) * 256 + byte(next + 1) + 1;
    next += 2;
  }
  if (rate > 11) next += rate === 12 ? 1 : 2;
  if (at + next >= bytes.length || check(bytes, at, at + next) !== byte(next)) return null;
  return { at, sample: byte(1) & 1 ? number : number * stream.block, samples };
}

/** The first frame from `from` on that begins with `sample`; null when it is not among these bytes. */
export function frameOf(stream: Stream, bytes: Uint8Array, from: number, sample: number): Frame | null {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const frame = frameAt(stream, bytes, at);
    if (frame?.sample === sample) return frame;
  }
  return null;
}

/** The first frame among bytes from anywhere in a stream: what looks like one counts when the next one follows it. */
export function anyFrame(stream: Stream, bytes: Uint8Array): Frame | null {
  for (let at = bytes.indexOf(0xff); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const frame = frameAt(stream, bytes, at);
    if (!frame || frame.sample >= stream.samples) continue;
    const end = frame.sample + frame.samples;
    if (end >= stream.samples || frameOf(stream, bytes, at + SHORTEST, end)) return frame;
  }
  return null;
}

/** A number written like UTF-8, and its length in bytes; 0 bytes when it is none. */
function coded(bytes: Uint8Array, at: number): [number, number] {
  const first = bytes[at] ?? 0xff;
  if (first < 0x80) return [first, 1];
  const width = Math.clz32(~(first << 24));
  if (width < 2 || width > 7) return [0, 0];
  let number = width < 7 ? first & (0x7f >> width) : 0;
  for (let index = 1; index < width; index += 1) {
    const more = bytes[at + index] ?? 0;
    if (more >> 6 !== 2) return [0, 0];
    number = number * 64 + (more & 63);
  }
  return [number, width];
}

/** CRC-8 with the polynomial x⁸ + x² + x + 1. */
function check(bytes: Uint8Array, from: number, to: number): number {
  let sum = 0;
  for (let at = from; at < to; at += 1) {
    sum ^= bytes[at] ?? 0;
    for (let bit = 0; bit < 8; bit += 1) sum = sum & 0x80 ? ((sum << 1) ^ 7) & 0xff : sum << 1;
  }
  return sum;
}
