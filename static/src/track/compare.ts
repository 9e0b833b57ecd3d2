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
