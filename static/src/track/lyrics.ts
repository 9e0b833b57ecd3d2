/** The lyrics: each word lit while it is sung, in the version that is heard; a word seeks, and a line can be corrected. */
import { mount } from "../mount";
import { player } from "../player";
import { itemOf } from "../player/items";
import { editLines } from "./lines";
import { begun, timed, type Timed } from "./timed";

mount("[data-lyrics-panel]", (panel, signal) => {
  const page = panel.closest<HTMLElement>("[data-track-page]");
  const box = panel.querySelector<HTMLElement>("[data-lyrics-lines]");
  const { track = "", version: own = "", address = "" } = panel.dataset;
  if (!page || !box || !player) return;
  const heard = player;
  const ownWords = box.innerHTML;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let shown = own;
  let words: Timed[] = [];
  let lines: Timed[] = [];
  let lit = -1;
  let line = -1;
  let frame = 0;

  const read = (): void => {
    words = timed(box, ".word", "at", "until");
    lines = timed(box, ".lyric[data-start]", "start", "end");
    [lit, line] = [-1, -1];
  };
  const current = (): boolean => heard.current?.version === shown;

  /** Follow in the box alone: the page stays where the reader put it. */
  const follow = (element: HTMLElement): void => {
    if (box.scrollHeight <= box.clientHeight + 4) return;
    const top = element.offsetTop - box.offsetTop - box.clientHeight / 2 + element.offsetHeight / 2;
    box.scrollTo({ top, behavior: calm.matches ? "instant" : "smooth" });
  };
  const light = (seconds: number): void => {
    const at = begun(words, seconds);
    const sounding = at >= 0 && seconds < (words[at]?.end ?? 0) ? at : -1;
    if (sounding !== lit) {
      words[lit]?.element.classList.remove("is-lit");
      words[sounding]?.element.classList.add("is-lit");
      lit = sounding;
    }
    const on = begun(lines, seconds);
    if (on !== line) {
      lines.forEach((each, number) => {
        each.element.classList.toggle("is-now", number === on);
        each.element.classList.toggle("is-past", number < on);
      });
      const now = lines[on]?.element;
      if (now && heard.playing) follow(now);
      line = on;
    }
  };
  const dark = (): void => {
    for (const each of words) each.element.classList.remove("is-lit");
    for (const each of lines) each.element.classList.remove("is-now", "is-past");
    [lit, line] = [-1, -1];
  };
  const draw = (): void => {
    if (current()) light(heard.seconds);
    else if (lit >= 0 || line >= 0) dark();
  };
  const run = (): void => {
    cancelAnimationFrame(frame);
    draw();
    if (current() && heard.playing && !signal.aborted) frame = requestAnimationFrame(run);
  };

  /** Show the words of the version that is heard, when it is another one of this track. */
  const change = async (): Promise<void> => {
    const wanted = heard.current?.track === track ? heard.current.version : own;
    if (wanted !== shown) {
      shown = wanted;
      const found = wanted === own ? ownWords : await fetch(`${address}?version=${wanted}`).then(
        (answer) => (answer.ok ? answer.text() : ""),
        () => "",
      );
      if (signal.aborted || shown !== wanted) return;
      box.innerHTML = found;
      panel.toggleAttribute("data-other", wanted !== own);
      read();
    }
    run();
  };

  box.addEventListener("click", (event) => {
    const from = event.target instanceof Element ? event.target.closest<HTMLElement>(".word, [data-lyric-play]") : null;
    if (!from || from.closest("[data-editing]")) return;
    const start = Number(from.dataset["at"] ?? from.closest<HTMLElement>(".lyric")?.dataset["start"]);
    if (current()) heard.seek(start);
    else void heard.playList([itemOf(page)], 0, start);
  }, { signal });
  heard.addEventListener("change", () => void change(), { signal });
  heard.addEventListener("time", run, { signal });
  signal.addEventListener("abort", () => cancelAnimationFrame(frame));
  editLines(panel, box, signal, read);
  read();
  void change();
});
