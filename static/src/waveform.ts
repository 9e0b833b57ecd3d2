/**
 * Draws a waveform from stored peaks on a canvas, played and unplayed, with sections marked. Colours come from the
 * element's CSS: `color` (not yet played), `caret-color` (played), `text-decoration-color` (sections).
 */
import type { Peaks } from "./player/types";

export interface Section {
  name: string;
  start: number;
  end: number;
}

export class Waveform {
  private readonly canvas = document.createElement("canvas");
  private readonly layers: [HTMLCanvasElement, HTMLCanvasElement] = [
    document.createElement("canvas"),
    document.createElement("canvas"),
  ];
  private picture: Peaks | null = null;
  private marks: readonly number[] = [];
  private fraction = 0;

  constructor(
    readonly host: HTMLElement,
    signal?: AbortSignal,
  ) {
    this.canvas.setAttribute("aria-hidden", "true");
    host.append(this.canvas);
    const resized = new ResizeObserver(() => this.redraw());
    resized.observe(host);
    const redraw = (): void => this.redraw();
    document.addEventListener("refrain:theme", redraw);
    const system = matchMedia("(prefers-color-scheme: light)");
    system.addEventListener("change", redraw);
    signal?.addEventListener("abort", () => {
      resized.disconnect();
      document.removeEventListener("refrain:theme", redraw);
      system.removeEventListener("change", redraw);
    });
  }

  show(picture: Peaks | null, sections: readonly Section[] = []): void {
    this.picture = picture;
    const { seconds } = picture ?? { seconds: 0 };
    this.marks = seconds ? sections.map((section) => section.start / seconds).filter((at) => at > 0.001) : [];
    this.redraw();
  }

  /** Move the border between played and unplayed to `fraction` (0..1). */
  progress(fraction: number): void {
    this.fraction = Math.min(1, Math.max(0, fraction));
    this.compose();
  }

  private redraw(): void {
    const { width, height } = this.host.getBoundingClientRect();
    if (!width || !height) return;
    const ratio = devicePixelRatio || 1;
    for (const canvas of [this.canvas, ...this.layers]) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    const style = getComputedStyle(this.host);
    this.paint(this.layers[0], style.color, style.textDecorationColor, ratio);
    this.paint(this.layers[1], style.caretColor, style.textDecorationColor, ratio);
    this.compose();
  }

  private paint(canvas: HTMLCanvasElement, colour: string, marked: string, ratio: number): void {
    const pen = canvas.getContext("2d");
    if (!pen) return;
    const { width, height } = canvas;
    const [bar, gap] = height / ratio > 60 ? [3 * ratio, 1.5 * ratio] : [2 * ratio, 1 * ratio];
    const count = Math.max(1, Math.floor((width + gap) / (bar + gap)));
    const heights = extremes(this.picture, count);
    pen.clearRect(0, 0, width, height);
    pen.fillStyle = colour;
    const middle = height / 2;
    pen.beginPath();
    heights.forEach(([low, high], i) => {
      const top = middle - Math.max(high * middle * 0.96, bar / 2);
      const bottom = middle + Math.max(-low * middle * 0.96, bar / 2);
      pen.roundRect(i * (bar + gap), top, bar, bottom - top, bar / 2);
    });
    pen.fill();
    pen.fillStyle = marked;
    for (const mark of this.marks) pen.fillRect(Math.round(mark * width), 0, Math.max(1, ratio), height);
  }

  private compose(): void {
    const pen = this.canvas.getContext("2d");
    const { width, height } = this.canvas;
    if (!pen || !width || !height) return;
    const at = Math.round(width * this.fraction);
    pen.clearRect(0, 0, width, height);
    if (at > 0) pen.drawImage(this.layers[1], 0, 0, at, height, 0, 0, at, height);
    if (at < width) pen.drawImage(this.layers[0], at, 0, width - at, height, at, 0, width - at, height);
  }
}

/** The lowest and highest sample of `count` equal spans, -1..1; nothing but a thin line when there is no picture. */
function extremes(picture: Peaks | null, count: number): [number, number][] {
  const level = picture?.levels.find((candidate) => candidate.pairs >= count) ?? picture?.levels.at(-1);
  if (!picture || !level) return Array.from({ length: count }, () => [0, 0]);
  return Array.from({ length: count }, (_, i) => {
    const from = Math.floor((i * level.pairs) / count);
    const to = Math.max(from + 1, Math.floor(((i + 1) * level.pairs) / count));
    let low = 0;
    let high = 0;
    for (let pair = from; pair < to; pair += 1) {
      low = Math.min(low, level.data[2 * pair] ?? 0);
      high = Math.max(high, level.data[2 * pair + 1] ?? 0);
    }
    return [low / picture.scale, high / picture.scale];
  });
}
