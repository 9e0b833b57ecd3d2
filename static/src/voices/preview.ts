/** A preview beside the same seconds of the original; one that was waited for plays as soon as it is there. */
import { toast } from "../frame/toasts";
import { mount } from "../mount";
import { player } from "../player";
import { itemOf } from "../player/items";
import { playback } from "../player/source";
import { sound } from "./sounding";

type Side = "sung" | "original";

/** The sound of one side: where its first second lies in its file. */
interface Sound {
  audio: HTMLAudioElement;
  from: number;
}

/** Previews that were seen on their way. */
const awaited = new Set<string>();

mount("[data-swap]", (line, signal) => {
  const id = line.dataset["swap"] ?? "";
  if (line.dataset["state"] === "moving") awaited.add(id);
  line.querySelector("[data-compare-source]")?.addEventListener("click", () => {
    const source = document.querySelector<HTMLElement>("[data-source]");
    const made = line.querySelector<HTMLElement>("[data-playable]");
    if (source && made) void player?.compare(itemOf(made), itemOf(source));
  }, { signal });
});

mount("[data-preview]", (box, signal) => {
  const button = box.querySelector<HTMLButtonElement>("[data-preview-toggle]");
  const progress = box.querySelector<HTMLProgressElement>("[data-preview-progress]");
  const chips = [...box.querySelectorAll<HTMLButtonElement>("[data-hears]")];
  const length = Number(box.dataset["length"]);
  if (!button || !progress) return;
  const sounds: Partial<Record<Side, Promise<Sound>>> = {};
  let side: Side = "sung";
  let at = 0;
  let wanted = false;

  const show = (state: "" | "loading" | "playing"): void => {
    button.dataset["state"] = state;
    const name = chips.find((chip) => chip.dataset["hears"] === side)?.textContent ?? "";
    button.setAttribute("aria-label", `${state ? "Pause" : "Play"} the preview: ${name}`);
  };
  const listen = (audio: HTMLAudioElement, of: Side, from: number): Sound => {
    audio.addEventListener("playing", () => of === side && show("playing"));
    audio.addEventListener("pause", () => {
      if (of !== side) return;
      wanted = false;
      show("");
    });
    const follow = (): void => {
      if (of !== side) return;
      at = Math.max(0, audio.currentTime - from);
      progress.value = Math.min(at, length);
      if (at < length && !audio.ended) return;
      audio.pause();
      at = 0;
      progress.value = 0;
    };
    audio.addEventListener("timeupdate", follow);
    audio.addEventListener("ended", follow);
    signal.addEventListener("abort", () => audio.pause());
    return { audio, from };
  };
  const load = async (of: Side): Promise<Sound> => {
    if (of === "sung") return listen(new Audio(await fetched(box.dataset["preview"] ?? "", signal)), of, 0);
    const { prefix } = await playback(box.dataset["of"] ?? "");
    const audio = new Audio(`${prefix}track.mp3`);
    audio.preload = "auto";
    return listen(audio, of, Number(box.dataset["start"]));
  };
  const loaded = (of: Side): Promise<Sound> => {
    const asked = (sounds[of] ??= load(of));
    asked.catch(() => delete sounds[of]);
    return asked;
  };

  const play = async (): Promise<void> => {
    const of = side;
    wanted = true;
    show("loading");
    try {
      const { audio, from } = await loaded(of);
      if (!wanted || of !== side || signal.aborted) return;
      audio.currentTime = from + at;
      if (!(await sound(audio)) && of === side) show("");
    } catch {
      delete sounds[of];
      wanted = false;
      show("");
      toast(of === "sung" ? "This preview is gone. Ask for it again." : "The original could not be loaded. Try again.", "bad");
    }
  };
  const pause = async (of: Side): Promise<void> => {
    wanted = false;
    show("");
    const known = await sounds[of]?.catch(() => null);
    known?.audio.pause();
  };

  button.addEventListener("click", () => void (wanted ? pause(side) : play()), { signal });
  for (const chip of chips) {
    chip.addEventListener("click", () => {
      const next = chip.dataset["hears"] as Side;
      const playing = wanted;
      if (next === side) return;
      const old = side;
      side = next;
      for (const each of chips) each.setAttribute("aria-pressed", String(each === chip));
      void pause(old).then(() => (playing ? play() : undefined));
    }, { signal });
  }

  const id = box.closest<HTMLElement>("[data-swap]")?.dataset["swap"] ?? "";
  if (awaited.delete(id) && !document.hidden) void play();
});

/** The whole sound at an address of this page alone: only so can it be gone through at will. */
async function fetched(address: string, signal: AbortSignal): Promise<string> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(String(response.status));
  const url = URL.createObjectURL(await response.blob());
  signal.addEventListener("abort", () => URL.revokeObjectURL(url));
  return url;
}
