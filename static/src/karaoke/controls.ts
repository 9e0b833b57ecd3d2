/** The sliders of the stage: vocals against instrumental, key and tempo, each with its value in words. */
import type { Stage } from "./stage";

const COUNT = ["no", "one", "two", "three", "four", "five", "six"];

/** `at` from 0, the instrumental alone, through 50, as recorded, to 100, the vocals alone. */
export function levelsAt(at: number): [vocals: number, instrumental: number] {
  return [Math.min(1, at / 50), Math.min(1, (100 - at) / 50)];
}

function mixInWords(at: number): string {
  if (at === 0) return "Instrumental alone";
  if (at === 100) return "Vocals alone";
  if (at === 50) return "As recorded";
  return at < 50 ? `Vocals at ${at * 2} %` : `Instrumental at ${(100 - at) * 2} %`;
}

function keyInWords(semitones: number): string {
  if (semitones === 0) return "As recorded";
  const count = COUNT[Math.abs(semitones)] ?? "";
  return `${count[0]?.toUpperCase()}${count.slice(1)} semitone${count === "one" ? "" : "s"} ${semitones > 0 ? "up" : "down"}`;
}

function tempoInWords(percent: number, beats: number): string {
  const share = percent === 100 ? "As recorded" : `${percent} %`;
  return beats ? `${share}, ${Math.round((beats * percent) / 100)} BPM` : share;
}

export function connectControls(root: HTMLElement, stage: Stage, signal: AbortSignal): void {
  const beats = Number(root.dataset["tempo"]) || 0;
  const kinds: Record<string, [(value: number) => string, (value: number) => void]> = {
    mix: [mixInWords, (at) => stage.mix(...levelsAt(at))],
    key: [keyInWords, (semitones) => stage.key(semitones)],
    tempo: [(percent) => tempoInWords(percent, beats), (percent) => stage.tempo(percent / 100)],
  };
  const inputs: HTMLInputElement[] = [];
  for (const [name, [words, act]] of Object.entries(kinds)) {
    const input = root.querySelector<HTMLInputElement>(`[data-karaoke-${name}]`);
    const shown = root.querySelector(`[data-karaoke-${name}-words]`);
    if (!input) continue;
    const apply = (): void => {
      const text = words(input.valueAsNumber);
      input.setAttribute("aria-valuetext", text);
      if (shown) shown.textContent = text;
      act(input.valueAsNumber);
    };
    input.addEventListener("input", apply, { signal });
    inputs.push(input);
    apply();
  }
  root.querySelector("[data-karaoke-reset]")?.addEventListener("click", () => {
    for (const input of inputs) {
      if (input.matches("[data-karaoke-mix]")) continue;
      input.value = input.defaultValue;
      input.dispatchEvent(new Event("input"));
    }
  }, { signal });
}
