/** Buttons that play a few seconds of a performer, and stop them again. */
import { toast } from "../frame/toasts";
import { mount } from "../mount";
import { sound } from "./sounding";

mount<HTMLButtonElement>("[data-sample]", (button, signal) => {
  const title = button.dataset["title"] ?? "";
  let audio: HTMLAudioElement | null = null;

  const show = (state: "" | "loading" | "playing"): void => {
    button.dataset["state"] = state;
    button.setAttribute("aria-label", `${state ? "Stop" : "Hear"} ${title}`);
  };
  const made = (): HTMLAudioElement => {
    const fresh = new Audio(button.dataset["sample"]);
    fresh.addEventListener("playing", () => show("playing"));
    fresh.addEventListener("pause", () => show(""));
    fresh.addEventListener("ended", () => show(""));
    fresh.addEventListener("error", () => {
      audio = null;
      show("");
      if (!signal.aborted) toast(`There is nothing of ${title} to hear right now.`, "bad");
    });
    return fresh;
  };

  button.addEventListener("click", () => {
    if (audio && !audio.paused) {
      audio.pause();
      audio.currentTime = 0;
      return;
    }
    audio ??= made();
    show("loading");
    // what goes wrong comes as its error event
    void sound(audio).catch(() => undefined);
  }, { signal });
  signal.addEventListener("abort", () => audio?.pause());
});
