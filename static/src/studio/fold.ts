/** Long rows of chips show two lines and a button for the rest; what is chosen always shows. */
import { mount } from "../mount";

mount("[data-fold]", (chips, signal) => {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button-quiet button-small fold-toggle";
  button.setAttribute("aria-controls", chips.id);

  const say = (open: boolean): void => {
    chips.classList.toggle("is-open", open);
    button.setAttribute("aria-expanded", String(open));
    button.textContent = open ? "Show fewer" : "Show all";
  };

  button.addEventListener("click", () => say(!chips.classList.contains("is-open")), { signal });
  say(false);
  if (chips.scrollHeight > chips.clientHeight + 8) chips.after(button);
  else chips.classList.add("is-open");
});
