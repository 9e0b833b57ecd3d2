/**
 * The registry of islands: pieces of script that bring part of a page to life.
 *
 * `mount(selector, attach)` runs `attach(element)` once for every element that matches now, and for every one that a
 * later htmx swap brings in. When the element leaves the page, the `signal` it was given is aborted: pass it to
 * `addEventListener`, and close sockets and timers on it.
 *
 *     mount<HTMLFormElement>("[data-studio-form]", (form, signal) => {
 *       form.addEventListener("input", () => quote(form), { signal });
 *     });
 *
 * Each island is one module that calls `mount` when it is imported; main.ts imports them all.
 */
type Attach<E extends Element> = (element: E, signal: AbortSignal) => void;

interface Island {
  selector: string;
  attach: Attach<Element>;
  alive: Map<Element, AbortController>;
}

const islands: Island[] = [];

export function mount<E extends Element = HTMLElement>(selector: string, attach: Attach<E>): void {
  const island: Island = { selector, attach: attach as unknown as Attach<Element>, alive: new Map() };
  islands.push(island);
  if (document.readyState !== "loading") attachIn(island, document);
}

function attachIn(island: Island, root: ParentNode): void {
  for (const [element, controller] of island.alive) {
    if (element.isConnected) continue;
    controller.abort();
    island.alive.delete(element);
  }
  const found = [...root.querySelectorAll(island.selector)];
  if (root instanceof Element && root.matches(island.selector)) found.unshift(root);
  for (const element of found) {
    if (island.alive.has(element)) continue;
    const controller = new AbortController();
    island.alive.set(element, controller);
    island.attach(element, controller.signal);
  }
}

/** Attach every island inside `root`; called at the start and after each swap. */
export function attachAll(root: ParentNode): void {
  for (const island of islands) attachIn(island, root);
}

document.addEventListener("DOMContentLoaded", () => attachAll(document));
document.addEventListener("htmx:afterSettle", () => attachAll(document));
document.addEventListener("htmx:historyRestore", () => attachAll(document));
