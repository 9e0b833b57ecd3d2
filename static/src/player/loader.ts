/** Lets hls.js fetch through `file`, which signs, renews and retries; hls.js itself never asks the network. */
import type Hls from "hls.js/light";
import type { HlsConfig, Loader, LoaderCallbacks, LoaderConfiguration, LoaderContext, LoaderStats } from "hls.js/light";
import { file } from "./files";

/** What the streams of a version are called towards hls.js, whatever their address is at the moment. */
export function nameOf(version: string, path: string): string {
  return `${location.origin}/${version}/${path}`;
}

/** A loader whose failures are told to `fail` before hls.js learns of them. */
export function loaderFor(fail: (error: unknown) => void): new (config: HlsConfig) => Loader<LoaderContext> {
  return class implements Loader<LoaderContext> {
    context: LoaderContext | null = null;
    stats: LoaderStats = freshStats();
    private readonly running = new AbortController();

    load(context: LoaderContext, _configuration: LoaderConfiguration, callbacks: LoaderCallbacks<LoaderContext>): void {
      this.context = context;
      this.stats.loading.start = performance.now();
      const [version = "", ...path] = new URL(context.url).pathname.slice(1).split("/");
      file(version, path.join("/"), this.running.signal).then(
        (bytes) => this.running.signal.aborted || this.succeed(context, bytes, callbacks),
        (error: unknown) => {
          if (this.running.signal.aborted) return;
          fail(error);
          callbacks.onError({ code: 0, text: String(error) }, context, null, this.stats);
        },
      );
    }

    abort(): void {
      this.stats.aborted = true;
      this.running.abort();
    }

    destroy(): void {
      this.abort();
    }

    private succeed(context: LoaderContext, bytes: ArrayBuffer, callbacks: LoaderCallbacks<LoaderContext>): void {
      const { stats } = this;
      stats.loading.first = stats.loading.end = performance.now();
      stats.loaded = stats.total = bytes.byteLength;
      const data = context.responseType === "arraybuffer" ? bytes : new TextDecoder().decode(bytes);
      callbacks.onSuccess({ url: context.url, data, code: 200 }, stats, context, null);
    }
  };
}

function freshStats(): LoaderStats {
  return {
    aborted: false, loaded: 0, retry: 0, total: 0, chunkCount: 0, bwEstimate: 0,
    loading: { start: 0, first: 0, end: 0 }, parsing: { start: 0, end: 0 }, buffering: { start: 0, first: 0, end: 0 },
  };
}

/** hls.js asks once; asking again is done behind `file`. */
export const LOAD_POLICIES: Partial<Hls["config"]> = Object.fromEntries(
  (["fragLoadPolicy", "playlistLoadPolicy", "manifestLoadPolicy"] as const).map((name) => [
    name,
    { default: { maxTimeToFirstByteMs: 120_000, maxLoadTimeMs: 120_000, timeoutRetry: null, errorRetry: null } },
  ]),
);
