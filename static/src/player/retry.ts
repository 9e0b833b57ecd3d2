/** After the network interrupted a song: tries again by itself, soon at first, and as soon as the network is back. */
const SOON_MS = 4000;
const RARELY_MS = 60_000;

export class Retry {
  private timer = 0;
  private pause = SOON_MS;

  constructor(private readonly act: () => void) {
    addEventListener("online", () => {
      if (this.timer) this.fire();
    });
  }

  schedule(): void {
    this.cancel();
    this.timer = window.setTimeout(() => this.fire(), this.pause);
    this.pause = Math.min(RARELY_MS, this.pause * 2);
  }

  cancel(): void {
    clearTimeout(this.timer);
    this.timer = 0;
  }

  /** It went well: the next trouble is a new one. */
  reset(): void {
    this.cancel();
    this.pause = SOON_MS;
  }

  private fire(): void {
    this.cancel();
    this.act();
  }
}
