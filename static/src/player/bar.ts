/** The strip at the foot of the page, and the full screen it opens to on a narrow one. */
import { describeSlider, makeSlider } from "../slider";
import { Waveform } from "../waveform";
import { clock } from "../words";
import { whenIdle } from "./deck";
import type { Player } from "./player";
import { peaks, playback } from "./source";
import type { Item } from "./types";

const REPEATS = { off: "all", all: "one", one: "off" } as const;
const REPEAT_WORDS = { off: "Repeat is off", all: "Repeating the queue", one: "Repeating this song" };

export class Bar {
  private readonly wave: Waveform;
  private readonly slider: HTMLElement;
  private preview: number | null = null;
  private pictured = "";

  constructor(
    private readonly root: HTMLElement,
    private readonly player: Player,
  ) {
    this.slider = this.part("seek");
    this.wave = new Waveform(this.slider);
    makeSlider(this.slider, {
      duration: () => player.duration,
      position: () => player.seconds,
      seek: (seconds) => player.seek(seconds),
      preview: (seconds) => {
        this.preview = seconds;
        this.drawTime();
      },
    });
    this.connect();
    player.addEventListener("change", () => this.draw());
    player.addEventListener("time", () => this.drawTime());
    player.addEventListener("volume", () => this.drawVolume());
    this.draw();
    this.drawVolume();
    this.follow();
  }

  expand(open: boolean): void {
    this.root.classList.toggle("is-expanded", open);
    this.part("expand").setAttribute("aria-expanded", String(open));
    for (const behind of document.querySelectorAll<HTMLElement>(".frame, .tabbar")) behind.inert = open;
    this.part(open ? "collapse" : "expand").focus({ preventScroll: true });
  }

  private part<E extends HTMLElement = HTMLElement>(name: string): E {
    const found = this.root.querySelector<E>(`[data-player="${name}"]`);
    if (!found) throw new Error(`the player's ${name} is missing from the page`);
    return found;
  }

  private connect(): void {
    const { player } = this;
    const press = (name: string, act: () => void): void => this.part(name).addEventListener("click", act);
    press("toggle", () => void player.toggle());
    press("next", () => void player.next());
    press("previous", () => void player.previous());
    press("retry", () => void player.resume());
    press("mute", () => player.setMuted(!player.muted));
    press("shuffle", () => player.edit((queue) => queue.setShuffled(!queue.shuffled)));
    press("repeat", () => player.edit((queue) => (queue.repeat = REPEATS[queue.repeat])));
    press("side-a", () => player.switchTo(0));
    press("side-b", () => player.switchTo(1));
    press("end-compare", () => player.endCompare());
    press("expand", () => this.expand(true));
    press("collapse", () => this.expand(false));
    press("title", () => this.root.classList.contains("is-expanded") && this.expand(false));
    const volume = this.part<HTMLInputElement>("volume");
    volume.addEventListener("input", () => player.setVolume(Number(volume.value)));
    this.root.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.root.classList.contains("is-expanded")) this.expand(false);
    });
    matchMedia("(width > 720px)").addEventListener("change", (wide) => {
      if (wide.matches && this.root.classList.contains("is-expanded")) this.expand(false);
    });
  }

  private draw(): void {
    const { player } = this;
    const { current, queue } = player;
    this.root.hidden = !current;
    document.documentElement.classList.toggle("has-player", Boolean(current));
    if (!current) return;
    this.root.dataset["status"] = player.status;
    this.drawSong();
    this.part("creator").textContent = player.compared ? current.label : current.creator;
    const toggle = this.part("toggle");
    toggle.dataset["state"] = player.playing ? player.status : "";
    toggle.setAttribute("aria-label", player.playing ? "Pause" : "Play");
    this.part("shuffle").setAttribute("aria-pressed", String(queue.shuffled));
    const repeat = this.part("repeat");
    repeat.setAttribute("aria-pressed", String(queue.repeat !== "off"));
    repeat.setAttribute("aria-label", REPEAT_WORDS[queue.repeat]);
    repeat.title = REPEAT_WORDS[queue.repeat];
    repeat.querySelector(".icon")?.classList.toggle("icon-repeat-one", queue.repeat === "one");
    this.part("trouble").hidden = player.status !== "failed";
    this.part("message").textContent = player.message;
    this.part("compare").hidden = !player.compared;
    this.part("side-a").setAttribute("aria-pressed", String(player.side === 0));
    this.part("side-b").setAttribute("aria-pressed", String(player.side === 1));
    this.drawTime();
  }

  private drawSong(): void {
    const { current } = this.player;
    if (!current || this.pictured === current.version) return;
    this.pictured = current.version;
    const title = this.part<HTMLAnchorElement>("title");
    title.textContent = current.title;
    title.href = current.href;
    this.drawCover(current);
    this.wave.show(null);
    whenIdle(() => {
      if (this.pictured !== current.version) return;
      void peaks(current.version).then((picture) => this.pictured === current.version && this.wave.show(picture));
    });
  }

  /** The list's address of the cover may have expired since; then the server is asked for a fresh one. */
  private drawCover({ cover: address, version }: Item): void {
    const cover = this.part<HTMLImageElement>("cover");
    cover.hidden = !address;
    if (!address) return;
    cover.onerror = () => {
      cover.onerror = null;
      playback(version).then(
        (answer) => this.pictured === version && (cover.src = answer.cover),
        () => (cover.hidden = true),
      );
    };
    cover.src = address;
  }

  private drawTime(): void {
    const { duration } = this.player;
    const seconds = this.preview ?? this.player.seconds;
    this.part("elapsed").textContent = clock(seconds);
    this.part("duration").textContent = clock(duration);
    describeSlider(this.slider, seconds, duration);
    this.drawProgress();
  }

  private drawProgress(): void {
    const { duration } = this.player;
    const fraction = duration ? (this.preview ?? this.player.seconds) / duration : 0;
    this.wave.progress(fraction);
    this.root.style.setProperty("--played", String(fraction));
  }

  private drawVolume(): void {
    const { player } = this;
    const silent = player.muted || player.volume === 0;
    const mute = this.part("mute");
    mute.setAttribute("aria-label", silent ? "Unmute" : "Mute");
    mute.setAttribute("aria-pressed", String(silent));
    const icon = mute.querySelector(".icon");
    icon?.classList.toggle("icon-mute", silent);
    icon?.classList.toggle("icon-volume-low", !silent && player.volume < 0.4);
    this.part<HTMLInputElement>("volume").value = String(player.muted ? 0 : player.volume);
  }

  /** Between two time events, move smoothly while the page is looked at. */
  private follow(): void {
    requestAnimationFrame(() => {
      if (this.player.status === "playing") this.drawProgress();
      this.follow();
    });
  }
}
