// The bar above the chat, the drawer on small screens, and the keys that work everywhere.
import { keepAppearance } from "./appearance.js";
import { badge } from "./badge.js";
import { stop } from "./composer.js";
import { element, icon, iconButton, isTyping, withControl } from "./dom.js";
import { togglePalette } from "./palette.js";
import { openSettings } from "./settings.js";
import { isElsewhere, listen, state } from "./state.js";
import { GONE } from "./requests.js";

export function closeDrawer() {
  document.body.classList.remove("drawer-open");
  document.querySelector("#open-drawer")?.setAttribute("aria-expanded", "false");
}

function toggleDrawer() {
  const open = document.body.classList.toggle("drawer-open");
  document.querySelector("#open-drawer")?.setAttribute("aria-expanded", String(open));
  if (open) document.querySelector("#add-files")?.focus();
}

function keys(event) {
  if (event.defaultPrevented) return;
  const control = event.ctrlKey || event.metaKey;
  if (control && event.key.toLowerCase() === "k") { event.preventDefault(); togglePalette(); return; }
  if (document.querySelector("dialog[open]")) return;
  if (control && event.key === ",") { event.preventDefault(); openSettings(); }
  if (event.key === "/" && !control && !isTyping(event.target)) { event.preventDefault(); document.querySelector("#question")?.focus(); }
  if (event.key !== "Escape") return;
  if (document.body.classList.contains("drawer-open")) {
    closeDrawer();
    document.querySelector("#open-drawer")?.focus();
  } else stop();
}

export function mount(panel) {
  keepAppearance();
  document.documentElement.lang = "en";
  document.addEventListener("keydown", keys);
  document.addEventListener("pointerdown", (event) => {
    const outside = !event.target.closest("#sidebar, #open-drawer, #toasts, dialog, .menu");
    if (outside && document.body.classList.contains("drawer-open")) closeDrawer();
  });
  // The first stop of the Tab key: past the lists.
  document.body.prepend(element("a", { class: "skip", href: "#question", click: (event) => { event.preventDefault(); document.querySelector("#question")?.focus(); } }, "Go to the question"));
  const status = element("span", { class: "models-status", role: "status" });
  panel.element.querySelector(".panel").append(
    iconButton("menu", "Library and conversations", toggleDrawer, { id: "open-drawer", "aria-expanded": "false" }),
    element("h1", { class: "brand" }, element("img", { src: "/lamplight/lamplight.png", alt: "", width: 24, height: 24 }), element("span", {}, "Lamplight")),
    status,
    element("button", { type: "button", class: "palette-button", id: "open-palette", "aria-label": `Search and commands, ${withControl("K")}`, click: togglePalette }, icon("search"), element("span", {}, "Search"), element("kbd", {}, withControl("K"))),
    badge(),
    iconButton("settings", "Settings", openSettings, { id: "open-settings" }));
  const say = () => {
    const { activity, running } = state;
    status.textContent = !running ? GONE : activity ? activity.status : "";
    status.classList.toggle("lost", !running);
    document.body.classList.toggle("elsewhere", isElsewhere());
  };
  listen("activity", say);
  listen("running", say);
}
