/** Fetches a version's files: below the address that is signed now, again when that fails, and ahead when asked to. */
import { forget, NO_CONNECTION, playback } from "./source";
import { PlaybackError } from "./types";

export const PLAYLIST = "hls/index.m3u8";
/** What sound needs first. The names are the encoder's; wrong ones would only cost the head start. */
const FIRST = [PLAYLIST, "hls/init.mp4", "hls/000.m4s"];
/** How long to wait before each further attempt. */
const PAUSES_MS = [80, 200, 500, 1000, 2000];
/** A request unanswered for this long gets company: the first of the two to answer wins. */
const PATIENCE_MS = 700;
/** After this long an attempt has failed, however far it came. */
const LIMIT_MS = 20_000;
/** Of how many songs the beginnings are kept. */
const KEPT = 6;
const REFUSED = new Set([401, 403, 410]);

const begun = new Map<string, Map<string, Promise<ArrayBuffer>>>();

class Answered extends Error {
  constructor(readonly status: number) {
    super(`answered ${status}`);
  }
}

/** The bytes of a file. PlaybackError when there is no getting it; the signal's reason when it is aborted. */
export async function file(version: string, name: string, signal?: AbortSignal): Promise<ArrayBuffer> {
  const early = await take(version, name);
  if (early) return early;
  let renewed = false;
  for (let attempt = 0; ; attempt += 1) {
    try {
      const { prefix } = await playback(version);
      return await fetched(prefix + name, signal);
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof PlaybackError && error.kind !== "passing") throw error;
      if (error instanceof Answered && REFUSED.has(error.status)) {
        // expired while asleep, or taken down: the server knows which
        if (renewed) throw new PlaybackError("The song could not be loaded. Try again in a moment.");
        renewed = true;
        forget(version);
        continue;
      }
      if (error instanceof Answered && error.status === 404) {
        throw new PlaybackError("A part of this song is missing. Try again in a moment.");
      }
      const pause = PAUSES_MS[attempt];
      // without a network there is no use in asking, and who waits is told when it is back
      if (pause === undefined || !navigator.onLine) throw new PlaybackError(NO_CONNECTION, "passing");
      await sleep(pause, signal);
    }
  }
}

/** Fetch what sound needs first, before it is asked for; failing costs nothing. */
export function ahead(version: string): void {
  if (begun.has(version)) return;
  const files = new Map<string, Promise<ArrayBuffer>>();
  begun.set(version, files);
  for (const name of FIRST) {
    const bytes = playback(version).then(({ prefix }) => fetched(prefix + name));
    bytes.catch(() => begun.delete(version));
    files.set(name, bytes);
  }
  for (const old of [...begun.keys()].slice(0, -KEPT)) begun.delete(old);
}

/** What was fetched ahead; null when it was not or could not be. */
async function take(version: string, name: string): Promise<ArrayBuffer | null> {
  const bytes = await begun.get(version)?.get(name)?.catch(() => null);
  // who gets it may hand it on to a worker, after which it is empty
  return bytes?.slice(0) ?? null;
}

/** One attempt, of one or two requests. */
function fetched(url: string, signal?: AbortSignal): Promise<ArrayBuffer> {
  const requests = new Set<AbortController>();
  const stop = (reason: unknown): void => requests.forEach((request) => request.abort(reason));
  const ask = async (cache: RequestCache): Promise<ArrayBuffer> => {
    const request = new AbortController();
    requests.add(request);
    const response = await fetch(url, { signal: request.signal, cache, priority: "high" });
    if (!response.ok) throw new Answered(response.status);
    requests.forEach((other) => other !== request && other.abort());
    return response.arrayBuffer();
  };
  return new Promise((resolve, reject) => {
    let running = 1;
    const end = (settle: () => void): void => {
      clearTimeout(impatient);
      clearTimeout(limit);
      signal?.removeEventListener("abort", aborted);
      settle();
    };
    const failed = (error: unknown): void => {
      running -= 1;
      if (!running) end(() => reject(error));
    };
    const won = (bytes: ArrayBuffer): void => end(() => resolve(bytes));
    const aborted = (): void => stop(signal?.reason);
    const impatient = setTimeout(() => {
      running += 1;
      // the cache would make the second request wait for the first
      ask("no-store").then(won, failed);
    }, PATIENCE_MS);
    const limit = setTimeout(() => stop(new Error("too slow")), LIMIT_MS);
    signal?.addEventListener("abort", aborted);
    ask("default").then(won, failed);
    if (signal?.aborted) aborted();
  });
}

function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const wake = (): void => {
      clearTimeout(timer);
      removeEventListener("online", wake);
      signal?.removeEventListener("abort", wake);
      if (signal?.aborted) reject(signal.reason);
      else resolve();
    };
    const timer = setTimeout(wake, milliseconds);
    addEventListener("online", wake);
    signal?.addEventListener("abort", wake);
  });
}
