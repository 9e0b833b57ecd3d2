/** How loud the listener wants it; remembered on this device. */
import { recall, remember } from "../storage";

export class Volume {
  private chosen = clamp(Number(recall("volume") ?? "0.9"), 0, 1);
  private silent = recall("muted") === "yes";

  get level(): number {
    return this.chosen;
  }

  get muted(): boolean {
    return this.silent;
  }

  /** What a file of the usual loudness is multiplied with: half-way feels half as loud. */
  get amplitude(): number {
    return this.chosen ** 2;
  }

  set(level: number): void {
    this.chosen = clamp(level, 0, 1);
    if (this.chosen > 0) this.silent = false;
    this.keep();
  }

  mute(silent: boolean): void {
    this.silent = silent;
    this.keep();
  }

  private keep(): void {
    remember("volume", String(this.chosen));
    remember("muted", this.silent ? "yes" : "no");
  }
}

export function clamp(value: number, low: number, high: number): number {
  return Number.isFinite(value) ? Math.min(high, Math.max(low, value)) : low;
}
