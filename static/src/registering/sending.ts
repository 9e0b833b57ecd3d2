/** Sends recordings of a voice: announced one by one, and put where the answer says. */
import { ask, type Target } from "../api";
import { put } from "../put";

const MOST_BYTES = 24 * 1024 ** 2;
const KINDS = /\.(mp3|wav|wave|flac)$/i;
const WORDS = {
  401: "You are logged out. Log in, then record it again.",
  404: "This voice is no longer here. Go back to your voices.",
};

/** What cannot be taken of files that were chosen, in words; empty when all can. */
export function unfit(files: readonly File[]): string {
  for (const file of files) {
    if (file.size === 0) return `${file.name} is empty.`;
    if (file.size > MOST_BYTES) return `${file.name} has more than 24 MB. As FLAC or MP3 it is smaller.`;
    if (!KINDS.test(file.name)) return `${file.name} is no MP3, WAV or FLAC file, and others cannot be taken.`;
  }
  return "";
}

/** Sends them one after the other; Refusal when one cannot be. `sent` is told the share that has left, 0 to 1. */
export async function send(
  voice: string,
  role: string,
  sounds: readonly Blob[],
  sent: (share: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const whole = sounds.reduce((sum, sound) => sum + sound.size, 0);
  let before = 0;
  for (const sound of sounds) {
    const announced = { role, bytes: sound.size };
    const recording = await ask<{ id: string; target: Target }>("POST", `${voice}/recordings`, announced, WORDS);
    try {
      await put(recording.target, sound, (bytes) => sent((before + bytes) / whole), signal);
    } catch (error) {
      // what never arrives would stand in the way
      await ask("DELETE", `${voice}/recordings/${recording.id}`).catch(() => undefined);
      throw error;
    }
    before += sound.size;
  }
}
