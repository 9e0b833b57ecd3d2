/** Waiting before another try, cut short when the connection comes back or nobody wants it any more. */

const SECONDS = [1, 2, 4, 8, 15, 30];

/** How long to wait before try number `tried` + 1, in seconds, spread so that many pages do not come back at once. */
export function pause(tried: number, asked: number | null): number {
  const least = SECONDS[Math.min(tried, SECONDS.length - 1)] ?? 30;
  return Math.max(least, asked ?? 0) * (0.8 + 0.4 * Math.random());
}

export function wait(seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const over = (): void => {
      clearTimeout(timer);
      removeEventListener("online", over);
      signal.removeEventListener("abort", over);
      resolve();
    };
    const timer = setTimeout(over, seconds * 1000);
    addEventListener("online", over);
    signal.addEventListener("abort", over);
    if (signal.aborted) over();
  });
}
