/** Karaoke as sound: vocals and instrumental side by side in one stretcher, so that they cannot drift apart. */
import createStretch, { type StretchNode } from "signalsmith-stretch";
import { Blend, type Source } from "./blend";
import { Refused } from "./stem";
import workletUrl from "./worklet/index?worker&url";

export type Status = "idle" | "loading" | "playing" | "paused" | "failed";

/** Seconds of sound that wait in the stretcher, that are decoded at once, and that it keeps of what was heard. */
const AHEAD = 10;
const PIECE = 1;
const BEHIND = 1;
/** With less than this it waits for more, in seconds. */
const LEAST = 0.5;
/** How far ahead of the clock a change is announced, so that it comes on time. */
const LEAD = 0.15;
/** How quickly a level follows its slider, in seconds: no click, and no wait. */
const GLIDE = 0.02;

createStretch.moduleUrl = workletUrl;

/** Tells "change" and "time". Levels are from 0 to 1, the tempo is a factor, the key is in semitones. */
export class Stage extends EventTarget {
  status: Status = "idle";
  message = "";
  private context: AudioContext | null = null;
  private node: StretchNode | null = null;
  private readonly levels: GainNode[] = [];
  private readonly wanted = { vocals: 0, instrumental: 1, volume: 1 };
  private rate = 1;
  private semitones = 0;
  /** At `clock` of the context, `place` of the song is heard. */
  private clock = 0;
  private place = 0;
  /** Where in the song the stretcher's first sample is, and where its last. */
  private base = 0;
  private filled = 0;
  private whole = false;
  /** Counts the times that the stretcher was filled from a new place. */
  private filling = 0;
  private opened: Promise<StretchNode> | null = null;
  private readonly blend: Blend;

  constructor(vocals: readonly Source[], instrumental: readonly Source[], readonly seconds: number, private readonly signal: AbortSignal) {
    super();
    this.blend = new Blend(vocals, instrumental, signal);
    signal.addEventListener("abort", () => {
      this.filling += 1;
      void this.context?.close();
    });
  }

  /** What is heard now, in seconds of the song. */
  get position(): number {
    if (this.status !== "playing" || !this.context) return this.place;
    const { currentTime, outputLatency } = this.context;
    const heard = this.place + (currentTime - (outputLatency || 0) - this.clock) * this.rate;
    return Math.min(this.seconds, Math.max(0, heard));
  }

  /** Play on, from `seconds` or from where it stands. Must begin with a person's click. */
  async play(seconds = this.place): Promise<void> {
    const fresh = seconds !== this.place || this.status === "idle" || this.status === "failed";
    this.place = seconds >= this.seconds - 0.1 ? 0 : seconds;
    const filling = fresh ? (this.filling += 1) : this.filling;
    this.set("loading");
    try {
      const node = await (this.opened ??= this.open());
      await this.context?.resume();
      if (fresh) await this.fill(node, filling);
    } catch (error) {
      if (filling === this.filling && !this.signal.aborted) this.fail(error);
    }
  }

  pause(): void {
    if (this.status !== "playing" && this.status !== "loading") return;
    this.hold();
    this.set("paused");
  }

  async seek(seconds: number): Promise<void> {
    const to = Math.min(this.seconds, Math.max(0, seconds));
    if (this.status === "playing" || this.status === "loading") {
      this.hold();
      await this.play(to);
      return;
    }
    // read anew from there when it plays
    if (this.status === "paused") this.status = "idle";
    this.place = to;
    this.dispatchEvent(new Event("time"));
  }

  /** How loud the two are beside each other. */
  mix(vocals: number, instrumental: number): void {
    Object.assign(this.wanted, { vocals, instrumental });
    this.level();
  }

  volume(amplitude: number): void {
    this.wanted.volume = amplitude;
    this.level();
  }

  tempo(factor: number): void {
    this.turnTo(factor, this.semitones);
  }

  key(semitones: number): void {
    this.turnTo(this.rate, semitones);
  }

  private turnTo(rate: number, semitones: number): void {
    if (this.status === "playing" && this.context) {
      const clock = this.context.currentTime + LEAD;
      this.place += (clock - this.clock) * this.rate;
      this.clock = clock;
    }
    [this.rate, this.semitones] = [rate, semitones];
    if (this.status === "playing") this.run();
  }

  private async open(): Promise<StretchNode> {
    const { rate } = await this.blend.open();
    // at the stems' own rate nothing is resampled between one piece and the next
    const context = (this.context = new AudioContext({ sampleRate: rate, latencyHint: "playback" }));
    const node = await createStretch(context, { numberOfInputs: 1, numberOfOutputs: 1, outputChannelCount: [4] });
    if (this.signal.aborted) throw this.signal.reason;
    const [vocals, instrumental, out] = [context.createGain(), context.createGain(), context.createGain()];
    const split = context.createChannelSplitter(4);
    node.connect(split);
    [vocals, instrumental].forEach((level, group) => {
      const merge = context.createChannelMerger(2);
      for (const side of [0, 1]) split.connect(merge, 2 * group + side, side);
      merge.connect(level).connect(out);
    });
    out.connect(context.destination);
    this.levels.push(vocals, instrumental, out);
    for (const [at, value] of this.gains().entries()) this.levels[at]?.gain.setValueAtTime(value, 0);
    node.addEventListener("processorerror", () => this.fail(new Error("the audio thread stopped")));
    return (this.node = node);
  }

  /** Have the stretcher go on at `place`, and keep sound waiting in it until it is filled from elsewhere. */
  private async fill(node: StretchNode, filling: number): Promise<void> {
    const from = await this.blend.seek(this.place);
    if (filling !== this.filling) return;
    await node.dropBuffers();
    this.base = this.filled = from;
    this.whole = false;
    while (filling === this.filling) {
      if (this.whole || this.filled - this.position >= AHEAD) await new Promise((wake) => setTimeout(wake, 200));
      else {
        const block = await this.blend.next(PIECE);
        if (filling !== this.filling) return;
        if (block) this.filled = this.base + (await node.addBuffers(block, block.map((channel) => channel.buffer)));
        else this.whole = true;
      }
      if (filling === this.filling) this.keep(node);
    }
  }

  /** Begin, go on, wait or end, as what is in hand allows. */
  private keep(node: StretchNode): void {
    const { position } = this;
    const left = this.filled - position;
    if (this.status === "playing" && this.whole && left <= 0.05) {
      this.hold();
      this.filling += 1;
      [this.place, this.status] = [0, "idle"];
      this.dispatchEvent(new Event("change"));
      return;
    }
    const enough = this.whole || left >= LEAST * Math.max(1, this.rate);
    if (this.status === "loading" && enough) {
      this.clock = (this.context?.currentTime ?? 0) + LEAD;
      this.set("playing");
      this.run();
    } else if (this.status === "playing" && !enough) {
      this.hold();
      this.set("loading");
    }
    if (position - this.base > BEHIND) void node.dropBuffers(position - this.base - BEHIND);
    this.dispatchEvent(new Event("time"));
  }

  private run(): void {
    void this.node?.schedule({
      output: this.clock, active: true, input: this.place - this.base, rate: this.rate, semitones: this.semitones,
    });
  }

  /** Silence, at the place that is heard. */
  private hold(): void {
    this.place = this.position;
    void this.node?.schedule({ active: false });
  }

  private gains(): number[] {
    const { vocals, instrumental, volume } = this.wanted;
    return [vocals, instrumental, volume];
  }

  private level(): void {
    const now = this.context?.currentTime ?? 0;
    for (const [at, value] of this.gains().entries()) this.levels[at]?.gain.setTargetAtTime(value, now, GLIDE);
  }

  private fail(error: unknown): void {
    this.hold();
    this.filling += 1;
    this.message = error instanceof Refused
      ? "These stems are no longer here for you. Load the page again."
      : navigator.onLine
        ? "The stems could not be played. Try again in a moment."
        : "No connection. Check your network, then try again.";
    if (!this.node) this.opened = null;
    this.set("failed");
  }

  private set(status: Status): void {
    this.status = status;
    this.dispatchEvent(new Event("change"));
  }
}
