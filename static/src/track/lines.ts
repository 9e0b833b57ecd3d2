/** Correcting a line of the lyrics in place: the pencil opens it, and what was changed can be sung again. */

export function editLines(panel: HTMLElement, box: HTMLElement, signal: AbortSignal, changed: () => void): void {
  const form = panel.querySelector<HTMLFormElement>("[data-lyrics-again]");
  const text = form?.querySelector<HTMLTextAreaElement>("[data-lyrics-text]");
  const says = form?.querySelector("[data-lyrics-changed]");
  if (!form || !text) return;
  const written = text.value;
  const before = box.innerHTML;

  const pencil = (line: HTMLElement): void => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "icon-button lyric-edit";
    button.setAttribute("aria-label", `Correct “${line.dataset["text"] ?? ""}”`);
    button.innerHTML = '<span class="icon icon-s icon-edit" aria-hidden="true"></span>';
    line.append(button);
  };
  const dress = (): void => box.querySelectorAll<HTMLElement>(".lyric[data-line]").forEach(pencil);

  const show = (): void => {
    const [old, now] = [written.split("\n"), text.value.split("\n")];
    const count = now.filter((line, number) => line !== old[number]).length;
    form.hidden = count === 0;
    if (says) says.textContent = count === 1 ? "One line changed." : `${count} lines changed.`;
  };
  /** The new words, without times until they are sung; in every place where the line is. */
  const put = (number: string, words: string): void => {
    const lines = text.value.split("\n");
    lines[Number(number)] = words;
    text.value = lines.join("\n");
    for (const line of box.querySelectorAll<HTMLElement>(`.lyric[data-line="${CSS.escape(number)}"]`)) {
      line.dataset["text"] = words;
      const place = line.querySelector(".lyric-words");
      if (place) place.textContent = words;
      line.classList.add("is-changed");
      line.querySelector(".lyric-edit")?.setAttribute("aria-label", `Correct “${words}”`);
    }
    changed();
    show();
  };
  const edit = (line: HTMLElement): void => {
    const place = line.querySelector<HTMLElement>(".lyric-words");
    const number = line.dataset["line"];
    if (!place || number === undefined || line.hasAttribute("data-editing")) return;
    line.toggleAttribute("data-editing", true);
    const input = document.createElement("input");
    input.className = "input";
    input.value = line.dataset["text"] ?? "";
    input.maxLength = 300;
    input.setAttribute("aria-label", "The line");
    const close = (keep: boolean): void => {
      if (!line.hasAttribute("data-editing")) return;
      line.removeAttribute("data-editing");
      input.remove();
      place.hidden = false;
      const words = input.value.replace(/\s+/g, " ").trim();
      if (keep && words && words !== line.dataset["text"]) put(number, words);
      line.querySelector<HTMLElement>(".lyric-edit")?.focus();
    };
    input.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter") {
        event.preventDefault();
        close(true);
      } else if (event.key === "Escape") close(false);
    });
    input.addEventListener("blur", () => close(true));
    place.hidden = true;
    place.after(input);
    input.focus();
  };

  box.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest(".lyric-edit") : null;
    const line = button?.closest<HTMLElement>(".lyric");
    if (line) edit(line);
  }, { signal });
  form.querySelector("[data-lyrics-undo]")?.addEventListener("click", () => {
    text.value = written;
    box.innerHTML = before;
    dress();
    changed();
    show();
  }, { signal });
  dress();
}
