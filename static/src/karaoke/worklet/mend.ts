/**
 * Lets signalsmith-stretch 1.3.2 play on from one buffer into the next.
 *
 * Where what it needs lies in two buffers it copies from the wrong place, or beyond the end and falls silent for good
 * (its issue 22). So it is shown one buffer at a time: the stretch around the place where it plays, put together here.
 */
declare const sampleRate: number;
declare const currentTime: number;
declare class AudioWorkletProcessor {
  process(inputs: Float32Array[][], outputs: Float32Array[][], parameters: Record<string, Float32Array>): boolean;
}
type Register = (name: string, processor: unknown) => void;
interface Segment {
  active: boolean;
  input: number;
  output: number;
  rate: number;
}

/** What is used of the library's processor, which has no types. */
interface Stretch extends AudioWorkletProcessor {
  wasmReady: boolean;
  bufferLength: number;
  inputLatencySeconds: number;
  outputLatencySeconds: number;
  timeMap: Segment[];
  audioBuffers: Float32Array[][];
  audioBuffersStart: number;
}

/** Samples on both sides of what is needed, so that rounding does not matter. */
const SPARE = 64;

/** The samples from `from` on of buffers that lie one behind the other from `start` on; silence around them. */
export function gather(buffers: readonly Float32Array[][], start: number, from: number, into: Float32Array[]): void {
  into.forEach((channel) => channel.fill(0));
  const length = into[0]?.length ?? 0;
  for (const buffer of buffers) {
    const end = start + (buffer[0]?.length ?? 0);
    const [first, last] = [Math.max(from, start), Math.min(from + length, end)];
    for (let side = 0; first < last && side < into.length; side += 1) {
      const piece = buffer[side % buffer.length]?.subarray(first - start, last - start);
      if (piece) into[side]?.set(piece, first - from);
    }
    start = end;
  }
}

const scope = globalThis as unknown as { registerProcessor: Register };
const register = scope.registerProcessor.bind(globalThis);

scope.registerProcessor = (name, Library) => {
  const Upstream = Library as new (options: unknown) => Stretch;
  register(
    name,
    class extends Upstream {
      private near: Float32Array[] = [];

      override process(inputs: Float32Array[][], outputs: Float32Array[][], more: Record<string, Float32Array>): boolean {
        const [whole, start] = [this.audioBuffers, this.audioBuffersStart];
        const channels = outputs[0]?.length ?? 0;
        if (!this.wasmReady || !channels || whole.length === 0) return super.process(inputs, outputs, more);
        const length = this.bufferLength + 2 * SPARE;
        if (this.near.length !== channels || this.near[0]?.length !== length) {
          this.near = Array.from({ length: channels }, () => new Float32Array(length));
        }
        const from = Math.max(0, this.needed() - SPARE);
        gather(whole, start, from, this.near);
        [this.audioBuffers, this.audioBuffersStart] = [[this.near], from];
        try {
          return super.process(inputs, outputs, more);
        } finally {
          [this.audioBuffers, this.audioBuffersStart] = [whole, start];
        }
      }

      /** The first sample that the library reads now, as it reckons it. */
      private needed(): number {
        const now = currentTime + this.outputLatencySeconds;
        const at = this.timeMap.findLastIndex((segment, index) => index === 0 || segment.output <= now);
        const { input = 0, output = 0, rate = 0 } = this.timeMap[Math.max(0, at)] ?? {};
        return Math.round((input + (now - output) * rate + this.inputLatencySeconds) * sampleRate) - this.bufferLength;
      }
    },
  );
};
