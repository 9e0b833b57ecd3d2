/** Brings the stage to life: its transport, its keys, its words. */
import { player } from "../player";
import { describeSlider, makeSlider } from "../slider";
import { clock } from "../words";
import type { Source } from "./blend";
import { connectControls } from "./controls";
import { Lines } from "./lines";
import { wavOf } from "./save";
import { Stage } from "./stage";

const STEP = 5;
const OWN_KEYS = "input, [role=slider]";

export class Show {
  private readonly stage: Stage;
  private readonly lines: Lines;
  private frame = 0;
  private awake: WakeLockSentinel | null = null;
  private told = false;

  constructor(private readonly dialog: HTMLDialogElement, seconds: number, signal: AbortSignal) {
    const [vocals, instrumental] = [this.sources("vocals"), this.sources("instrumental")];
    this.stage = new Stage(vocals, instrumental, Number(dialog.dataset["seconds"]), signal);
    this.lines = new Lines(this.part("lines"), this.part("wait"), this.part("said"));
    void this.stage.seek(seconds);
    connectControls(dialog, this.stage, signal);
    this.connect(signal);
  }

  open(): void {
    this.loudness();
    this.drawStatus();
    if (!this.told) void this.fetchWords();
  }

  private connect(signal: AbortSignal): void {
    const { dialog, stage } = this;
    this.part("toggle").addEventListener("click", () => this.toggle(), { signal });
    this.part("lines").addEventListener("click", (event) => {
      const start = event.target instanceof Element ? this.lines.startOf(event.target) : null;
      if (start !== null) void stage.seek(start);
    }, { signal });
    makeSlider(this.part("seek"), {
      duration: () => stage.seconds,
      position: () => stage.position,
      seek: (seconds) => void stage.seek(seconds),
    }, signal);
    for (const button of dialog.querySelectorAll<HTMLButtonElement>("[data-karaoke-save]")) {
      button.addEventListener("click", () => void this.save(button, signal), { signal });
    }
    dialog.addEventListener("keydown", (event) => this.press(event), { signal });
    dialog.addEventListener("close", () => stage.pause(), { signal });
    // a keyboard's or headset's button may start the player behind the stage
    player?.addEventListener("change", () => player?.playing && stage.pause(), { signal });
    player?.addEventListener("volume", () => this.loudness(), { signal });
    stage.addEventListener("change", () => this.drawStatus(), { signal });
    stage.addEventListener("time", () => this.draw(), { signal });
    signal.addEventListener("abort", () => {
      cancelAnimationFrame(this.frame);
      void this.awake?.release();
    });
  }

  private toggle(): void {
    if (this.stage.status === "playing" || this.stage.status === "loading") this.stage.pause();
    else {
      player?.pause();
      void this.stage.play();
    }
  }

  private press(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target instanceof Element ? event.target : null;
    const onSlider = target?.closest(OWN_KEYS);
    if (event.key === " " && !target?.closest("button, a")) this.toggle();
    else if (event.key === "ArrowLeft" && !onSlider) void this.stage.seek(this.stage.position - STEP);
    else if (event.key === "ArrowRight" && !onSlider) void this.stage.seek(this.stage.position + STEP);
    else if (event.key === "v" || event.key === "V") this.vocals();
    else return;
    event.preventDefault();
  }

  /** The vocals off, or as recorded. */
  private vocals(): void {
    const mix = this.dialog.querySelector<HTMLInputElement>("[data-karaoke-mix]");
    if (!mix) return;
    mix.value = mix.valueAsNumber > 0 ? "0" : "50";
    mix.dispatchEvent(new Event("input"));
  }

  /** Put the stems of a group together and hand them over as a file. */
  private async save(button: HTMLButtonElement, signal: AbortSignal): Promise<void> {
    const group = button.dataset["karaokeSave"] ?? "";
    const message = this.part("message");
    button.disabled = true;
    try {
      const told = (share: number): void => void (message.textContent = `Putting it together: ${Math.round(100 * share)} %`);
      const link = document.createElement("a");
      link.href = URL.createObjectURL(await wavOf(this.sources(group), told, signal));
      link.download = `${this.dialog.dataset["title"] ?? "song"} - ${group}.wav`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
      message.textContent = "";
    } catch {
      message.textContent = "The file could not be put together. Try again in a moment.";
    }
    button.disabled = false;
  }

  private sources(group: string): Source[] {
    return [...this.dialog.querySelectorAll<HTMLElement>(`[data-stem="${group}"]`)].map(({ dataset }) => ({
      address: dataset["address"] ?? "",
      bytes: Number(dataset["bytes"]),
    }));
  }

  private loudness(): void {
    const gain = 10 ** ((Number(this.dialog.dataset["gain"]) || 0) / 20);
    const level = player && !player.muted ? player.volume ** 2 : player ? 0 : 1;
    // the stems' peaks are not the song's: what would be raised stays as it is
    this.stage.volume(level * Math.min(1, gain));
  }

  private async fetchWords(): Promise<void> {
    this.told = true;
    const { words = "" } = this.dialog.dataset;
    const answer = words ? await fetch(words).catch(() => null) : null;
    this.told = !words || Boolean(answer?.ok);
    if (answer?.ok) this.lines.show(await answer.text());
    this.draw();
  }

  private drawStatus(): void {
    const { status, message } = this.stage;
    const on = status === "playing" || status === "loading";
    this.dialog.dataset["status"] = status;
    const toggle = this.part("toggle");
    toggle.setAttribute("aria-label", on ? "Pause" : "Play");
    toggle.dataset["state"] = status;
    this.part("message").textContent = status === "failed" ? message : status === "loading" ? "Loading…" : "";
    void this.stayAwake(on);
    this.run();
  }

  private run(): void {
    cancelAnimationFrame(this.frame);
    this.draw();
    if (this.stage.status === "playing") this.frame = requestAnimationFrame(() => this.run());
  }

  private draw(): void {
    const { position, seconds } = this.stage;
    this.lines.draw(position);
    const seek = this.part("seek");
    describeSlider(seek, position, seconds);
    seek.style.setProperty("--at", `${(100 * position) / Math.max(1, seconds)}%`);
    this.part("elapsed").textContent = clock(position);
  }

  /** Nobody who sings touches the screen. */
  private async stayAwake(on: boolean): Promise<void> {
    if (!on) {
      await this.awake?.release();
      this.awake = null;
    } else this.awake ??= await navigator.wakeLock?.request("screen").catch(() => null) ?? null;
  }

  private part(name: string): HTMLElement {
    const found = this.dialog.querySelector<HTMLElement>(`[data-karaoke-${name}]`);
    if (!found) throw new Error(`the stage has no ${name}`);
    return found;
  }
}
