/** Elements that say when they are sung, and which of them is due. */

export interface Timed {
  element: HTMLElement;
  start: number;
  end: number;
}

export function timed(root: ParentNode, selector: string, from: string, to: string): Timed[] {
  return [...root.querySelectorAll<HTMLElement>(selector)].map((element) => ({
    element,
    start: Number(element.dataset[from]),
    end: Number(element.dataset[to]),
  }));
}

/** The last of `all`, which are in order, that has begun at `seconds`. */
export function begun(all: readonly Timed[], seconds: number): number {
  let [low, high] = [0, all.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((all[middle]?.start ?? 0) <= seconds) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
