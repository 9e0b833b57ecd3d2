/** The seconds that a preview plays, shown on the song's waveform. */
import { mount } from "../mount";
import { player } from "../player";
import { itemOf } from "../player/items";
import { peaks } from "../player/source";
import { Waveform } from "../waveform";
import { clock, spoken } from "../words";

mount("[data-preview-part]", (box, signal) => {
  const picture = box.querySelector<HTMLElement>("[data-part-picture]");
  const chosen = box.querySelector<HTMLElement>("[data-part-chosen]");
  const start = box.querySelector<HTMLInputElement>("[data-part-start]");
  const says = box.querySelector<HTMLElement>("[data-part-says]");
  const [total, length] = [Number(box.dataset["total"]), Number(box.dataset["length"])];
  if (!picture || !chosen || !start || !says || !total) return;

  const drawn = new Waveform(picture, signal);
  drawn.show(null);
  void peaks(box.dataset["version"] ?? "").then((found) => !signal.aborted && drawn.show(found));

  const draw = (): void => {
    const from = start.valueAsNumber;
    chosen.style.insetInlineStart = `${(100 * from) / total}%`;
    chosen.style.width = `${(100 * length) / total}%`;
    says.textContent = `${Math.round(length)} seconds from ${clock(from)}`;
    start.setAttribute("aria-valuetext", `from ${spoken(from)}`);
  };
  start.addEventListener("input", draw, { signal });
  // pressing the waveform is what one tries first
  picture.addEventListener("pointerdown", (event) => {
    const area = picture.getBoundingClientRect();
    start.value = String(((event.clientX - area.left) / area.width) * total - length / 2);
    draw();
  }, { signal });
  box.querySelector("[data-part-hear]")?.addEventListener("click", () => {
    const song = document.querySelector<HTMLElement>("[data-source]");
    if (song) void player?.playList([itemOf(song)], 0, start.valueAsNumber);
  }, { signal });
  draw();
});
