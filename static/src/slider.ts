/** A place to seek in: pointer and keyboard on an element with role="slider", counted in seconds. */
import { clock, spoken } from "./words";

interface Seekable {
  duration: () => number;
  position: () => number;
  seek: (seconds: number) => void;
  /** While the pointer is down: where it would go, or null when it let go. */
  preview?: (seconds: number | null) => void;
}

const STEP = 5;
const LEAP = 15;

export function makeSlider(host: HTMLElement, of: Seekable, signal?: AbortSignal): void {
  const options = signal ? { signal } : {};
  const at = (event: PointerEvent): number => {
    const box = host.getBoundingClientRect();
    return (Math.min(box.width, Math.max(0, event.clientX - box.left)) / box.width) * of.duration();
  };
  let held = false;
  host.addEventListener(
    "pointerdown",
    (event) => {
      if (event.button !== 0 || !of.duration()) return;
      held = true;
      host.setPointerCapture(event.pointerId);
      of.preview?.(at(event));
    },
    options,
  );
  host.addEventListener("pointermove", (event) => held && of.preview?.(at(event)), options);
  const release = (event: PointerEvent, seek: boolean): void => {
    if (!held) return;
    held = false;
    of.preview?.(null);
    if (seek) of.seek(at(event));
  };
  host.addEventListener("pointerup", (event) => release(event, true), options);
  host.addEventListener("pointercancel", (event) => release(event, false), options);
  host.addEventListener(
    "keydown",
    (event) => {
      const target = keyTarget(event.key, of.position(), of.duration());
      if (target === null) return;
      event.preventDefault();
      event.stopPropagation();
      of.seek(target);
    },
    options,
  );
}

function keyTarget(key: string, position: number, duration: number): number | null {
  switch (key) {
    case "ArrowLeft":
    case "ArrowDown":
      return position - STEP;
    case "ArrowRight":
    case "ArrowUp":
      return position + STEP;
    case "PageDown":
      return position - LEAP;
    case "PageUp":
      return position + LEAP;
    case "Home":
      return 0;
    case "End":
      return duration;
    default:
      return null;
  }
}

/** Tell assistive technology where the slider stands. */
export function describeSlider(host: HTMLElement, position: number, duration: number): void {
  host.setAttribute("aria-valuemin", "0");
  host.setAttribute("aria-valuemax", String(Math.round(duration)));
  host.setAttribute("aria-valuenow", String(Math.round(position)));
  host.setAttribute("aria-valuetext", `${spoken(position)} of ${spoken(duration)}`);
  host.dataset["time"] = clock(position);
}
