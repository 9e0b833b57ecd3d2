/** What the page asks of the uploads API: typed answers, and every failure as one kind of error. */
import { csrfToken } from "../htmx";

export interface Upload {
  id: string;
  filename: string;
  bytes: number;
  state: string;
  part_bytes: number;
  parts: number;
  received: number[];
}

/** Where one part goes: exactly `bytes` bytes, with these headers. */
export interface Target {
  number: number;
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

const ROOT = "/api/v1/uploads";
/** Who is told to wait longer, in seconds, tells the person. */
const LONGEST_WAIT = 60;
const SILENT_MS = 30_000;
const WORDS: Record<number, string> = {
  0: "No connection.",
  401: "You are logged out. Log in, then choose the file again.",
  404: "This upload is no longer here. Choose the file again.",
};

export const start = (file: File): Promise<Upload> =>
  ask("POST", "", { filename: file.name, bytes: file.size, ...(file.type ? { media_type: file.type } : {}) });

export const look = (id: string): Promise<Upload> => ask("GET", `/${id}`);

export const finish = (id: string): Promise<Upload> => ask("POST", `/${id}/finish`);

export const forget = (id: string): Promise<void> => ask("DELETE", `/${id}`);

export async function targets(id: string, numbers: number[]): Promise<Target[]> {
  return (await ask<{ targets: Target[] }>("POST", `/${id}/targets`, { numbers })).targets;
}

async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRFToken"] = csrfToken();
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response: Response;
  try {
    response = await fetch(ROOT + path, {
      method,
      headers,
      signal: AbortSignal.timeout(SILENT_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    throw new Refusal(0, WORDS[0] ?? "");
  }
  if (!response.ok) throw await refusal(response);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

async function refusal(response: Response): Promise<Refusal> {
  const problem = (await response.json().catch(() => ({}))) as { detail?: unknown; type?: unknown };
  const said = typeof problem.detail === "string" && problem.detail;
  const kind = typeof problem.type === "string" ? problem.type : "";
  const words = WORDS[response.status] ?? (said || "Something went wrong on our side. Try again.");
  const after = Number(response.headers.get("Retry-After"));
  return new Refusal(response.status, words, kind, after > 0 ? after : null);
}
