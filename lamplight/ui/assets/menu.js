// A menu below the button that opens it: arrows move, Enter chooses, Escape or a click elsewhere closes.
import { element, isFromRight } from "./dom.js";
import { gettext } from "./language.js";

let shown = null;

function closeMenu() {
  shown?.close(false);
}

function place(menu, button) {
  const { left, right, top, bottom } = button.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  const below = bottom + height + 8 < innerHeight || top < height;
  const down = below ? Math.min(bottom + 4, innerHeight - height - 8) : top - height - 4;
  const [wanted, otherwise] = isFromRight() ? [left, right - width] : [right - width, left];
  const across = Math.max(8, Math.min(wanted < 8 || wanted + width > innerWidth - 8 ? otherwise : wanted, innerWidth - width - 8));
  const zoom = menu.currentCSSZoom ?? 1; // places are measured on the screen, and given in the page's larger text
  menu.style.top = `${down / zoom}px`;
  menu.style.left = `${across / zoom}px`;
}

// `items`: {label, run, checked, danger}; a null draws a line.
export function openMenu(button, items) {
  if (shown?.button === button) return shown.close(true);
  closeMenu();
  const entry = (item) => {
    if (!item) return element("li", { role: "separator" });
    const role = item.checked === undefined ? "menuitem" : "menuitemradio";
    return element("li", { role: "none" }, element("button", { type: "button", role, tabindex: "-1", class: item.danger ? "danger" : null,
      "aria-checked": item.checked === undefined ? null : String(item.checked), click: () => { close(true); item.run(); } }, item.label));
  };
  const menu = element("ul", { class: "menu", role: "menu", "aria-label": button.getAttribute("aria-label") ?? button.textContent }, items.map(entry));
  const region = element("div", { role: "region", "aria-label": gettext("Menu") }, menu);
  const buttons = [...menu.querySelectorAll("button")];
  const close = (back) => {
    region.remove();
    button.setAttribute("aria-expanded", "false");
    removeEventListener("pointerdown", outside, true);
    removeEventListener("resize", closeMenu);
    shown = null;
    if (back) button.focus();
  };
  const outside = (event) => { if (!menu.contains(event.target) && !button.contains(event.target)) close(false); };
  menu.addEventListener("keydown", (event) => {
    const at = buttons.indexOf(document.activeElement);
    const to = { ArrowDown: (at + 1) % buttons.length, ArrowUp: (at + buttons.length - 1) % buttons.length, Home: 0, End: buttons.length - 1 }[event.key];
    if (to !== undefined) { event.preventDefault(); buttons[to].focus(); }
    if (event.key === "Escape" || event.key === "Tab") { event.preventDefault(); event.stopPropagation(); close(true); }
  });
  button.setAttribute("aria-haspopup", "menu");
  button.setAttribute("aria-expanded", "true");
  (button.closest("dialog") ?? document.body).append(region);
  place(menu, button);
  addEventListener("pointerdown", outside, true);
  addEventListener("resize", closeMenu);
  shown = { button, close };
  buttons[0]?.focus();
}
