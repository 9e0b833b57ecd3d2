/** Puts the player on the page; it lives outside #page, so it plays through every navigation. */
import { Bar } from "./bar";
import { connectButtons } from "./buttons";
import { connectKeyboard } from "./keyboard";
import { connectMediaSession } from "./media-session";
import { Player } from "./player";
import { Outbox, Plays } from "./plays";
import { QueuePanel } from "./queue-panel";

function start(): Player | null {
  const root = document.getElementById("player");
  const panel = document.getElementById("queue");
  const button = root?.querySelector<HTMLElement>('[data-player="queue"]');
  const [first, second] = root?.querySelectorAll("audio") ?? [];
  if (!root || !panel || !button || !first || !second) return null;
  const player = new Player(first, second);
  new Bar(root, player);
  new QueuePanel(panel, button, player);
  connectButtons(player);
  connectKeyboard(player);
  connectMediaSession(player);
  new Plays(player, new Outbox());
  return player;
}

/** The one player of this page; null on a page without the frame. */
export const player: Player | null = start();
