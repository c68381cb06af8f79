// Elements are built, never parsed from markup: a document's name stays text whatever is in it.
import { gettext } from "./language.js";

export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") node.addEventListener(name, value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** What a selector finds first; null where it finds nothing.
 * @param {string} selector @param {ParentNode} root @returns {any} */
export const query = (selector, root = document) => root.querySelector(selector);
/** @param {string} selector @param {ParentNode} root */
export const focusOn = (selector, root = document) => query(selector, root)?.focus();
export const isFromRight = () => document.documentElement.dir === "rtl";
/** What leads on and back by the arrow keys, which on a page from right to left is the other way round.
 * @template T @param {T} on @param {T} back @returns {Record<string, T>} */
export const arrows = (on, back) => (isFromRight() ? { ArrowLeft: on, ArrowRight: back } : { ArrowRight: on, ArrowLeft: back });
/** What has the focus. @returns {any} */
export const focused = () => document.activeElement;
/** What an event comes from, or the nearest around it that fits. @returns {HTMLElement | null} */
export const within = (event, selector) => event.target?.closest?.(selector) ?? null;

const PATHS = {
  menu: "M4 7h16M4 12h16M4 17h16",
  close: "M6 6l12 12M18 6L6 18",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  retry: "M4 12a8 8 0 1 0 2.5-5.8M4 4v4h4",
  pause: "M9 5v14M15 5v14",
  play: "M8 5l11 7-11 7z",
  left: "M15 5l-7 7 7 7",
  right: "M9 5l7 7-7 7",
  down: "M6 9l6 6 6-6",
  up: "M12 19V5M6 11l6-6 6 6",
  stop: "M7 7h10v10H7z",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  search: "M10.5 17a6.5 6.5 0 1 1 0-13 6.5 6.5 0 0 1 0 13zM15.5 15.5L20 20",
  settings: "M4 7h9M17 7h3M15 4.5v5M4 17h3M11 17h9M9 14.5v5",
  attach: "M19 11l-7.5 7.5a4.5 4.5 0 0 1-6.4-6.4L13 4.2a3 3 0 0 1 4.2 4.2l-7.7 7.8a1.5 1.5 0 0 1-2.1-2.1L14 7.4",
  folder: "M3 6h6l2 2h10v11H3z",
  document: "M7 3h7l4 4v14H7zM14 3v4h4",
};

export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const picture = document.createElementNS(space, "svg");
  picture.setAttribute("viewBox", "0 0 24 24");
  picture.setAttribute("class", "icon");
  picture.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", PATHS[name]);
  picture.append(path);
  return picture;
}

export function iconButton(name, label, click, attributes = {}) {
  return element("button", { type: "button", class: "icon-button", "aria-label": label, title: label, click, ...attributes }, icon(name));
}

export function textButton(label, click, attributes = {}, sign = null) {
  return element("button", { type: "button", class: "text-button", click, ...attributes }, sign && icon(sign), label);
}

const focusedKey = (root) => (root.contains(focused()) ? focused().dataset.focus : null);
const focusAgain = (root, key) => key && [...root.querySelectorAll("[data-focus]")].find((node) => node.dataset.focus === key)?.focus({ preventScroll: true }); // whoever has scrolled on stays there

// Puts new children into `root`, and the focus back on the control that had it.
export function redraw(root, ...children) {
  const key = focusedKey(root);
  root.replaceChildren(...children.flat().filter(Boolean));
  focusAgain(root, key);
}

// One node to an entry, made anew only when its entry has changed: long lists are redrawn while they are scrolled.
export function keptRows(list, draw) {
  let kept = new Map();
  return (entries) => {
    const key = focusedKey(list);
    const next = new Map();
    for (const entry of entries) {
      const text = JSON.stringify(entry);
      const known = kept.get(entry.id);
      next.set(entry.id, known?.text === text ? known : { text, node: draw(entry) });
    }
    kept = next;
    const nodes = [...next.values()].map(({ node }) => node);
    if (nodes.length !== list.children.length || nodes.some((node, index) => list.children[index] !== node)) list.replaceChildren(...nodes);
    focusAgain(list, key);
  };
}

export const smooth = () => (document.documentElement.dataset.motion === "less" || matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth");
/** Whether a key belongs to an input method, as the Enter that takes what it offers; Safari tells by nothing but the code.
 * @param {any} event */
export const isComposing = (event) => event.isComposing || event.keyCode === 229;
export const isTyping = (node) => Boolean(node?.matches?.("textarea, input:not([type=radio]):not([type=checkbox]), select, [contenteditable=true]"));
// A key with Control as it is called on this computer.
export const withControl = (key) => (/Mac|iPhone|iPad/.test(navigator.platform) ? `⌘ ${key}` : gettext("Ctrl {key}", { key }));
