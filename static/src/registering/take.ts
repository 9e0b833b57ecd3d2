/** What was recorded: its samples, whether they are any good, and the file that they become. */

/** A block whose loudest sample is above this is cut off. */
const CLIPPED = 0.99;
const MOST_CLIPPED = 0.05;
/** Of loud blocks, −50 dBFS: below it a voice drowns in the noise of the microphone. */
const LEAST_LEVEL = 0.003;
const NOTHING = 0.0002;

export class Take {
  private readonly blocks: Float32Array[] = [];
  private readonly levels: number[] = [];
  private samples = 0;
  private clipped = 0;
  /** Of the block that was heard last, 0 to 1. */
  peak = 0;

  /** `rate`: samples a second. */
  constructor(readonly rate: number) {}

  get seconds(): number {
    return this.samples / this.rate;
  }

  add(block: Float32Array): void {
    let [peak, square] = [0, 0];
    for (const sample of block) {
      peak = Math.max(peak, Math.abs(sample));
      square += sample * sample;
    }
    this.blocks.push(block);
    this.levels.push(Math.sqrt(square / block.length));
    this.samples += block.length;
    this.clipped += peak > CLIPPED ? 1 : 0;
    this.peak = peak;
  }

  /** Whether nothing at all was heard. */
  get silent(): boolean {
    return this.level < NOTHING;
  }

  /** What should be better, in words; empty when it is good. */
  get trouble(): string {
    if (this.level < LEAST_LEVEL) return "You are hard to hear. Come closer, or turn the microphone up, and record it again.";
    if (this.clipped > MOST_CLIPPED * this.blocks.length) return "It is too loud and distorts. Move back a little and record it again.";
    return "";
  }

  /** 16 bits, one channel. */
  wav(): Blob {
    const bytes = new DataView(new ArrayBuffer(HEADER + 2 * this.samples));
    header(bytes, this.samples, this.rate);
    let at = HEADER;
    for (const block of this.blocks) {
      for (const sample of block) {
        bytes.setInt16(at, Math.round(Math.max(-1, Math.min(1, sample)) * 32767), true);
        at += 2;
      }
    }
    return new Blob([bytes], { type: "audio/wav" });
  }

  /** How loud the louder tenth is, 0 to 1. */
  private get level(): number {
    const sorted = [...this.levels].sort((one, other) => one - other);
    return sorted[Math.floor(0.9 * sorted.length)] ?? 0;
  }
}

const HEADER = 44;

function header(bytes: DataView, samples: number, rate: number): void {
  const text = (at: number, written: string): void => {
    for (const [place, letter] of [...written].entries()) bytes.setUint8(at + place, letter.charCodeAt(0));
  };
  text(0, "RIFF");
  bytes.setUint32(4, HEADER - 8 + 2 * samples, true);
  text(8, "WAVEfmt ");
  bytes.setUint32(16, 16, true);
  bytes.setUint16(20, 1, true);
  bytes.setUint16(22, 1, true);
  bytes.setUint32(24, rate, true);
  bytes.setUint32(28, 2 * rate, true);
  bytes.setUint16(32, 2, true);
  bytes.setUint16(34, 16, true);
  text(36, "data");
  bytes.setUint32(40, 2 * samples, true);
}
