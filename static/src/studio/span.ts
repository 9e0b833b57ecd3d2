/** The span of a repaint: two handles on the waveform, by pointer and by keyboard, and two numbers that say the same. */
import { mount } from "../mount";
import { player } from "../player";
import { itemOf } from "../player/items";
import { peaks } from "../player/source";
import { Waveform } from "../waveform";
import { spoken } from "../words";

const STEP = 0.5;
const LEAP = 5;
const SHORTEST = 2;

mount("[data-span]", (box, signal) => {
  const total = Number(box.dataset["seconds"]);
  const wave = box.querySelector<HTMLElement>("[data-span-wave]");
  const picture = box.querySelector<HTMLElement>("[data-span-picture]");
  const chosen = box.querySelector<HTMLElement>("[data-span-chosen]");
  const [first, last] = [...box.querySelectorAll<HTMLElement>("[data-span-handle]")];
  const from = box.querySelector<HTMLInputElement>("[name=span_start]");
  const to = box.querySelector<HTMLInputElement>("[name=span_end]");
  if (!wave || !picture || !chosen || !first || !last || !from || !to || !total) return;
  const span: [number, number] = [Number(from.value) || 0, Number(to.value) || Math.min(total, 8)];

  const drawn = new Waveform(picture, signal);
  drawn.show(null);
  void peaks(box.dataset["version"] ?? "").then((found) => !signal.aborted && drawn.show(found));

  const draw = (): void => {
    const percent = span.map((at) => (100 * at) / total);
    first.style.insetInlineStart = `${percent[0]}%`;
    last.style.insetInlineStart = `${percent[1]}%`;
    chosen.style.insetInlineStart = `${percent[0]}%`;
    chosen.style.width = `${(percent[1] ?? 0) - (percent[0] ?? 0)}%`;
    [first, last].forEach((handle, side) => {
      handle.setAttribute("aria-valuenow", (span[side] ?? 0).toFixed(1));
      handle.setAttribute("aria-valuetext", spoken(span[side] ?? 0));
    });
  };
  const write = (): void => {
    from.value = span[0].toFixed(1);
    to.value = span[1].toFixed(1);
    draw();
  };
  const move = (side: 0 | 1, at: number): void => {
    const shortest = Math.min(SHORTEST, total);
    if (side === 0) span[0] = Math.min(Math.max(0, at), span[1] - shortest);
    else span[1] = Math.max(Math.min(total, at), span[0] + shortest);
    write();
  };

  [first, last].forEach((handle, number) => {
    const side = number as 0 | 1;
    handle.addEventListener("keydown", (event) => {
      const moves: Record<string, number> = {
        ArrowLeft: span[side] - STEP, ArrowDown: span[side] - STEP, ArrowRight: span[side] + STEP,
        ArrowUp: span[side] + STEP, PageDown: span[side] - LEAP, PageUp: span[side] + LEAP, Home: 0, End: total,
      };
      const target = moves[event.key];
      if (target === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      move(side, target);
    }, { signal });
  });
  const at = (event: PointerEvent): number => {
    const area = wave.getBoundingClientRect();
    return ((event.clientX - area.left) / area.width) * total;
  };
  let held: 0 | 1 | null = null;
  wave.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    const where = at(event);
    held = Math.abs(where - span[0]) <= Math.abs(where - span[1]) ? 0 : 1;
    wave.setPointerCapture(event.pointerId);
    (held === 0 ? first : last).focus({ preventScroll: true });
    event.preventDefault();
    move(held, where);
  }, { signal });
  wave.addEventListener("pointermove", (event) => held !== null && move(held, at(event)), { signal });
  for (const end of ["pointerup", "pointercancel"]) wave.addEventListener(end, () => (held = null), { signal });

  for (const input of [from, to]) {
    input.addEventListener("input", () => {
      if (input.value === "") return;
      span[input === from ? 0 : 1] = Math.min(total, Math.max(0, input.valueAsNumber || 0));
      draw();
    }, { signal });
  }
  for (const section of box.querySelectorAll<HTMLElement>("[data-span-from]")) {
    section.addEventListener("click", () => {
      span[0] = Number(section.dataset["spanFrom"]);
      span[1] = Math.min(total, Number(section.dataset["spanTo"]));
      write();
    }, { signal });
  }
  box.querySelector("[data-span-hear]")?.addEventListener("click", () => {
    const song = document.querySelector<HTMLElement>("[data-source]");
    if (song && player) void player.playList([itemOf(song)], 0, span[0]);
  }, { signal });
  write();
});
