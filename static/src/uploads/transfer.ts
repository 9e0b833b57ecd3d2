/** One file on its way to the server: from the first question to the server's answer after the last byte. */
import { Refusal } from "../api";
import * as api from "./api";
import * as memory from "./memory";
import { Pace } from "./pace";
import { Parts } from "./parts";
import { pause, wait } from "./waits";
import { LARGEST, size } from "./words";

export type Phase =
  /** for its turn */
  | "waiting"
  | "starting"
  | "sending"
  | "paused"
  /** every byte is there, the server looks at it */
  | "finishing"
  /** from here on the server tells about it */
  | "answered"
  /** it cannot go on; `message` says why */
  | "stopped";

/** How often parts that the server misses at the end are sent once more. */
const MOST_LOST = 2;
const KINDS = /\.(mp3|wav|wave|flac)$/i;

export class Transfer extends EventTarget {
  phase: Phase = "waiting";
  message = "";
  /** A stopped one may be tried again: as it is, or against a warning about its name. */
  again: "" | "retry" | "anyway" = "";
  /** Nothing gets through at the moment. */
  offline = false;
  /** The upload at the server, once there is one. */
  id: string | null;
  private parts: Parts | null = null;
  private readonly pace = new Pace();
  private stop = new AbortController();

  /** `open`: go on with this upload; `whole`: but send every part again, for nobody knows what the old ones hold. */
  constructor(readonly file: File, open: string | null = null, private whole = false) {
    super();
    this.id = open;
    this.check();
  }

  get sent(): number {
    return this.phase === "finishing" || this.phase === "answered" ? this.file.size : (this.parts?.sent ?? 0);
  }

  /** Whether bytes or questions are under way: leaving the page would end it. */
  get busy(): boolean {
    return this.phase === "starting" || this.phase === "sending" || this.phase === "finishing";
  }

  /** Seconds left, as far as it can be told. */
  get left(): number | null {
    return this.phase === "sending" && !this.offline ? this.pace.left(this.file.size - this.sent) : null;
  }

  async run(): Promise<void> {
    this.stop = new AbortController();
    const { signal } = this.stop;
    this.message = "";
    this.again = "";
    this.set("starting");
    try {
      await this.go(signal);
      this.set("answered");
    } catch (error) {
      if (!signal.aborted) this.fail(error);
    }
  }

  pause(): void {
    if (this.phase === "finishing") return;
    this.stop.abort();
    this.set("paused");
  }

  /** Back into the line; the uploader runs it when its turn comes. */
  resume(): void {
    this.message = "";
    this.again = "";
    this.set("waiting");
  }

  /** End it here and at the server. */
  async cancel(): Promise<void> {
    this.stop.abort();
    const id = this.id;
    this.id = null;
    if (!id) return;
    memory.drop(id);
    // what is not heard here expires there
    await api.forget(id).catch(() => undefined);
  }

  /** What the server will look at first, looked at here so that nobody waits in vain; the server decides. */
  private check(): void {
    const { file } = this;
    if (file.size === 0) this.refuse("This file is empty.");
    else if (file.size > LARGEST) {
      this.refuse(`This file is ${size(file.size)}, and 50 MB is the most. As FLAC or MP3 it is smaller.`);
    } else if (!KINDS.test(file.name) && !this.id) {
      this.refuse("Its name does not look like an MP3, WAV or FLAC file, and others cannot be taken.", "anyway");
    }
  }

  private refuse(message: string, again: typeof this.again = ""): void {
    this.phase = "stopped";
    this.message = message;
    this.again = again;
  }

  private async go(signal: AbortSignal): Promise<void> {
    const upload = await this.open(signal);
    if (upload.state !== "sending") return;
    for (let lost = 0; ; lost += 1) {
      await this.sendParts(upload, signal);
      this.set("finishing");
      try {
        await this.persist(() => api.finish(upload.id), signal);
        break;
      } catch (error) {
        if (!(error instanceof Refusal && error.status === 422)) throw error;
        // any other refusal is an answer, which the server's own line words
        if (!error.kind.endsWith("incomplete")) break;
        if (lost === MOST_LOST) throw error;
        this.parts = null;
        upload.received = (await this.persist(() => api.look(upload.id), signal)).received;
      }
    }
    memory.drop(upload.id);
  }

  private async sendParts(upload: api.Upload, signal: AbortSignal): Promise<void> {
    this.parts ??= new Parts(this.file, upload, this.whole ? [] : upload.received);
    // parts that came from who knows where count for this page alone
    if (!this.whole) memory.keep(upload.id, this.file);
    this.pace.reset();
    this.set("sending");
    await this.parts.send({
      moved: () => {
        this.pace.note(performance.now(), this.sent);
        this.tell();
      },
      connected: (yes) => this.connected(yes),
    }, signal);
  }

  /** The upload to go on with, or a new one where there is none or it has ended. */
  private async open(signal: AbortSignal): Promise<api.Upload> {
    if (this.id) {
      const id = this.id;
      try {
        const found = await this.persist(() => api.look(id), signal);
        if (found.state !== "aborted" && found.bytes === this.file.size) return found;
      } catch (error) {
        if (!(error instanceof Refusal && error.status === 404)) throw error;
      }
      this.begin();
    }
    const made = await this.persist(() => api.start(this.file), signal);
    if (signal.aborted) {
      // cancelled while it was asked for: nobody else knows of it
      void api.forget(made.id).catch(() => undefined);
      signal.throwIfAborted();
    }
    this.id = made.id;
    return made;
  }

  /** Forget what was sent: the next try starts from nothing. */
  private begin(): void {
    if (this.id) memory.drop(this.id);
    this.id = null;
    this.parts = null;
    this.whole = false;
  }

  /** Ask until there is an answer. */
  private async persist<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
    for (let tried = 0; ; tried += 1) {
      try {
        const answer = await ask();
        this.connected(true);
        return answer;
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof Refusal) || !error.passing) throw error;
        this.connected(false);
        await wait(pause(tried, error.after), signal);
        signal.throwIfAborted();
      }
    }
  }

  private fail(error: unknown): void {
    this.stop.abort();
    const known = error instanceof Refusal;
    // it has ended at the server: another try is another upload
    if (known && error.status === 409) this.begin();
    this.refuse(known ? error.message : "Something went wrong in this page. Try again.", "retry");
    this.tell();
  }

  private connected(yes: boolean): void {
    if (this.offline === !yes) return;
    this.offline = !yes;
    this.pace.reset();
    this.tell();
  }

  private set(phase: Phase): void {
    this.phase = phase;
    this.offline = false;
    this.tell();
  }

  private tell(): void {
    this.dispatchEvent(new Event("change"));
  }
}
