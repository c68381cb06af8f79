// A page as a picture, with marked boxes, in a frame that can be zoomed and moved; and turning pages, by buttons, by
// the number of a page, and by keys.
import { arrows, element, iconButton, smooth } from "./dom.js";
import { gettext } from "./language.js";

const STEP = 1.25;
const CLOSEST = 5;

// {node, zoomIn, zoomOut, fit, toMark}. `boxes` are left, top, width, height in percent of the page.
export function pageView({ image, ratio, alt, boxes = [], failed }) {
  let zoom = 1;
  const picture = element("img", { src: image, alt, draggable: "false" });
  const paper = element("div", { class: "page-picture", style: `aspect-ratio: ${ratio}` }, picture,
    boxes.map(([left, top, width, height]) => element("div", { class: "box", style: `left:${left}%;top:${top}%;width:${width}%;height:${height}%` })));
  const frame = element("div", { class: "page-frame", tabindex: "0", role: "group", "aria-label": gettext("{page}. Plus and minus zoom.", { page: alt }) }, paper);

  function set(wanted, x = 0.5, y = 0.5) {
    const next = Math.max(1, Math.min(CLOSEST, wanted));
    const [left, top] = [(frame.scrollLeft + x * frame.clientWidth) / zoom, (frame.scrollTop + y * frame.clientHeight) / zoom];
    zoom = next;
    paper.style.width = `${100 * zoom}%`;
    frame.classList.toggle("zoomed", zoom > 1);
    frame.scrollTo(left * zoom - x * frame.clientWidth, top * zoom - y * frame.clientHeight);
  }
  const zoomIn = () => set(zoom * STEP);
  const zoomOut = () => set(zoom / STEP);
  const fit = () => set(1);

  // The first box comes into the upper third, inside the frame and inside the column that holds it.
  function toMark() {
    const mark = paper.querySelector(".box");
    const column = frame.closest("#sources-column");
    if (!mark || !column) return;
    const within = (outer) => mark.getBoundingClientRect().top - outer.getBoundingClientRect().top - outer.clientHeight / 3;
    frame.scrollBy({ top: within(frame), left: mark.getBoundingClientRect().left - frame.getBoundingClientRect().left - 24 });
    column.scrollBy({ top: within(column), behavior: smooth() });
  }
  picture.addEventListener("load", () => { paper.classList.add("loaded"); toMark(); });
  picture.addEventListener("error", () => failed?.());
  frame.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    const { left, top, width, height } = frame.getBoundingClientRect();
    set(zoom * (event.deltaY < 0 ? STEP : 1 / STEP), (event.clientX - left) / width, (event.clientY - top) / height);
  }, { passive: false });
  frame.addEventListener("dblclick", () => (zoom > 1 ? fit() : set(2)));
  frame.addEventListener("pointerdown", (event) => {
    if (zoom === 1 || event.pointerType !== "mouse") return;
    frame.setPointerCapture(event.pointerId);
    const move = (moved) => frame.scrollBy(-moved.movementX, -moved.movementY);
    frame.addEventListener("pointermove", move);
    frame.addEventListener("pointerup", () => frame.removeEventListener("pointermove", move), { once: true });
  });
  const tools = element("div", { class: "page-tools" },
    iconButton("minus", gettext("Zoom out"), zoomOut), iconButton("plus", gettext("Zoom in"), zoomIn),
    element("button", { type: "button", class: "quiet", click: fit }, gettext("Fit")));
  return { node: element("div", { class: "page-view" }, tools, frame), zoomIn, zoomOut, fit, toMark };
}

// Plus, minus and 0 zoom whatever page is shown.
export const zoomKey = (view, key) => ({ "+": view?.zoomIn, "=": view?.zoomIn, "-": view?.zoomOut, 0: view?.fit })[key];

// {node, keys, to}. `shown` is called with the number of the page that is to be shown.
export function pageTurner(pages, first, shown, ...others) {
  let number = first;
  const typed = element("input", { type: "number", min: 1, max: pages, "aria-label": gettext("Page"), inputmode: "numeric",
    change: () => to(Number(typed.value) || number), keydown: (event) => { if (event.key === "Enter") { event.preventDefault(); to(Number(typed.value) || number); } } });
  const told = element("span", { class: "unseen", role: "status" });
  const to = (wanted) => {
    number = Math.max(1, Math.min(pages, Math.round(wanted)));
    typed.value = number;
    told.textContent = gettext("Page {page} of {pages}", { page: number, pages });
    back.disabled = number === 1;
    on.disabled = number === pages;
    return shown(number);
  };
  const back = iconButton("left", gettext("Page before"), () => to(number - 1));
  const on = iconButton("right", gettext("Page after"), () => to(number + 1));
  const node = element("nav", { class: "page-turner", "aria-label": gettext("Pages"), hidden: pages < 2 }, back, typed, element("span", { class: "page-number" }, gettext("of {pages}", { pages })), on, told, ...others);
  const keys = { ...arrows(() => to(number + 1), () => to(number - 1)), PageUp: () => to(number - 1), PageDown: () => to(number + 1), Home: () => to(1), End: () => to(pages) };
  return { node, to, keys };
}
