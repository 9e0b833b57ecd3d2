/** Files dropped anywhere on the page, folders with everything in them. */

const MOST = 100;

/** Call `take` with what is dropped on the document; `over` tells whether files hang above it. */
export function takeDrops(take: (files: File[]) => void, over: (yes: boolean) => void, signal: AbortSignal): void {
  let depth = 0;
  const listen = (name: string, act: (event: DragEvent) => void): void =>
    document.addEventListener(name, (event) => {
      if ((event as DragEvent).dataTransfer?.types.includes("Files")) act(event as DragEvent);
    }, { signal });
  listen("dragenter", () => {
    depth += 1;
    over(true);
  });
  listen("dragleave", () => {
    depth = Math.max(0, depth - 1);
    if (depth === 0) over(false);
  });
  listen("dragover", (event) => {
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = "copy";
  });
  listen("drop", (event) => {
    event.preventDefault();
    depth = 0;
    over(false);
    if (event.dataTransfer) void filesOf(event.dataTransfer).then(take);
  });
}

async function filesOf(dropped: DataTransfer): Promise<File[]> {
  // entries have to be asked for before anything is awaited: the transfer is emptied then
  const entries = [...dropped.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  const plain = [...dropped.files];
  if (!entries.some((entry) => entry?.isDirectory)) return plain;
  const found: File[] = [];
  for (const entry of entries) if (entry) await gather(entry, found);
  return found;
}

async function gather(entry: FileSystemEntry, found: File[]): Promise<void> {
  if (found.length >= MOST) return;
  if (entry.isFile) {
    const file = await new Promise<File | null>((resolve) => {
      (entry as FileSystemFileEntry).file(resolve, () => resolve(null));
    });
    // of a folder only the sound: covers and notes lie beside it
    if (file && /\.(mp3|wav|wave|flac)$/i.test(file.name)) found.push(file);
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve) => reader.readEntries(resolve, () => resolve([])));
    if (!some.length) return;
    for (const each of some) await gather(each, found);
  }
}
