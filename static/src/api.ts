/** Asks the site's API: typed answers, and every failure as one kind of error. */
import { csrfToken } from "./htmx";

/** Where a file, or a part of one, goes: exactly `bytes` bytes, with these headers. */
export interface Target {
  url: string;
  method: string;
  headers: Record<string, string>;
  bytes: number;
}

/** The server's no, or its silence: `status` 0 when it did not answer at all. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
    /** Stable, as "too-large"; empty when there was none. */
    readonly kind = "",
    /** Seconds after which it may be asked again, where the server said so. */
    readonly after: number | null = null,
  ) {
    super(message);
  }

  /** Whether the same question may be answered in a moment. */
  get passing(): boolean {
    if (this.status === 429) return this.after !== null && this.after <= LONGEST_WAIT;
    return this.status === 0 || this.status === 408 || this.status >= 500;
  }
}

/** Who is told to wait longer, in seconds, tells the person. */
const LONGEST_WAIT = 60;
const SILENT_MS = 30_000;
const NO_CONNECTION = "No connection.";

/** `words` say by status what the server's own words would not. */
export async function ask<T>(
  method: string,
  address: string,
  body?: unknown,
  words: Readonly<Record<number, string>> = {},
): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRFToken"] = csrfToken();
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response: Response;
  try {
    response = await fetch(address, {
      method,
      headers,
      signal: AbortSignal.timeout(SILENT_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    throw new Refusal(0, NO_CONNECTION);
  }
  if (!response.ok) throw await refusal(response, words);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

async function refusal(response: Response, words: Readonly<Record<number, string>>): Promise<Refusal> {
  const problem = (await response.json().catch(() => ({}))) as { detail?: unknown; type?: unknown };
  const said = typeof problem.detail === "string" && problem.detail;
  const kind = typeof problem.type === "string" ? problem.type : "";
  const message = words[response.status] ?? (said || "Something went wrong on our side. Try again.");
  const after = Number(response.headers.get("Retry-After"));
  return new Refusal(response.status, message, kind, after > 0 ? after : null);
}
