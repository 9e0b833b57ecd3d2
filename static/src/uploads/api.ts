/** What the page asks of the uploads API. */
import { ask as askApi, type Target } from "../api";

export interface Upload {
  id: string;
  filename: string;
  bytes: number;
  state: string;
  part_bytes: number;
  parts: number;
  received: number[];
}

/** Where one part goes. */
export interface PartTarget extends Target {
  number: number;
}

const ROOT = "/api/v1/uploads";
const WORDS: Record<number, string> = {
  401: "You are logged out. Log in, then choose the file again.",
  404: "This upload is no longer here. Choose the file again.",
};

export const start = (file: File): Promise<Upload> =>
  ask("POST", "", { filename: file.name, bytes: file.size, ...(file.type ? { media_type: file.type } : {}) });

export const look = (id: string): Promise<Upload> => ask("GET", `/${id}`);

export const finish = (id: string): Promise<Upload> => ask("POST", `/${id}/finish`);

export const forget = (id: string): Promise<void> => ask("DELETE", `/${id}`);

export async function targets(id: string, numbers: number[]): Promise<PartTarget[]> {
  return (await ask<{ targets: PartTarget[] }>("POST", `/${id}/targets`, { numbers })).targets;
}

function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
  return askApi(method, ROOT + path, body, WORDS);
}
