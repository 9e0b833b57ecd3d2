/** Menus made of <details data-menu>: one open at a time, arrows move, Escape and a click elsewhere close. */
import { mount } from "../mount";

function items(menu: Element): HTMLElement[] {
  return [...menu.querySelectorAll<HTMLElement>(".menu-item:not(:disabled)")];
}

function close(menu: HTMLDetailsElement, focus: boolean): void {
  menu.open = false;
  if (focus) menu.querySelector("summary")?.focus();
}

mount<HTMLDetailsElement>("[data-menu]", (menu, signal) => {
  menu.addEventListener(
    "keydown",
    (event) => {
      if (!menu.open) return;
      const all = items(menu);
      const at = all.indexOf(document.activeElement as HTMLElement);
      if (event.key === "Escape") close(menu, true);
      else if (event.key === "ArrowDown") all[(at + 1) % all.length]?.focus();
      else if (event.key === "ArrowUp") all[(at - 1 + all.length) % all.length]?.focus();
      else return;
      event.preventDefault();
      event.stopPropagation();
    },
    { signal },
  );
  menu.addEventListener(
    "click",
    (event) => {
      if (event.target instanceof Element && event.target.closest(".menu-item")) close(menu, false);
    },
    { signal },
  );
  document.addEventListener(
    "click",
    (event) => {
      if (menu.open && event.target instanceof Node && !menu.contains(event.target)) close(menu, false);
    },
    { signal },
  );
  menu.addEventListener(
    "focusout",
    (event) => {
      if (menu.open && event.relatedTarget instanceof Node && !menu.contains(event.relatedTarget)) close(menu, false);
    },
    { signal },
  );
});
