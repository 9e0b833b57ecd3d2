/** Every file on its way. It lives as long as the document, so that files go on while the person walks through the site. */
import * as memory from "./memory";
import { Transfer } from "./transfer";

/** Files sent at once; the others wait for their turn. */
const AT_ONCE = 2;

/** An upload that the server waits for, as the page shows it. */
export interface Waiting {
  id: string;
  name: string;
  bytes: number;
}

/** Tells "change" when a file came, moved or went, and "answered" with the transfer that is the server's now. */
class Uploader extends EventTarget {
  transfers: Transfer[] = [];

  constructor() {
    super();
    addEventListener("beforeunload", (event) => {
      if (this.transfers.some((each) => each.busy)) event.preventDefault();
    });
  }

  get busy(): Transfer[] {
    return this.transfers.filter((each) => each.busy || each.phase === "waiting");
  }

  /** Take a file; null when it is on its way already. `waiting`: what the server shows as unfinished. */
  add(file: File, waiting: readonly Waiting[]): Transfer | null {
    if (this.transfers.some((each) => alike(each.file, file) && each.phase !== "stopped")) return null;
    this.transfers = this.transfers.filter((each) => !alike(each.file, file));
    const free = waiting.filter((each) => each.bytes === file.size && !this.transfers.some(({ id }) => id === each.id));
    const sure = memory.known().find((entry) => memory.same(entry, file));
    const likely = free.find((each) => each.name === file.name.normalize("NFC"));
    const transfer = new Transfer(file, sure?.id ?? likely?.id ?? null, !sure && likely !== undefined);
    this.transfers.push(transfer);
    transfer.addEventListener("change", () => this.changed(transfer));
    this.changed(transfer);
    return transfer;
  }

  async cancel(transfer: Transfer): Promise<void> {
    this.transfers = this.transfers.filter((each) => each !== transfer);
    const gone = transfer.cancel();
    this.changed(transfer);
    await gone;
  }

  private changed(transfer: Transfer): void {
    if (transfer.phase === "answered" && this.transfers.includes(transfer)) {
      this.transfers = this.transfers.filter((each) => each !== transfer);
      this.dispatchEvent(new CustomEvent("answered", { detail: transfer }));
    }
    const free = AT_ONCE - this.transfers.filter((each) => each.busy).length;
    const next = this.transfers.find((each) => each.phase === "waiting");
    if (next && free > 0) void next.run();
    this.dispatchEvent(new Event("change"));
  }
}

function alike(one: File, other: File): boolean {
  return one.name === other.name && one.size === other.size && one.lastModified === other.lastModified;
}

export const uploader = new Uploader();
