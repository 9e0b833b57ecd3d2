/** The picture of versions: scrolled to the one selected; arrow keys walk along it, left to the parent, right to a child, up and down along the list. */
import { mount } from "../mount";

mount<SVGElement>("[data-tree]", (tree, signal) => {
  const nodes = [...tree.querySelectorAll<SVGAElement>("[data-node]")];
  const selected = tree.querySelector("[aria-current]")?.getBoundingClientRect();
  const frame = tree.parentElement;
  if (selected && frame) {
    const box = frame.getBoundingClientRect();
    frame.scrollLeft += selected.left + selected.width / 2 - (box.left + box.width / 2);
  }
  const step = (from: SVGAElement, key: string): SVGAElement | undefined => {
    const at = nodes.indexOf(from);
    switch (key) {
      case "ArrowLeft":
        return nodes.find((node) => node.dataset["node"] === from.dataset["parent"]);
      case "ArrowRight":
        return nodes.find((node) => node.dataset["parent"] === from.dataset["node"]);
      case "ArrowUp":
        return nodes[at - 1];
      case "ArrowDown":
        return nodes[at + 1];
      default:
        return undefined;
    }
  };
  tree.addEventListener("keydown", (event) => {
    const from = event.target instanceof Element ? event.target.closest<SVGAElement>("[data-node]") : null;
    if (!from || !event.key.startsWith("Arrow")) return;
    event.preventDefault();
    event.stopPropagation();
    step(from, event.key)?.focus();
  }, { signal });
});
