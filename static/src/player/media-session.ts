/** The system's own controls: lock screen, headset, keyboard's media keys. */
import type { Player } from "./player";

export function connectMediaSession(player: Player): void {
  if (!("mediaSession" in navigator)) return;
  const { mediaSession } = navigator;
  const handlers: Partial<Record<MediaSessionAction, MediaSessionActionHandler>> = {
    play: () => void player.resume(),
    pause: () => player.pause(),
    nexttrack: () => void player.next(),
    previoustrack: () => void player.previous(),
    seekbackward: ({ seekOffset }) => player.seek(player.seconds - (seekOffset ?? 5)),
    seekforward: ({ seekOffset }) => player.seek(player.seconds + (seekOffset ?? 5)),
    seekto: ({ seekTime }) => seekTime !== undefined && player.seek(seekTime),
  };
  for (const [action, handler] of Object.entries(handlers)) {
    try {
      mediaSession.setActionHandler(action as MediaSessionAction, handler);
    } catch {
      // This browser does not know the action.
    }
  }
  let shown = "";
  player.addEventListener("change", () => {
    const { current } = player;
    mediaSession.playbackState = player.playing ? "playing" : current ? "paused" : "none";
    // the system fetches the cover: not while the song itself is awaited
    if (!current || shown === current.version || player.status === "loading") return;
    shown = current.version;
    mediaSession.metadata = new MediaMetadata({
      title: current.title,
      artist: current.creator,
      album: "Refrain",
      artwork: current.cover ? [{ src: new URL(current.cover, location.href).href, sizes: "512x512" }] : [],
    });
  });
  player.addEventListener("time", () => {
    const { duration, seconds } = player;
    if (duration > 0 && seconds <= duration) mediaSession.setPositionState({ duration, position: seconds, playbackRate: 1 });
  });
}
