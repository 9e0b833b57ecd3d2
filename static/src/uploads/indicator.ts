/** Files on their way, told in the frame of every other page: "2 uploads, 45 %". */
import { toast } from "../frame/toasts";
import htmx from "../htmx";
import type { Transfer } from "./transfer";
import { uploader } from "./uploader";

const HOME = "/uploads/";

function makeLink(): HTMLAnchorElement | null {
  const place = document.getElementById("account");
  if (!place) return null;
  const link = document.createElement("a");
  link.className = "uploads-pill";
  link.href = HOME;
  link.hidden = true;
  link.innerHTML =
    '<span class="icon icon-s icon-upload" aria-hidden="true"></span><span data-count></span><span class="tabular" data-percent></span>';
  place.before(link);
  htmx.process(link);
  return link;
}

const link = makeLink();

function draw(): void {
  if (!link) return;
  const moving = uploader.transfers.filter((each) => each.phase !== "stopped");
  link.hidden = moving.length === 0;
  const sum = (of: (transfer: Transfer) => number): number => moving.reduce((all, each) => all + of(each), 0);
  const percent = Math.floor((100 * sum((each) => each.sent)) / Math.max(1, sum((each) => each.file.size)));
  const paused = moving.length > 0 && moving.every((each) => each.phase === "paused");
  const [count, share] = [link.querySelector("[data-count]"), link.querySelector("[data-percent]")];
  if (count) count.textContent = `${moving.length} upload${moving.length === 1 ? "" : "s"}`;
  if (share) share.textContent = paused ? "paused" : `${percent} %`;
}

uploader.addEventListener("change", draw);
uploader.addEventListener("answered", (event) => {
  const { file } = (event as CustomEvent<Transfer>).detail;
  if (location.pathname !== HOME) toast(`“${file.name}” is sent. What became of it stands under Uploads.`);
});
