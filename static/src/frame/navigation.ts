/** Boosted navigation: only #page changes, the frame's live parts follow, focus and scrolling go where a reader expects. */
import htmx from "../htmx";
import { toast } from "./toasts";

interface SwapDetail {
  boosted: boolean;
  xhr: XMLHttpRequest;
  target: Element;
  shouldSwap: boolean;
  isError: boolean;
  selectOverride?: string;
  swapOverride?: string;
  requestConfig: { boosted: boolean; elt: Element };
}

const scrolls = new Map<string, number>();
let here = location.href;

function refreshFrame(response: string): void {
  const next = new DOMParser().parseFromString(response, "text/html");
  for (const part of document.querySelectorAll("[data-frame]")) {
    const fresh = next.getElementById(part.id);
    if (!fresh) continue;
    const adopted = document.importNode(fresh, true);
    part.replaceWith(adopted);
    htmx.process(adopted);
  }
  const query = next.querySelector<HTMLInputElement>("#search-input");
  const field = document.querySelector<HTMLInputElement>("#search-input");
  if (query && field && field !== document.activeElement) field.value = query.value;
  const page = next.getElementById("page");
  const old = document.getElementById("page");
  if (page && old) old.className = page.className;
}

function announce(): void {
  const announcer = document.getElementById("announcer");
  if (announcer) announcer.textContent = document.title;
  const page = document.getElementById("page");
  // A field that was typed in, and is still there, keeps the focus.
  const kept = document.activeElement instanceof HTMLInputElement && page?.contains(document.activeElement);
  if (!kept) page?.focus({ preventScroll: true });
}

document.addEventListener("htmx:beforeRequest", (event) => {
  const { boosted } = (event as CustomEvent<{ boosted: boolean }>).detail;
  if (boosted) document.documentElement.classList.add("is-loading");
});

document.addEventListener("htmx:afterRequest", () => document.documentElement.classList.remove("is-loading"));

document.addEventListener("htmx:beforeSwap", (event) => {
  const { detail } = event as CustomEvent<SwapDetail>;
  const html = detail.xhr.responseText;
  const whole = /<main[^>]*\bid="page"/.test(html);
  if (!detail.requestConfig.boosted) {
    // A fragment was asked for and a whole page came, such as the log-in page of an ended session: go there.
    if (whole && !detail.requestConfig.elt.closest("[hx-select]")) {
      detail.shouldSwap = false;
      if (detail.xhr.status < 400) location.assign(detail.xhr.responseURL || location.href);
    }
    return;
  }
  if (!whole) {
    detail.shouldSwap = false;
    if (detail.xhr.status < 400) location.assign(detail.xhr.responseURL);
    return;
  }
  scrolls.set(here, scrollY);
  detail.shouldSwap = true;
  detail.isError = false;
  detail.target = document.getElementById("page") ?? detail.target;
  detail.selectOverride = "#page";
  detail.swapOverride = "outerHTML show:window:top";
  refreshFrame(html);
});

document.addEventListener("htmx:afterSettle", (event) => {
  const { requestConfig } = (event as CustomEvent<Partial<SwapDetail>>).detail;
  if (!requestConfig?.boosted) return;
  here = location.href;
  announce();
});

addEventListener("popstate", () => scrolls.set(here, scrollY));

document.addEventListener("htmx:historyCacheMissLoad", (event) => {
  const { xhr } = (event as CustomEvent<{ xhr: XMLHttpRequest }>).detail;
  refreshFrame(xhr.responseText);
});

document.addEventListener("htmx:historyRestore", () => {
  here = location.href;
  announce();
  scrollTo({ top: scrolls.get(here) ?? 0, behavior: "instant" });
});

document.addEventListener("htmx:sendError", () => toast("No connection. Check your network and try again.", "bad"));
document.addEventListener("htmx:timeout", () => toast("That took too long. Try again in a moment.", "bad"));
document.addEventListener("htmx:responseError", (event) => {
  const { xhr } = (event as CustomEvent<{ xhr: XMLHttpRequest }>).detail;
  toast(problem(xhr), "bad");
});

/** What went wrong, in words: the server's own if it sent problem details. */
function problem(xhr: XMLHttpRequest): string {
  try {
    const { detail } = JSON.parse(xhr.responseText) as { detail?: unknown };
    if (typeof detail === "string") return detail;
  } catch {
    // Not JSON: say it by the status.
  }
  if (xhr.status === 429) return "That was a lot at once. Wait a moment, then try again.";
  if (xhr.status === 403) return "You are not allowed to do that. Logging in again may help.";
  if (xhr.status === 404) return "That is no longer here.";
  return "Something went wrong on our side, and nothing was changed. Try again.";
}
