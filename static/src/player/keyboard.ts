/** Keys for the whole page: space, ← → 5 s, Shift+↑ ↓ volume, M, N, P; never while someone types or works a control. */
import type { Player } from "./player";

const STEP = 5;
const LOUDER = 0.05;
const OWN_KEYS = "input, textarea, select, [contenteditable], dialog, [role=slider], [role=tree], [role=tablist], [data-menu][open]";

export function connectKeyboard(player: Player): void {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !player.current) return;
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest(OWN_KEYS)) return;
    if (event.key === " " && target?.closest("button, a, summary")) return;
    if (act(player, event)) event.preventDefault();
  });
}

function act(player: Player, event: KeyboardEvent): boolean {
  switch (event.key) {
    case " ":
      void player.toggle();
      return true;
    case "ArrowLeft":
      player.seek(player.seconds - STEP);
      return true;
    case "ArrowRight":
      player.seek(player.seconds + STEP);
      return true;
    case "ArrowUp":
    case "ArrowDown":
      // Without Shift these scroll the page.
      if (!event.shiftKey) return false;
      player.setVolume(player.volume + (event.key === "ArrowUp" ? LOUDER : -LOUDER));
      return true;
    case "m":
    case "M":
      player.setMuted(!player.muted);
      return true;
    case "n":
    case "N":
      void player.next();
      return true;
    case "p":
    case "P":
      void player.previous();
      return true;
    default:
      return false;
  }
}
