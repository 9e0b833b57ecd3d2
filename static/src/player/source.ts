/** Asks the server how to play a version, keeps the answer until shortly before it expires, and fetches peaks. */
import { PlaybackError, type Peaks, type Playback } from "./types";

/** How long before its expiry an answer counts as stale: longer than fetching one segment may take. */
const MARGIN_MS = 20_000;

const answers = new Map<string, Promise<Playback>>();
const pictures = new Map<string, Promise<Peaks | null>>();

interface PlaybackAnswer {
  hls: string;
  peaks: string;
  cover: string;
  expires_at: string;
  gain_db: number | null;
  seconds: number;
}

const WORDS: Record<number, string> = {
  401: "This song is private. Log in to hear it.",
  403: "This song is private, and not yours.",
  404: "This song is no longer here.",
  410: "This song was taken down.",
  429: "That was a lot at once. Wait a moment, then try again.",
};

async function ask(version: string): Promise<Playback> {
  let response: Response;
  try {
    response = await fetch(`/api/v1/versions/${version}/playback`, { headers: { Accept: "application/json" } });
  } catch {
    throw new PlaybackError("No connection. Check your network, then try again.");
  }
  if (!response.ok) {
    throw new PlaybackError(WORDS[response.status] ?? "The song could not be loaded. Try again in a moment.");
  }
  const answer = (await response.json()) as PlaybackAnswer;
  return {
    hls: answer.hls,
    peaks: answer.peaks,
    cover: answer.cover,
    expires: Date.parse(answer.expires_at),
    gain: answer.gain_db ?? 0,
    seconds: answer.seconds,
  };
}

/** How to play `version` now; asked once for as long as the answer holds. */
export async function playback(version: string): Promise<Playback> {
  const known = answers.get(version);
  if (known) {
    const answer = await known.catch(() => null);
    if (answer && answer.expires - MARGIN_MS > Date.now()) return answer;
  }
  const asked = ask(version);
  answers.set(version, asked);
  asked.catch(() => answers.delete(version));
  return asked;
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
    .then((answer) => fetch(answer.peaks))
    .then((response) => (response.ok ? (response.json() as Promise<Peaks>) : null))
    .catch(() => null);
  pictures.set(version, asked);
  void asked.then((picture) => {
    if (!picture) pictures.delete(version);
  });
  return asked;
}
