/** The values that the player's modules hand each other. */

/** What a list says about one song: enough to queue it, to show it, and mostly to play it at once. */
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
  /** The signed address that its files lie below, until `expires`; empty when the list does not say. */
  prefix: string;
  /** Milliseconds since the epoch. */
  expires: number;
  /** In dB. */
  gain: number;
}

/** How to play a version now. */
export interface Playback {
  /** The signed address that its files lie below, with a slash at the end. */
  prefix: string;
  cover: string;
  /** Milliseconds since the epoch. */
  expires: number;
  /** What brings it to the loudness of all others, in dB. */
  gain: number;
}

/** The stored picture of a waveform: pairs of lowest and highest sample at several widths. */
export interface Peaks {
  seconds: number;
  scale: number;
  levels: { pairs: number; data: number[] }[];
}

export type Repeat = "off" | "all" | "one";
export type Status = "empty" | "loading" | "playing" | "paused" | "failed";

/** Why a song does not play, in plain words. */
export class PlaybackError extends Error {
  constructor(
    message: string,
    /** passing: the network may be back any moment; gone: not this song, ever, for this listener. */
    readonly kind: "passing" | "gone" | "other" = "other",
  ) {
    super(message);
  }
}
