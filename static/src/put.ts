/** Sends a file, or a part of one, to the storage. XMLHttpRequest, because fetch cannot tell how much of a body has left. */
import { Refusal, type Target } from "./api";

/** Nothing moved for this long: the connection is dead, whatever it says. */
const STALLED_MS = 30_000;

/** Resolves when the storage has it; Refusal otherwise, status 0 also when `signal` stopped it. */
export function put(target: Target, body: Blob, sent: (bytes: number) => void, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let watch = 0;
    const moved = (): void => {
      clearTimeout(watch);
      watch = window.setTimeout(() => request.abort(), STALLED_MS);
    };
    const stop = (): void => request.abort();
    const over = (status: number): void => {
      clearTimeout(watch);
      signal.removeEventListener("abort", stop);
      if (status >= 200 && status < 300) resolve();
      else reject(new Refusal(status, "It did not arrive."));
    };
    request.open(target.method, target.url);
    for (const [name, value] of Object.entries(target.headers)) {
      // the browser says these itself and lets no script set them
      if (!/^(content-length|host)$/i.test(name)) request.setRequestHeader(name, value);
    }
    request.upload.addEventListener("progress", (event) => {
      moved();
      sent(event.loaded);
    });
    request.addEventListener("load", () => over(request.status));
    for (const end of ["error", "abort", "timeout"]) request.addEventListener(end, () => over(0));
    if (signal.aborted) {
      over(0);
      return;
    }
    signal.addEventListener("abort", stop);
    moved();
    request.send(body);
  });
}
