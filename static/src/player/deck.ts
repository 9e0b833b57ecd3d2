/** One audio element with its stream: loads a version, renews its signed address when needed, says when it fails. */
import type Hls from "hls.js/light";
import { forget, playback } from "./source";
import { PlaybackError, type Playback } from "./types";

const library = (): Promise<typeof import("hls.js/light")> => import("hls.js/light");
const FAILED = "The song stopped loading. Check your connection, then try again.";
const REFUSED = new Set([401, 403, 410]);

export class Deck {
  version = "";
  /** What brings this version to the loudness of all others, in dB. */
  gain = 0;
  onFail: (message: string) => void = () => undefined;
  private hls: Hls | null = null;
  private base = "";
  private renewed = false;
  private turn = 0;

  constructor(readonly audio: HTMLAudioElement) {
    audio.addEventListener("error", () => {
      if (!this.hls && this.version && audio.error) void this.recover(403);
    });
    audio.addEventListener("playing", () => (this.renewed = false));
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

  /** Load `version` at `seconds`; PlaybackError when the server will not have it. False when another load overtook it. */
  async load(version: string, seconds: number): Promise<boolean> {
    const turn = (this.turn += 1);
    this.renewed = false;
    const [answer, { default: Player }] = await Promise.all([playback(version), library()]);
    if (turn !== this.turn) return false;
    this.release();
    this.version = version;
    this.gain = answer.gain;
    if (Player.isSupported()) this.stream(Player, answer, seconds);
    else this.native(answer, seconds);
    return true;
  }

  unload(): void {
    this.turn += 1;
    this.release();
    this.version = "";
    this.audio.removeAttribute("src");
    this.audio.load();
  }

  private release(): void {
    this.hls?.destroy();
    this.hls = null;
  }

  private stream(Player: typeof Hls, answer: Playback, seconds: number): void {
    this.base = folder(answer.hls);
    const hls = new Player({
      // A worker would be started from a blob address, which the content security policy forbids; fMP4 needs none.
      enableWorker: false,
      startFragPrefetch: true,
      testBandwidth: false,
      startPosition: seconds,
      maxBufferLength: 30,
      backBufferLength: 60,
      // Every request goes to the address that is signed now, whatever the playlist was loaded from.
      xhrSetup: async (xhr, url) => xhr.open("GET", await this.signed(url), true),
    });
    hls.on(Player.Events.ERROR, (_event, data) => {
      if (hls !== this.hls) return;
      // Asking again for what was refused helps nobody: the address must be renewed.
      if (!data.fatal && !REFUSED.has(data.response?.code ?? 0)) return;
      if (data.type === Player.ErrorTypes.MEDIA_ERROR && !this.renewed) {
        this.renewed = true;
        hls.recoverMediaError();
      } else {
        hls.stopLoad();
        void this.recover(data.response?.code ?? 0);
      }
    });
    this.hls = hls;
    hls.loadSource(answer.hls);
    hls.attachMedia(this.audio);
  }

  private native(answer: Playback, seconds: number): void {
    this.audio.src = answer.hls;
    if (seconds > 0) this.audio.addEventListener("loadedmetadata", () => (this.audio.currentTime = seconds), { once: true });
  }

  private async signed(url: string): Promise<string> {
    if (!url.startsWith(this.base)) return url;
    const answer = await playback(this.version);
    return folder(answer.hls) + url.slice(this.base.length);
  }

  /** Renew a refused address once and go on from the same place; then say what is wrong. */
  private async recover(code: number): Promise<void> {
    if (this.renewed || !REFUSED.has(code)) {
      this.onFail(FAILED);
      return;
    }
    this.renewed = true;
    const { version } = this;
    const { currentTime, paused } = this.audio;
    forget(version);
    try {
      const answer = await playback(version);
      if (version !== this.version) return;
      if (this.hls) {
        const { default: Player } = await library();
        this.release();
        this.stream(Player, answer, currentTime);
      } else this.native(answer, currentTime);
      if (!paused) await this.audio.play();
    } catch (error) {
      if (version === this.version) this.onFail(error instanceof PlaybackError ? error.message : FAILED);
    }
  }
}

function folder(url: string): string {
  const absolute = new URL(url, location.href).href;
  return absolute.slice(0, absolute.lastIndexOf("/") + 1);
}

/** Fetch the streaming library while nothing else is going on, so that the first click does not wait for it. */
export function warmUp(): void {
  const fetchIt = (): void => void library();
  if ("requestIdleCallback" in window) requestIdleCallback(fetchIt);
  else setTimeout(fetchIt, 1500);
}
