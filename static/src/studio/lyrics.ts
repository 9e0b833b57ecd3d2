/** The lyrics field: buttons that mark parts, and how many lines there are beside how many fit. */
import { mount } from "../mount";

/** A sung line with its breath takes about two bars; the band plays alone before and after. */
const SECONDS_A_LINE = 4.5;
const SECONDS_WITHOUT_WORDS = 8;

function sungLines(text: string): number {
  return text.split("\n").filter((line) => line.trim() && !/^\s*\[[^\]]*\]\s*$/.test(line)).length;
}

function says(lines: number, seconds: number): string {
  const fit = Math.max(1, Math.floor((seconds - SECONDS_WITHOUT_WORDS) / SECONDS_A_LINE));
  if (!lines) return `about ${fit} lines fit`;
  const counted = `${lines} line${lines === 1 ? "" : "s"}`;
  if (lines > fit * 1.5) return `${counted}: more than fit, about ${fit}`;
  return `${counted}, about ${fit} fit`;
}

mount("[data-lyrics]", (box, signal) => {
  const form = box.closest("form");
  const field = box.querySelector<HTMLTextAreaElement>("textarea");
  const count = box.querySelector<HTMLOutputElement>("[data-lyrics-count]");
  const tags = box.querySelector<HTMLElement>("[data-lyrics-tags]");
  const length = form?.querySelector<HTMLInputElement>("#id_seconds");
  if (!form || !field) return;
  const draw = (): void => {
    const lines = sungLines(field.value);
    if (!count) return;
    count.value = length ? says(lines, length.valueAsNumber) : `${lines} line${lines === 1 ? "" : "s"}`;
  };
  if (tags) tags.hidden = false;
  tags?.addEventListener("click", (event) => {
    const tag = event.target instanceof HTMLElement ? event.target.dataset["tag"] : undefined;
    if (!tag) return;
    const before = field.value.slice(0, field.selectionStart).replace(/\s+$/, "");
    const after = field.value.slice(field.selectionEnd).replace(/^\s+/, "");
    const start = `${before}${before ? "\n\n" : ""}${tag}\n`;
    field.value = start + after;
    field.focus();
    field.setSelectionRange(start.length, start.length);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }, { signal });
  form.addEventListener("input", draw, { signal });
  draw();
});
