/** Keeps the takes on the page live: over a WebSocket, and by asking every few seconds where there is none. */
import htmx from "../htmx";
import { mount } from "../mount";
import { toast } from "../frame/toasts";

interface Progress {
  job: string;
  status: string;
  stage: string;
  fraction: number;
  position: number | null;
}

const POLL = 3000;
/** The server tells about every moving take each few seconds: one that is silent longer ended unheard. */
const SILENT = 10_000;
const RECONNECT = [1000, 2000, 5000, 10000];
const MOVING = new Set(["queued", "running"]);

function moving(root: ParentNode): HTMLElement[] {
  return [...root.querySelectorAll<HTMLElement>("[data-take]")].filter((take) => MOVING.has(take.dataset["status"] ?? ""));
}

/** Fetch one take as the server words it; one request at a time for each. */
function refresh(take: HTMLElement): void {
  const url = take.dataset["url"];
  if (!url || take.dataset["refreshing"]) return;
  take.dataset["refreshing"] = "yes";
  void htmx.ajax("get", url, { target: take, swap: "outerHTML" }).finally(() => delete take.dataset["refreshing"]);
}

function fill(take: HTMLElement, fraction: number): void {
  const percent = Math.round(100 * Math.min(Math.max(fraction, 0), 1));
  take.querySelector("[data-fill]")?.setAttribute("width", String(2 * percent));
  take.querySelector("[data-progress]")?.setAttribute("aria-valuenow", String(percent));
}

function hear(root: HTMLElement, message: Progress): void {
  const take = root.querySelector<HTMLElement>(`[data-take="${CSS.escape(message.job)}"]`);
  if (!take) return;
  take.dataset["heard"] = String(Date.now());
  const { status, stage, position } = take.dataset;
  const moved = message.position !== null && String(message.position) !== position;
  if (status !== message.status || stage !== message.stage || moved) {
    const ready = root.dataset["readySays"] ?? "Your song is ready.";
    if (ready && message.status === "succeeded" && status !== "succeeded") toast(ready);
    take.dataset["stage"] = message.stage;
    refresh(take);
  } else if (message.status === "running") fill(take, message.fraction);
}

mount("[data-live-jobs]", (root, signal) => {
  // on a narrow page what was just asked for lies below the form
  document.addEventListener(
    "htmx:oobAfterSwap",
    () => root.firstElementChild?.scrollIntoView({ block: "nearest" }),
    { signal },
  );
  let socket: WebSocket | null = null;
  let failures = 0;

  const connect = (): void => {
    if (signal.aborted) return;
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    socket = new WebSocket(`${scheme}://${location.host}/ws/jobs/`);
    socket.addEventListener("open", () => {
      failures = 0;
      moving(root).forEach(refresh);
    });
    socket.addEventListener("message", (event) => hear(root, JSON.parse(String(event.data)) as Progress));
    socket.addEventListener("close", () => {
      socket = null;
      const pause = RECONNECT[Math.min(failures++, RECONNECT.length - 1)] ?? POLL;
      if (!signal.aborted) setTimeout(connect, pause);
    });
  };

  const timer = setInterval(() => {
    if (document.hidden) return;
    const heard = socket?.readyState === WebSocket.OPEN ? Date.now() - SILENT : Infinity;
    moving(root)
      .filter((take) => Number(take.dataset["heard"] ?? 0) < heard)
      .forEach(refresh);
  }, POLL);
  signal.addEventListener("abort", () => {
    clearInterval(timer);
    socket?.close();
  });
  connect();
});
