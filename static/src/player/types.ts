/** The values that the player's modules hand each other. */

/** What a list says about one song: enough to queue it and to show it. */
export interface Item {
  version: string;
  track: string;
  title: string;
  creator: string;
  cover: string;
  seconds: number;
  href: string;
  /** Which version it is, as "v2 · Variation"; empty where that goes without saying. */
  label: string;
}

/** What the server says about playing a version, from GET /api/v1/versions/{id}/playback. */
export interface Playback {
  hls: string;
  peaks: string;
  cover: string;
  /** Milliseconds since the epoch. */
  expires: number;
  gain: number;
  seconds: number;
}

/** The stored picture of a waveform: pairs of lowest and highest sample at several widths. */
export interface Peaks {
  seconds: number;
  scale: number;
  levels: { pairs: number; data: number[] }[];
}

export type Repeat = "off" | "all" | "one";
export type Status = "empty" | "loading" | "playing" | "paused" | "failed";

export class PlaybackError extends Error {}
