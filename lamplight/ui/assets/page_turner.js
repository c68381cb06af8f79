// Turning pages: by buttons, by the number of a page, and by keys.
import { element, iconButton } from "./dom.js";

// {node, keys, to}. `shown` is called with the number of the page that is to be shown.
export function pageTurner(pages, first, shown, ...others) {
  let number = first;
  const typed = element("input", { type: "number", min: 1, max: pages, "aria-label": "Page", inputmode: "numeric",
    change: () => to(Number(typed.value) || number), keydown: (event) => { if (event.key === "Enter") { event.preventDefault(); to(Number(typed.value) || number); } } });
  const told = element("span", { class: "unseen", role: "status" });
  const to = (wanted) => {
    number = Math.max(1, Math.min(pages, Math.round(wanted)));
    typed.value = number;
    told.textContent = `Page ${number} of ${pages}`;
    back.disabled = number === 1;
    on.disabled = number === pages;
    return shown(number);
  };
  const back = iconButton("left", "Page before", () => to(number - 1));
  const on = iconButton("right", "Page after", () => to(number + 1));
  const node = element("nav", { class: "page-turner", "aria-label": "Pages", hidden: pages < 2 }, back, typed, element("span", { class: "page-number" }, `of ${pages}`), on, told, ...others);
  const keys = { ArrowLeft: () => to(number - 1), ArrowRight: () => to(number + 1), PageUp: () => to(number - 1), PageDown: () => to(number + 1), Home: () => to(1), End: () => to(pages) };
  return { node, to, keys };
}
