/** The big waveform: shows where the song is, and plays from where it is clicked, also by section. */
import { mount } from "../mount";
import { player } from "../player";
import { itemOf } from "../player/items";
import { peaks } from "../player/source";
import { describeSlider, makeSlider } from "../slider";
import { Waveform, type Section } from "../waveform";
import { clock } from "../words";

mount("[data-track-page]", (page, signal) => {
  const host = page.querySelector<HTMLElement>("[data-track-wave]");
  const elapsed = page.querySelector("[data-wave-elapsed]");
  if (!host || !player) return;
  const song = itemOf(page);
  const heard = player;
  const marks = [...page.querySelectorAll<HTMLElement>(".section-mark")];
  const wave = new Waveform(host, signal);
  let preview: number | null = null;

  const current = (): boolean => heard.current?.version === song.version;
  const position = (): number => preview ?? (current() ? heard.seconds : 0);
  const draw = (): void => {
    wave.progress(song.seconds ? position() / song.seconds : 0);
    describeSlider(host, position(), song.seconds);
    if (elapsed) elapsed.textContent = clock(position());
    for (const mark of marks) {
      const now = current() && position() >= Number(mark.dataset["start"]) && position() < Number(mark.dataset["end"]);
      mark.classList.toggle("is-now", now);
    }
  };
  const goTo = (seconds: number): void => {
    if (current()) heard.seek(seconds);
    else void heard.playList([song], 0, seconds);
  };

  makeSlider(host, {
    duration: () => song.seconds,
    position,
    seek: goTo,
    preview: (seconds) => {
      preview = seconds;
      draw();
    },
  }, signal);
  for (const mark of marks) {
    const [start, end] = [Number(mark.dataset["start"]), Number(mark.dataset["end"])];
    mark.parentElement?.style.setProperty("flex-grow", String(Math.max(0.01, end - start)));
    mark.addEventListener("click", () => goTo(start), { signal });
  }
  const sections: Section[] = marks.map((mark) => ({
    name: mark.textContent ?? "",
    start: Number(mark.dataset["start"]),
    end: Number(mark.dataset["end"]),
  }));
  wave.show(null);
  void peaks(song.version).then((picture) => {
    if (!signal.aborted) wave.show(picture, sections);
  });
  heard.addEventListener("time", draw, { signal });
  heard.addEventListener("change", draw, { signal });
  draw();
});
