/** How fast bytes leave, over the last seconds. */
const WINDOW_MS = 8000;
/** Before that much time was seen nobody can tell. */
const LEAST_MS = 1500;

export class Pace {
  private seen: { at: number; bytes: number }[] = [];

  reset(): void {
    this.seen = [];
  }

  note(at: number, bytes: number): void {
    const last = this.seen.at(-1);
    // a part that has to be sent again takes its bytes back
    if (last && bytes < last.bytes) this.reset();
    this.seen.push({ at, bytes });
    while (this.seen.length > 2 && at - (this.seen[0]?.at ?? at) > WINDOW_MS) this.seen.shift();
  }

  /** Seconds until `rest` more bytes have left; null while it cannot be told. */
  left(rest: number): number | null {
    const first = this.seen[0];
    const last = this.seen.at(-1);
    if (!first || !last || last.at - first.at < LEAST_MS || last.bytes <= first.bytes) return null;
    return (rest * (last.at - first.at)) / (last.bytes - first.bytes) / 1000;
  }
}
