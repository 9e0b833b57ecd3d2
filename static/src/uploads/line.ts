/** A file on its way as a line of the list, until the server's own line takes its place. */
import type { Transfer } from "./transfer";
import { uploader } from "./uploader";
import { left, size, sizeOf } from "./words";

const lines = new WeakMap<Transfer, HTMLElement>();

/** The line of `transfer`, made from the page's template once. */
export function lineOf(transfer: Transfer, template: HTMLTemplateElement): HTMLElement {
  const known = lines.get(transfer);
  if (known) return known;
  const line = template.content.firstElementChild?.cloneNode(true) as HTMLElement;
  lines.set(transfer, line);
  const { name } = transfer.file;
  part(line, "name").textContent = name;
  part(line, "bar").setAttribute("aria-label", `Sent of ${name}`);
  const press = (tool: string, act: () => void): void => {
    const button = part(line, tool);
    const label = button.getAttribute("aria-label");
    if (label) button.setAttribute("aria-label", `${label}: ${name}`);
    button.addEventListener("click", act);
  };
  press("pause", () => transfer.pause());
  press("resume", () => transfer.resume());
  press("again", () => transfer.resume());
  press("cancel", () => void uploader.cancel(transfer));
  transfer.addEventListener("change", () => draw(line, transfer));
  draw(line, transfer);
  return line;
}

function draw(line: HTMLElement, transfer: Transfer): void {
  const { phase, offline, again, file } = transfer;
  const focused = line.contains(document.activeElement) ? (document.activeElement as HTMLElement) : null;
  line.dataset["phase"] = phase;
  line.classList.toggle("is-bad", phase === "stopped");
  part(line, "says").textContent = says(transfer);
  const bar = part(line, "bar") as HTMLProgressElement;
  bar.hidden = phase === "stopped" || phase === "waiting";
  bar.max = file.size || 1;
  bar.value = transfer.sent;
  part(line, "pause").hidden = phase !== "sending" && phase !== "starting";
  part(line, "resume").hidden = phase !== "paused";
  const retry = part(line, "again");
  retry.hidden = again === "";
  retry.textContent = again === "anyway" ? "Send it anyway" : "Try again";
  retry.setAttribute("aria-label", `${retry.textContent}: ${file.name}`);
  part(line, "cancel").hidden = phase === "finishing" || phase === "answered";
  line.classList.toggle("is-offline", offline);
  // the button that was pressed went: its opposite stands in the same place
  if (focused?.hidden) line.querySelector<HTMLElement>("button:not([hidden])")?.focus();
}

function says(transfer: Transfer): string {
  const { phase, message, offline, sent, file } = transfer;
  const so = sizeOf(sent, file.size);
  if (offline) return `${so} · no connection, trying again`;
  switch (phase) {
    case "waiting":
      return `${size(file.size)} · waiting for its turn`;
    case "starting":
      return `${size(file.size)} · starting`;
    case "sending":
      return [so, left(transfer.left)].filter(Boolean).join(" · ");
    case "paused":
      return `${so} · paused`;
    case "finishing":
    case "answered":
      return `${size(file.size)} · sent, being looked at`;
    case "stopped":
      return message;
  }
}

function part(line: HTMLElement, name: string): HTMLElement {
  return line.querySelector<HTMLElement>(`[data-${name}]`) as HTMLElement;
}
