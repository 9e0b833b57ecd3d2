/** The instrumental or the a cappella of stems as one file to take away: a WAV, put together in the browser. */
import { Blend, type Source } from "./blend";

const PIECE = 2;
const HEADER = 44;
const FULL_SCALE = 2 ** 23 - 1;
/** Bytes of a sample, and channels. */
const [WIDTH, CHANNELS] = [3, 2];

/** All `sources` added up, with 24 bits; `told` hears how far it is, from 0 to 1. */
export async function wavOf(sources: readonly Source[], told: (share: number) => void, signal: AbortSignal): Promise<Blob> {
  const blend = new Blend(sources, [], signal);
  const { rate, seconds } = await blend.open();
  await blend.seek(0);
  const parts: Blob[] = [];
  let samples = 0;
  for (let block = await blend.next(PIECE); block; block = await blend.next(PIECE)) {
    samples += block[0].length;
    // a blob of its own may lie on the disk, so that the song need not fit into memory
    parts.push(new Blob([packed(block[0], block[1])]));
    told(Math.min(1, samples / rate / seconds));
  }
  return new Blob([header(rate, samples * CHANNELS * WIDTH), ...parts], { type: "audio/wav" });
}

function packed(left: Float32Array, right: Float32Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(left.length * CHANNELS * WIDTH);
  let at = 0;
  for (let sample = 0; sample < left.length; sample += 1) {
    for (const channel of [left, right]) {
      const value = Math.round(Math.max(-1, Math.min(1, channel[sample] ?? 0)) * FULL_SCALE);
      bytes[at++] = value;
      bytes[at++] = value >> 8;
      bytes[at++] = value >> 16;
    }
  }
  return bytes;
}

/** RIFF, with samples as integers. */
function header(rate: number, bytes: number): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(HEADER));
  const text = (at: number, letters: string): void => [...letters].forEach((letter, index) => view.setUint8(at + index, letter.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, HEADER - 8 + bytes, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, CHANNELS, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * CHANNELS * WIDTH, true);
  view.setUint16(32, CHANNELS * WIDTH, true);
  view.setUint16(34, 8 * WIDTH, true);
  text(36, "data");
  view.setUint32(40, bytes, true);
  return view.buffer;
}
