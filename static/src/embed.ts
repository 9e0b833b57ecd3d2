/** The small player in other people's pages: one song, its waveform, one button. */
import "./styles/index.css";
import "./styles/pages/embed.css";
import { Deck } from "./player/deck";
import { peaks } from "./player/source";
import { describeSlider, makeSlider } from "./slider";
import { Waveform } from "./waveform";
import { clock } from "./words";

function part<E extends HTMLElement>(root: ParentNode, selector: string): E {
  const found = root.querySelector<E>(selector);
  if (!found) throw new Error(`${selector} is missing from the page`);
  return found;
}

class Embed {
  private readonly audio: HTMLAudioElement;
  private readonly button: HTMLButtonElement;
  private readonly slider: HTMLElement;
  private readonly elapsed: HTMLElement;
  private readonly message: HTMLElement;
  private readonly wave: Waveform;
  private readonly deck: Deck;
  private readonly seconds: number;
  private readonly version: string;
  private start = 0;

  constructor(root: HTMLElement) {
    this.audio = part(root, "audio");
    this.button = part(root, "[data-embed-play]");
    this.slider = part(root, "[data-embed-wave]");
    this.elapsed = part(root, "[data-embed-elapsed]");
    this.message = part(root, "[data-embed-message]");
    this.wave = new Waveform(this.slider);
    this.deck = new Deck(this.audio);
    this.seconds = Number(root.dataset["seconds"]) || 0;
    this.version = root.dataset["version"] ?? "";
    this.deck.onFail = (words) => this.say(words);
    this.button.addEventListener("click", () => void this.toggle());
    for (const event of ["play", "playing", "pause", "ended", "waiting", "timeupdate", "seeked"]) {
      this.audio.addEventListener(event, () => this.draw());
    }
    makeSlider(this.slider, {
      duration: () => this.seconds,
      position: () => this.position,
      seek: (to) => this.seek(to),
      preview: (at) => this.wave.progress((at ?? this.position) / (this.seconds || 1)),
    });
    void peaks(this.version).then((picture) => this.wave.show(picture));
    this.draw();
  }

  private get position(): number {
    return this.deck.version ? this.audio.currentTime : this.start;
  }

  private async toggle(): Promise<void> {
    if (!this.audio.paused) {
      this.audio.pause();
      return;
    }
    this.say("");
    this.button.dataset["state"] = "loading";
    try {
      if (!this.deck.version && !(await this.deck.load(this.version, this.start))) return;
      if (this.audio.ended) this.audio.currentTime = 0;
      await this.audio.play();
    } catch (error) {
      this.say(error instanceof Error ? error.message : "The song could not be played.");
    }
    this.draw();
  }

  private seek(to: number): void {
    this.start = Math.min(this.seconds, Math.max(0, to));
    if (this.deck.version) this.audio.currentTime = this.start;
    this.draw();
  }

  private say(words: string): void {
    this.message.textContent = words;
    this.draw();
  }

  private draw(): void {
    const playing = !this.audio.paused && !this.audio.ended;
    this.button.dataset["state"] = playing ? "playing" : "";
    const label = this.button.getAttribute("aria-label") ?? "";
    this.button.setAttribute("aria-label", label.replace(/^(Play|Pause)/, playing ? "Pause" : "Play"));
    this.elapsed.textContent = clock(this.position);
    this.wave.progress(this.position / (this.seconds || 1));
    describeSlider(this.slider, this.position, this.seconds);
  }
}

for (const root of document.querySelectorAll<HTMLElement>("[data-embed]")) new Embed(root);
