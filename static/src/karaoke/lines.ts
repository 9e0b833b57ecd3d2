/** The words on the stage: the line that is sung, lit word by word, the next one under it, and what is coming. */
import { begun, timed, type Timed } from "../track/timed";

/** A wait for the next line that is worth a countdown, in seconds. */
const LONG = 4;

export class Lines {
  private words: Timed[] = [];
  private lines: Timed[] = [];
  private lit = -2;
  private line = -2;
  private readonly calm = matchMedia("(prefers-reduced-motion: reduce)");

  /** `box` shows the lines, `wait` counts down to the next one, `said` is read out. */
  constructor(private readonly box: HTMLElement, private readonly wait: HTMLElement, private readonly said: HTMLElement) {}

  show(html: string): void {
    this.box.innerHTML = html;
    this.words = timed(this.box, ".word", "at", "until");
    this.lines = timed(this.box, ".lyric[data-start]", "start", "end");
    this.forget();
  }

  /** Where the line or word begins that `element` stands in; null outside of them. */
  startOf(element: Element): number | null {
    const from = element.closest<HTMLElement>(".word, [data-lyric-play]");
    const start = from?.dataset["at"] ?? from?.closest<HTMLElement>(".lyric")?.dataset["start"];
    return start === undefined ? null : Number(start);
  }

  draw(seconds: number): void {
    this.light(seconds);
    this.turn(begun(this.lines, seconds), seconds);
    const next = this.lines[begun(this.lines, seconds) + 1];
    const rests = seconds >= (this.lines[this.line]?.end ?? 0);
    const left = next ? Math.ceil(next.start - seconds) : 0;
    const text = next && rests && next.start - (this.lines[this.line]?.end ?? 0) >= LONG ? `Words in ${left} s` : "";
    if (this.wait.textContent !== text) this.wait.textContent = text;
  }

  /** Each word fills while it sounds; where motion is unwanted it is lit at once. */
  private light(seconds: number): void {
    const at = begun(this.words, seconds);
    const word = this.words[at];
    if (at !== this.lit) {
      this.words.forEach(({ element }, number) => {
        element.classList.toggle("is-sung", number < at);
        element.classList.toggle("is-lit", number === at);
      });
      this.lit = at;
    }
    if (!word) return;
    const share = this.calm.matches ? 1 : (seconds - word.start) / Math.max(0.05, word.end - word.start);
    word.element.style.setProperty("--sung", `${Math.round(100 * Math.min(1, share))}%`);
  }

  private turn(now: number, seconds: number): void {
    if (now === this.line) return;
    const before = this.line;
    this.line = now;
    this.lines.forEach(({ element }, number) => {
      element.classList.toggle("is-now", number === now);
      element.classList.toggle("is-next", number === now + 1);
      element.classList.toggle("is-past", number < now);
      if (number === now) element.setAttribute("aria-current", "true");
      else element.removeAttribute("aria-current");
    });
    const shown = this.lines[Math.max(0, now)]?.element;
    if (shown) this.follow(shown);
    // read out one line ahead, as it is shown: who listens to it sings it next
    const next = this.lines[now + 1];
    if (before !== -2 || seconds === 0) this.said.textContent = next?.element.dataset["text"] ?? "";
  }

  private follow(element: HTMLElement): void {
    const top = element.offsetTop - this.box.offsetTop - this.box.clientHeight / 2 + element.offsetHeight;
    this.box.scrollTo({ top, behavior: this.calm.matches ? "instant" : "smooth" });
  }

  private forget(): void {
    [this.lit, this.line] = [-2, -2];
    this.said.textContent = this.wait.textContent = "";
  }
}
