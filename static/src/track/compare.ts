/** Starts an A/B comparison of the version on the page with another one. */
import { mount } from "../mount";
import { player } from "../player";
import { itemOf } from "../player/items";

mount("[data-compare]", (box, signal) => {
  box.querySelector("[data-compare-start]")?.addEventListener("click", () => {
    const page = box.closest<HTMLElement>("[data-track-page]");
    const other = box.querySelector<HTMLSelectElement>("[data-compare-with]")?.selectedOptions[0];
    if (page && other) void player?.compare(itemOf(page), itemOf(other));
  }, { signal });
});

// what it was made from stands first
mount("[data-compare-first]", (button, signal) => {
  button.addEventListener("click", () => {
    const page = button.closest<HTMLElement>("[data-track-page]");
    const first = page?.querySelector<HTMLSelectElement>("[data-compare-with]")?.options[0];
    if (page && first) void player?.compare(itemOf(page), itemOf(first));
  }, { signal });
});
