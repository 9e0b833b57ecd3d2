/** One thing sounds at a time: samples, previews and the player give way to each other. */
import { player } from "../player";

let sounding: HTMLAudioElement | null = null;

/** Play `audio`, as loud as the player is set to; whatever else sounds stops. False when the browser wants a click first. */
export async function sound(audio: HTMLAudioElement): Promise<boolean> {
  if (sounding !== audio) sounding?.pause();
  sounding = audio;
  if (player) {
    audio.volume = player.volume;
    audio.muted = player.muted;
    if (player.playing) player.pause();
  }
  try {
    await audio.play();
    return true;
  } catch (error) {
    // a pause that came first is no trouble
    if (error instanceof DOMException && ["AbortError", "NotAllowedError"].includes(error.name)) return false;
    throw error;
  }
}

player?.addEventListener("change", () => {
  if (player?.playing) sounding?.pause();
});

player?.addEventListener("volume", () => {
  if (!player || !sounding) return;
  sounding.volume = player.volume;
  sounding.muted = player.muted;
});
