/** "Up next": what follows, to jump to, reorder and remove. */
import { clock } from "../words";
import type { Player } from "./player";
import type { Item } from "./types";

export class QueuePanel {
  private dragged: number | null = null;

  constructor(
    private readonly panel: HTMLElement,
    private readonly button: HTMLElement,
    private readonly player: Player,
  ) {
    button.addEventListener("click", () => this.open(panel.hidden === true));
    panel.querySelector("[data-queue-close]")?.addEventListener("click", () => this.open(false));
    panel.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.open(false);
    });
    panel.addEventListener("click", (event) => this.click(event));
    this.connectDragging();
    player.addEventListener("change", () => {
      if (!panel.hidden) this.draw();
    });
  }

  private open(show: boolean): void {
    this.panel.hidden = !show;
    this.button.setAttribute("aria-expanded", String(show));
    if (show) {
      this.draw();
      this.panel.querySelector<HTMLElement>("[data-queue-close]")?.focus({ preventScroll: true });
    } else this.button.focus({ preventScroll: true });
  }

  private click(event: Event): void {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-act]") : null;
    const index = Number(button?.closest<HTMLElement>("[data-index]")?.dataset["index"] ?? -1);
    if (!button || index < 0) return;
    const { player } = this;
    switch (button.dataset["act"]) {
      case "jump":
        void player.jump(index);
        break;
      case "remove":
        player.edit((queue) => queue.remove(index));
        this.focusRow(index);
        break;
      case "up":
        player.edit((queue) => queue.move(index, index - 1));
        this.focusRow(index - 1, "up");
        break;
      case "down":
        player.edit((queue) => queue.move(index, index + 1));
        this.focusRow(index + 1, "down");
        break;
    }
  }

  private focusRow(index: number, act = "jump"): void {
    const row = this.panel.querySelector(`[data-index="${index}"]`) ?? this.panel.querySelector("[data-index]");
    const button = row?.querySelector<HTMLButtonElement>(`[data-act="${act}"]:not(:disabled)`);
    (button ?? row?.querySelector<HTMLElement>("[data-act]"))?.focus();
  }

  private connectDragging(): void {
    const rowAt = (event: Event): HTMLElement | null =>
      event.target instanceof Element ? event.target.closest<HTMLElement>("[data-index]") : null;
    this.panel.addEventListener("dragstart", (event) => {
      this.dragged = Number(rowAt(event)?.dataset["index"] ?? -1);
    });
    this.panel.addEventListener("dragover", (event) => {
      if (this.dragged !== null && rowAt(event)) event.preventDefault();
    });
    this.panel.addEventListener("drop", (event) => {
      const row = rowAt(event);
      if (this.dragged === null || !row) return;
      event.preventDefault();
      const from = this.dragged;
      this.player.edit((queue) => queue.move(from, Number(row.dataset["index"])));
    });
    this.panel.addEventListener("dragend", () => (this.dragged = null));
  }

  private draw(): void {
    const list = this.panel.querySelector("[data-queue-list]");
    if (!list) return;
    const { queue } = this.player;
    const rows = queue.items.map((item, index) => this.row(item, index)).filter((_, index) => index >= queue.index);
    list.replaceChildren(...rows);
    const rest = this.panel.querySelector<HTMLElement>("[data-queue-empty]");
    if (rest) rest.hidden = rows.length > 1;
  }

  private row(item: Item, index: number): HTMLElement {
    const template = this.panel.querySelector<HTMLTemplateElement>("template");
    const row = template?.content.firstElementChild?.cloneNode(true) as HTMLElement;
    const { queue } = this.player;
    const current = index === queue.index;
    row.dataset["index"] = String(index);
    row.toggleAttribute("data-current", current);
    row.draggable = !current;
    const fill = (name: string, text: string): void => {
      const place = row.querySelector(`[data-fill="${name}"]`);
      if (place) place.textContent = text;
    };
    fill("title", item.title);
    fill("creator", item.creator);
    fill("seconds", clock(item.seconds));
    const cover = row.querySelector("img");
    if (cover && item.cover) cover.src = item.cover;
    else cover?.remove();
    for (const button of row.querySelectorAll<HTMLButtonElement>("[data-act]")) {
      const act = button.dataset["act"];
      if (act === "jump") {
        button.setAttribute("aria-label", current ? `Now: ${item.title}` : `Play ${item.title}`);
        continue;
      }
      button.setAttribute("aria-label", { up: `Move ${item.title} up`, down: `Move ${item.title} down` }[act ?? ""] ?? `Remove ${item.title}`);
      button.hidden = current;
      button.disabled = (act === "up" && index <= queue.index + 1) || (act === "down" && index === queue.items.length - 1);
    }
    return row;
  }
}
