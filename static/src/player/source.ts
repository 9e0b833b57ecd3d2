/** Knows how to play a version: from the list that showed it or from the server, until shortly before it expires. */
import { PlaybackError, type Item, type Peaks, type Playback } from "./types";

/** How long before its expiry an answer counts as stale: longer than fetching one segment may take. */
const MARGIN_MS = 20_000;
const STREAM = "hls/index.m3u8";

const answers = new Map<string, Promise<Playback>>();
const pictures = new Map<string, Promise<Peaks | null>>();

interface PlaybackAnswer {
  hls: string;
  cover: string;
  expires_at: string;
  gain_db: number | null;
}

const GONE: Record<number, string> = {
  403: "This song is private, and not yours.",
  404: "This song is no longer here.",
  410: "This song was taken down.",
};

export const NO_CONNECTION = "No connection. Check your network, then try again.";

async function ask(version: string): Promise<Playback> {
  let response: Response;
  try {
    response = await fetch(`/api/v1/versions/${version}/playback`, { headers: { Accept: "application/json" } });
  } catch {
    throw new PlaybackError(NO_CONNECTION, "passing");
  }
  if (!response.ok) {
    const gone = GONE[response.status];
    if (gone) throw new PlaybackError(gone, "gone");
    if (response.status === 401) throw new PlaybackError("This song is private. Log in to hear it.");
    if (response.status === 429) throw new PlaybackError("That was a lot at once. Wait a moment, then try again.");
    throw new PlaybackError("The song could not be loaded. Try again in a moment.", "passing");
  }
  const answer = (await response.json()) as PlaybackAnswer;
  return {
    prefix: answer.hls.slice(0, -STREAM.length),
    cover: answer.cover,
    expires: Date.parse(answer.expires_at),
    gain: answer.gain_db ?? 0,
  };
}

function holds(answer: { expires: number }): boolean {
  return answer.expires - MARGIN_MS > Date.now();
}

/** How to play `version` now; asked once for as long as the answer holds. PlaybackError when it cannot be. */
export async function playback(version: string): Promise<Playback> {
  const known = answers.get(version);
  if (known) {
    const answer = await known.catch(() => null);
    if (answer && holds(answer)) return answer;
    // somebody else who waited may have asked again meanwhile
    const newer = answers.get(version);
    if (newer && newer !== known) return newer;
  }
  const asked = ask(version);
  answers.set(version, asked);
  asked.catch(() => answers.get(version) === asked && answers.delete(version));
  return asked;
}

/** Take what a list says for the answer, so that nobody has to ask. */
export function learn({ version, prefix, cover, expires, gain }: Item): void {
  if (prefix && !answers.has(version) && holds({ expires })) {
    answers.set(version, Promise.resolve({ prefix, cover, expires, gain }));
  }
}

/** Forget what is known about `version`: its address was refused. */
export function forget(version: string): void {
  answers.delete(version);
}

/** The waveform of `version`, or null when there is none to be had; a picture is never worth an error. */
export function peaks(version: string): Promise<Peaks | null> {
  const known = pictures.get(version);
  if (known) return known;
  const asked = playback(version)
    .then(({ prefix }) => fetch(`${prefix}peaks.json`, { priority: "low" }))
    .then((response) => (response.ok ? (response.json() as Promise<Peaks>) : null))
    .catch(() => null);
  pictures.set(version, asked);
  void asked.then((picture) => {
    if (!picture) pictures.delete(version);
  });
  return asked;
}
