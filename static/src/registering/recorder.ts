/** Records a voice, or takes files of it: heard again, sent, and on to the next step. */
import { Refusal } from "../api";
import { mount } from "../mount";
import { player } from "../player";
import { clock } from "../words";
import { listen, NoMicrophone, type Listening } from "./microphone";
import { send, unfit } from "./sending";
import { Take } from "./take";

type State = "idle" | "asking" | "recording" | "heard" | "sending" | "failed";

/** From here on the level is shown as too loud. */
const LOUD = 0.97;

class Recorder {
  private listening: Listening | null = null;
  private take: Take | null = null;
  /** What would be sent. */
  private sounds: readonly Blob[] = [];
  private address = "";

  constructor(private readonly root: HTMLElement, private readonly signal: AbortSignal) {
    const on = (name: string, act: () => void): void => {
      this.part(name)?.addEventListener("click", act, { signal });
    };
    on("record", () => void this.record());
    on("stop", () => this.finish());
    on("use", () => void this.use());
    const input = root.querySelector<HTMLInputElement>("[data-files] input");
    input?.addEventListener("change", () => void this.choose([...(input.files ?? [])]).then(() => (input.value = "")), { signal });
    signal.addEventListener("abort", () => {
      this.listening?.stop();
      URL.revokeObjectURL(this.address);
    });
  }

  private async record(): Promise<void> {
    player?.pause();
    this.forget();
    this.show("asking", "Allow the microphone, when the browser asks.");
    let heard: Take | null = null;
    try {
      const listening = await listen(
        (block) => heard && this.hear(heard, block),
        () => heard && this.take === heard && this.finish(),
      );
      if (this.signal.aborted) return listening.stop();
      this.listening = listening;
      heard = this.take = new Take(listening.rate);
      this.show("recording", "");
    } catch (error) {
      this.fail(error instanceof NoMicrophone ? error.message : "The microphone cannot be used. Try again, or choose a file.");
    }
  }

  private hear(take: Take, block: Float32Array): void {
    if (take !== this.take || !this.listening) return;
    take.add(block);
    const time = this.part("time");
    if (time) time.textContent = clock(take.seconds);
    const least = this.part("least");
    if (least instanceof HTMLProgressElement) least.value = Math.min(take.seconds, least.max);
    const level = this.part("level");
    level?.classList.toggle("is-loud", take.peak > LOUD);
    // in steps of loudness as it is heard: −60 dB is nothing
    const shown = Math.max(0, 1 + Math.log10(Math.max(take.peak, 1e-6)) / 3);
    (level?.firstElementChild as HTMLElement | null)?.style.setProperty("transform", `scaleX(${shown.toFixed(2)})`);
    if (take.seconds >= Number(this.root.dataset["longest"])) this.finish();
  }

  private finish(): void {
    const take = this.take;
    this.listening?.stop();
    this.listening = null;
    if (!take) return;
    const shortest = Number(this.root.dataset["shortest"]);
    if (take.silent) this.fail("Nothing was heard. Is the microphone switched off, or another one chosen?");
    else if (take.seconds < shortest) this.fail(`That was ${Math.floor(take.seconds)} seconds, and ${shortest} is the least. Record it again.`);
    else this.offer(take);
  }

  /** Let it be heard before it goes. */
  private offer(take: Take): void {
    const sound = take.wav();
    this.sounds = [sound];
    this.address = URL.createObjectURL(sound);
    const playback = this.part("playback");
    if (playback instanceof HTMLAudioElement) playback.src = this.address;
    this.show("heard", take.trouble || "Listen to it, then use it or record it again.");
    this.root.toggleAttribute("data-warned", take.trouble !== "");
    this.part("use")?.focus();
  }

  private async choose(files: readonly File[]): Promise<void> {
    if (files.length === 0) return;
    this.forget();
    const why = unfit(files);
    if (why) return this.fail(why);
    this.sounds = files;
    await this.use();
  }

  private async use(): Promise<void> {
    const { address = "", role = "" } = this.root.dataset;
    this.show("sending", "Sending …");
    const bar = this.part("sending");
    try {
      await send(address, role, this.sounds, (share) => bar instanceof HTMLProgressElement && (bar.value = 100 * share), this.signal);
    } catch (error) {
      if (this.signal.aborted) return;
      return this.fail(error instanceof Refusal ? error.message : "Something went wrong in this page. Try again.", this.sounds.length > 0);
    }
    this.part("next")?.click();
  }

  private fail(message: string, again = false): void {
    this.listening?.stop();
    this.listening = null;
    this.show("failed", message);
    const use = this.part("use");
    if (use && again) {
      use.hidden = false;
      use.textContent = "Send it again";
    }
  }

  private forget(): void {
    URL.revokeObjectURL(this.address);
    [this.sounds, this.take, this.address] = [[], null, ""];
  }

  private show(state: State, says: string): void {
    this.root.dataset["state"] = state;
    this.root.removeAttribute("data-warned");
    const word = this.part("says");
    if (word) word.textContent = says;
    const shown: Readonly<Record<string, boolean>> = {
      live: state === "recording",
      playback: state === "heard",
      sending: state === "sending",
      record: state === "idle" || state === "heard" || state === "failed",
      stop: state === "recording",
      use: state === "heard",
      files: state === "idle" || state === "failed",
    };
    for (const [name, yes] of Object.entries(shown)) {
      const part = this.part(name);
      if (part) part.hidden = !yes;
    }
    const use = this.part("use");
    if (use) use.textContent = "Use it";
    const record = this.part("record-word");
    if (record && state !== "idle") record.textContent = "Record it again";
    this.part("record")?.classList.toggle("button-primary", state === "failed");
    if (state === "recording") this.part("stop")?.focus();
  }

  private part(name: string): HTMLElement | null {
    return this.root.querySelector<HTMLElement>(`[data-${name}]`);
  }
}

mount("[data-recorder]", (root, signal) => {
  const page = root.dataset["page"] ?? "";
  const [loaded] = performance.getEntriesByType("navigation");
  // a document that was loaded as another page may not use the microphone, whatever was swapped into it
  if (loaded && new URL(loaded.name).pathname !== page) location.replace(page);
  else new Recorder(root, signal);
});
