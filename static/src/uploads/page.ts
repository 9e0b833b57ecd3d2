/** The uploads page: takes files, shows those on their way, and lets the server's line follow each answer. */
import { toast } from "../frame/toasts";
import htmx from "../htmx";
import { mount } from "../mount";
import { takeDrops } from "./drop";
import { lineOf } from "./line";
import type { Transfer } from "./transfer";
import { uploader, type Waiting } from "./uploader";

mount("[data-uploads]", (page, signal) => {
  const list = page.querySelector<HTMLElement>("[data-upload-list]");
  const template = page.querySelector<HTMLTemplateElement>("template[data-upload-line]");
  if (!list || !template) return;

  const serverLine = (id: string | null): HTMLElement | null =>
    id ? list.querySelector<HTMLElement>(`[data-upload="${CSS.escape(id)}"]`) : null;

  const show = (transfer: Transfer): void => {
    const line = lineOf(transfer, template);
    const stale = serverLine(transfer.id);
    if (stale && stale !== line) stale.replaceWith(line);
    else if (!line.isConnected) list.prepend(line);
    page.classList.add("has-lines");
  };

  const take = (files: Iterable<File>): void => {
    const known = waiting(list);
    const fresh = [...files].map((file) => {
      const transfer = uploader.add(file, known);
      if (!transfer) toast(`“${file.name}” is on its way already.`);
      return transfer;
    });
    // the first of several stands on top
    for (const transfer of fresh.reverse()) if (transfer) show(transfer);
  };

  for (const transfer of uploader.transfers) show(transfer);
  takeDrops(take, (yes) => page.classList.toggle("is-over", yes), signal);
  page.addEventListener("change", (event) => {
    if (!(event.target instanceof HTMLInputElement) || event.target.type !== "file") return;
    const files = [...(event.target.files ?? [])];
    const wanted = event.target.closest<HTMLElement>("[data-upload]")?.dataset;
    if (wanted && !files.some((file) => String(file.size) === wanted["bytes"])) {
      toast("That is another file, so it is sent as a new one.");
    }
    take(files);
    event.target.value = "";
  }, { signal });

  uploader.addEventListener("change", () => {
    for (const line of list.querySelectorAll<HTMLElement>("[data-sending]")) {
      if (!uploader.transfers.some((each) => lineOf(each, template) === line)) remove(line, page);
    }
  }, { signal });
  uploader.addEventListener("answered", (event) => {
    const transfer = (event as CustomEvent<Transfer>).detail;
    void answer(lineOf(transfer, template), transfer, page);
  }, { signal });
});

/** Put the server's line where the file's stood, and say what it says to who cannot see it. */
async function answer(line: HTMLElement, transfer: Transfer, page: HTMLElement): Promise<void> {
  const focused = line.contains(document.activeElement);
  delete line.dataset["sending"];
  const address = (page.dataset["line"] ?? "").replace(/[0-9a-f-]{36}/, transfer.id ?? "");
  await htmx.ajax("get", address, { target: line, swap: "outerHTML" });
  const fresh = page.querySelector<HTMLElement>(`[data-upload="${CSS.escape(transfer.id ?? "")}"]`);
  if (focused) (fresh?.querySelector<HTMLElement>("a, button") ?? fresh)?.focus();
  const announcer = document.getElementById("announcer");
  const verdict = fresh?.querySelector("[data-says]")?.textContent?.trim();
  if (announcer && verdict) announcer.textContent = `${transfer.file.name}: ${verdict}`;
}

function remove(line: HTMLElement, page: HTMLElement): void {
  const next = line.contains(document.activeElement)
    ? (line.nextElementSibling ?? line.previousElementSibling)?.querySelector<HTMLElement>("button, a") ??
      page.querySelector<HTMLElement>("input[type=file]")
    : null;
  line.remove();
  next?.focus();
}

function waiting(list: HTMLElement): Waiting[] {
  return [...list.querySelectorAll<HTMLElement>('[data-upload][data-state="sending"]')].map((line) => ({
    id: line.dataset["upload"] ?? "",
    name: line.dataset["name"] ?? "",
    bytes: Number(line.dataset["bytes"]),
  }));
}
