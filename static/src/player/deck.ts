/** One audio element with its stream: loads a version, keeps its signed address fresh, says when it fails. */
import type Hls from "hls.js/light";
import { ahead, PLAYLIST } from "./files";
import { LOAD_POLICIES, loaderFor, nameOf } from "./loader";
import { forget, playback } from "./source";
import { PlaybackError } from "./types";

type Library = typeof import("hls.js/light");

const FAILED = "The song could not be played. Try again.";
/** Seconds of sound to have in hand: while it waits its turn, and while it plays. */
const WAITING_SECONDS = 6;
const PLAYING_SECONDS = 60;
/** Until loading is tried again while what was loaded still plays. */
const HUNGRY_MS = 2000;

let library: Library | null = null;
const fetchLibrary = async (): Promise<Library> => (library ??= await import("hls.js/light"));

export class Deck {
  version = "";
  /** What brings this version to the loudness of all others, in dB. */
  gain = 0;
  onFail: (message: string, error?: PlaybackError) => void = () => undefined;
  private hls: Hls | null = null;
  /** Whether `hls` is attached and has no song yet. */
  private blank = false;
  private mended = false;
  /** Why nothing more arrives, while what did arrive still plays. */
  private hungry: PlaybackError | null = null;
  private turn = 0;

  constructor(readonly audio: HTMLAudioElement) {
    audio.addEventListener("error", () => {
      if (!this.hls && this.version && audio.error) void this.renew();
    });
    audio.addEventListener("playing", () => (this.mended = false));
    audio.addEventListener("play", () => this.buffer(PLAYING_SECONDS));
    audio.addEventListener("waiting", () => this.hungry && this.fail(this.hungry));
    addEventListener("online", () => this.feed());
  }

  get ready(): boolean {
    return this.audio.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA;
  }

  whenReady(): Promise<void> {
    if (this.ready) return Promise.resolve();
    return new Promise((resolve) => this.audio.addEventListener("canplay", () => resolve(), { once: true }));
  }

  /** Whether `version` is loaded and can be played at once. */
  holds(version: string): boolean {
    return this.version === version && this.ready;
  }

  /**
   * Load `version` at `seconds`, with `inHand` seconds of sound until it plays. PlaybackError when the server will not
   * have it. False when another load overtook it.
   */
  async load(version: string, seconds: number, inHand = WAITING_SECONDS): Promise<boolean> {
    const turn = (this.turn += 1);
    this.mended = false;
    if (seconds === 0) ahead(version);
    const [answer, { default: Player }] = await Promise.all([playback(version), library ?? fetchLibrary()]);
    if (turn !== this.turn) return false;
    this.version = version;
    this.gain = answer.gain;
    if (Player.isSupported()) this.stream(Player, seconds, inHand);
    else this.native(answer.prefix, seconds);
    return true;
  }

  /** Move to `seconds`; where it stands there already, nothing is decoded anew. */
  goTo(seconds: number): void {
    if (Math.abs(this.audio.currentTime - seconds) > 0.05) this.audio.currentTime = seconds;
  }

  unload(): void {
    this.turn += 1;
    this.release();
    this.version = "";
    this.audio.removeAttribute("src");
    this.audio.load();
  }

  /** Open the media source while nothing is asked of this deck, so that the next song does not wait for it. */
  async prepare(): Promise<void> {
    const { default: Player } = await fetchLibrary();
    if (this.version || this.hls || !Player.isSupported()) return;
    this.hls = this.attached(Player);
    this.blank = true;
  }

  private release(): void {
    this.hls?.destroy();
    this.hls = null;
    this.blank = false;
    this.hungry = null;
  }

  private stream(Player: typeof Hls, seconds: number, inHand: number): void {
    if (!this.blank) {
      this.release();
      this.hls = this.attached(Player);
    }
    this.blank = false;
    if (!this.hls) return;
    this.hls.config.startPosition = seconds;
    this.buffer(inHand);
    this.hls.loadSource(nameOf(this.version, PLAYLIST));
  }

  private attached(Player: typeof Hls): Hls {
    const hls = new Player({
      ...LOAD_POLICIES,
      loader: loaderFor((error) => hls === this.hls && this.fail(error)),
      // A worker would be started from a blob address, which the content security policy forbids; fMP4 needs none.
      enableWorker: false,
      startFragPrefetch: true,
      testBandwidth: false,
      backBufferLength: 60,
    });
    hls.on(Player.Events.ERROR, (_event, data) => {
      // what the network did was told by the loader
      if (hls !== this.hls || !data.fatal || data.type === Player.ErrorTypes.NETWORK_ERROR) return;
      if (data.type === Player.ErrorTypes.MEDIA_ERROR && !this.mended) {
        this.mended = true;
        hls.recoverMediaError();
      } else this.fail(data.error);
    });
    hls.attachMedia(this.audio);
    return hls;
  }

  private buffer(seconds: number): void {
    if (this.hls) this.hls.config.maxBufferLength = this.hls.config.maxMaxBufferLength = seconds;
  }

  private native(prefix: string, seconds: number): void {
    this.audio.src = prefix + PLAYLIST;
    if (seconds > 0) this.audio.addEventListener("loadedmetadata", () => (this.audio.currentTime = seconds), { once: true });
  }

  /** Say what is wrong; but while there is sound in hand, only go on trying. */
  private fail(error: unknown): void {
    const known = error instanceof PlaybackError ? error : new PlaybackError(FAILED);
    if (known.kind === "passing" && this.hls && this.secondsInHand() > 0.1) {
      this.hungry = known;
      setTimeout(() => this.feed(), HUNGRY_MS);
      return;
    }
    this.hungry = null;
    this.hls?.stopLoad();
    // what it holds is worth nothing now: whoever wants it loads it anew
    this.version = "";
    this.onFail(known.message, known);
  }

  private feed(): void {
    if (!this.hungry) return;
    this.hungry = null;
    this.hls?.startLoad(this.audio.currentTime);
  }

  private secondsInHand(): number {
    const { buffered, currentTime } = this.audio;
    for (let span = 0; span < buffered.length; span += 1) {
      if (buffered.start(span) <= currentTime && currentTime < buffered.end(span)) return buffered.end(span) - currentTime;
    }
    return 0;
  }

  /** Without hls.js the browser fetches: once, renew its address and go on from the same place. */
  private async renew(): Promise<void> {
    if (this.mended) {
      this.fail(null);
      return;
    }
    this.mended = true;
    const { version } = this;
    const { currentTime, paused } = this.audio;
    forget(version);
    try {
      const { prefix } = await playback(version);
      if (version !== this.version) return;
      this.native(prefix, currentTime);
      if (!paused) await this.audio.play();
    } catch (error) {
      if (version === this.version) this.fail(error);
    }
  }
}

/** Do `act` while nothing else is going on. */
export function whenIdle(act: () => void): void {
  if ("requestIdleCallback" in window) requestIdleCallback(act, { timeout: 1500 });
  else setTimeout(act, 1500);
}
