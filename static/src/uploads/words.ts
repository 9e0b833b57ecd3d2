/** How sizes and times left are written. */

const KB = 1024;
const MB = 1024 ** 2;

/** The most that is taken, as the server counts it. */
export const LARGEST = 50 * MB;

/** As "12.4 MB" or "340 kB". */
export function size(bytes: number): string {
  if (bytes >= MB) return `${(Math.ceil((10 * bytes) / MB) / 10).toFixed(1)} MB`;
  return bytes < KB ? `${bytes} bytes` : `${Math.round(bytes / KB)} kB`;
}

/** As "12.4 of 48.2 MB", in the unit of the whole. */
export function sizeOf(sent: number, whole: number): string {
  if (whole < MB) return whole < KB ? size(whole) : `${Math.round(sent / KB)} of ${size(whole)}`;
  return `${(Math.floor((10 * sent) / MB) / 10).toFixed(1)} of ${size(whole)}`;
}

/** As "about 20 s left"; nothing while nobody can tell. */
export function left(seconds: number | null): string {
  if (seconds === null || !Number.isFinite(seconds)) return "";
  if (seconds < 8) return "a few seconds left";
  if (seconds < 90) return `about ${Math.round(seconds / 5) * 5} s left`;
  if (seconds < 5400) return `about ${Math.round(seconds / 60)} min left`;
  return `about ${Math.round(seconds / 3600)} h left`;
}
