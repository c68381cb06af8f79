// The bar above the chat, the drawer on small screens, and the keys that work everywhere.
import { badge } from "./badge.js";
import { stop } from "./asking.js";
import { closeDrawer, drawerIsOpen, toggleDrawer } from "./side.js";
import { element, focusOn, icon, iconButton, isComposing, isTyping, query, withControl, within } from "./dom.js";
import { gettext } from "./language.js";
import { togglePalette } from "./palette.js";
import { openSettings } from "./settings.js";
import { isElsewhere, listen, state } from "./state.js";
import { GONE } from "./requests.js";

function keys(event) {
  if (event.defaultPrevented || isComposing(event)) return;
  const control = event.ctrlKey || event.metaKey;
  if (control && event.key.toLowerCase() === "k") { event.preventDefault(); togglePalette(); return; }
  if (document.querySelector("dialog[open]")) return;
  if (control && event.key === ",") { event.preventDefault(); openSettings(); }
  if (event.key === "/" && !control && !isTyping(event.target)) { event.preventDefault(); focusOn("#question"); }
  if (event.key !== "Escape") return;
  if (drawerIsOpen()) {
    closeDrawer();
    focusOn("#open-drawer");
  } else stop();
}

export function mount(root) {
  document.addEventListener("keydown", keys);
  document.addEventListener("pointerdown", (event) => {
    const outside = !within(event, "#sidebar, #open-drawer, #toasts, dialog, .menu");
    if (outside && drawerIsOpen()) closeDrawer();
  });
  query(".skip").addEventListener("click", (event) => { event.preventDefault(); focusOn("#question"); });
  const status = element("span", { class: "models-status", role: "status" });
  root.append(
    iconButton("menu", gettext("Library and conversations"), toggleDrawer, { id: "open-drawer", "aria-expanded": "false" }),
    element("h1", { class: "brand" }, element("img", { src: "/lamplight/lamplight.png", alt: "", width: 24, height: 24 }), element("span", {}, "Lamplight")),
    status,
    element("button", { type: "button", class: "palette-button", id: "open-palette", "aria-label": gettext("Search and commands, {keys}", { keys: withControl("K") }), click: togglePalette }, icon("search"), element("span", {}, gettext("Search")), element("kbd", {}, withControl("K"))),
    badge(),
    iconButton("settings", gettext("Settings"), openSettings, { id: "open-settings" }));
  const say = () => {
    const { activity, running } = state;
    status.textContent = !running ? GONE : activity ? activity.status : "";
    status.classList.toggle("lost", !running);
    document.body.classList.toggle("elsewhere", isElsewhere());
  };
  listen("activity", say);
  listen("running", say);
}
