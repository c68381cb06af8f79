// The columns at the sides. On the right one thing at a time is shown, and closing gives the focus back; on small screens
// the left one, with the library and the conversations, is a drawer. What covers the chat there is a step of the history,
// so that going back closes it.
import { focusOn, isComposing, isTyping, query, within } from "./dom.js";

let shown = null; // {close, keys}

export const column = () => document.querySelector("#sources-column");
export const root = () => document.querySelector("#sources .panel");

// For who fetches something before it is shown: whether nothing else was wanted here meanwhile.
let wanted = 0;
export function want() {
  const number = ++wanted;
  return () => number === wanted;
}

// `keys` maps a key to what it does while the column is open; `closed` says where the focus goes; `left` is called when
// something else is shown or nothing.
export function openSide({ keys = (_key) => null, closed, left = () => {} }) {
  shown?.left();
  shown = { keys, closed, left };
  document.body.classList.add("sources-open");
  closeDrawer(); // which it would cover
}

export function closeSide() {
  want();
  if (!shown) return;
  document.body.classList.remove("sources-open");
  shown.left();
  const target = shown.closed();
  shown = null;
  (target ?? query("#question"))?.focus();
  keepStep();
}

document.addEventListener("keydown", (event) => {
  if (!shown || event.defaultPrevented || isComposing(event) || document.querySelector("dialog[open], .menu")) return;
  if (event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    closeSide();
  } else if (!isTyping(event.target) && !within(event, "[data-roving]") && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const act = shown.keys(event.key);
    if (act) { event.preventDefault(); act(); }
  }
}, true);

const drawerButton = () => document.querySelector("#open-drawer");

export const drawerIsOpen = () => document.body.classList.contains("drawer-open");

export function closeDrawer() {
  document.body.classList.remove("drawer-open");
  drawerButton()?.setAttribute("aria-expanded", "false");
  keepStep();
}

export function toggleDrawer() {
  const open = document.body.classList.toggle("drawer-open");
  drawerButton()?.setAttribute("aria-expanded", String(open));
  if (open) focusOn("#add-files");
  keepStep();
}

const lies = (node) => Boolean(node) && getComputedStyle(node).position === "fixed"; // over the chat
const sideCovers = () => Boolean(shown) && lies(column());
const isCovered = () => sideCovers() || (drawerIsOpen() && lies(query("#sidebar")));

// For what leads on to the question or the answer.
export function uncover() {
  if (sideCovers()) closeSide();
  closeDrawer();
}

let step = Boolean(history.state?.covered); // whether we are on it
let returning = false;

// Once all is done that belongs to one click.
const keepStep = () => queueMicrotask(() => {
  if (returning || isCovered() === step) return;
  returning = step;
  if (step) return history.back();
  step = true;
  history.pushState({ covered: true }, "");
});

// Another place of the page, behind what covers it.
export function goTo(address) {
  history[step ? "replaceState" : "pushState"](null, "", address);
  step = false;
  keepStep();
}

addEventListener("popstate", (event) => {
  const left = step && !event.state?.covered;
  step = Boolean(event.state?.covered);
  if (!left) return;
  event.stopImmediatePropagation(); // the place is the same
  if (!returning) uncover();
  returning = false;
  keepStep();
});
