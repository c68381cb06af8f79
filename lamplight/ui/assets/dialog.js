// Dialogs: the browser keeps the focus inside, Escape closes, and the focus goes back to where it was. And what is said
// for a while, above all else.
import { element, focused, iconButton } from "./dom.js";
import { gettext } from "./language.js";

const UNDO_MILLISECONDS = 10000;
const AGAIN_MILLISECONDS = 1000;
const PLAIN_MILLISECONDS = 6000;

// What is said, and can be undone, outlasts the dialog it was said in.
function keepToasts(dialog) {
  const toasts = dialog.querySelector("#toasts");
  if (toasts) document.body.append(toasts);
}

export function openDialog(title, content, attributes = {}) {
  const back = focused();
  const heading = element("h2", { id: `dialog-title-${Date.now()}` }, title);
  const close = () => dialog.close();
  const dialog = element("dialog", { class: "dialog", "aria-labelledby": heading.id, ...attributes },
    element("header", { class: "dialog-heading" }, heading, iconButton("close", gettext("Close"), close)), content);
  dialog.addEventListener("close", () => { keepToasts(dialog); dialog.remove(); if (back?.isConnected) back.focus(); });
  dialog.addEventListener("keydown", (event) => { if (event.key === "Escape") event.stopPropagation(); });
  dialog.addEventListener("pointerdown", (event) => { if (event.target === dialog) close(); }); // the shade around it
  document.body.append(dialog);
  dialog.showModal();
  return { dialog, close };
}

// Asks for a text. `save` gets it and returns a problem, which is shown, or nothing, which closes.
export function askText({ title, label, value = "", action, save, lines = 1 }) {
  const input = element(lines > 1 ? "textarea" : "input", { id: "asked-text", rows: lines > 1 ? lines : null, autocomplete: "off", required: true });
  input.value = value;
  const problem = element("p", { class: "problem", role: "alert" });
  const form = element("form", { class: "dialog-form", method: "dialog",
    submit: async (event) => { event.preventDefault(); problem.textContent = (await save(input.value)) ?? ""; if (!problem.textContent) close(); } },
    element("label", { for: "asked-text" }, label), input, problem,
    element("div", { class: "dialog-actions" },
      element("button", { type: "button", class: "quiet", click: () => close() }, gettext("Cancel")),
      element("button", { type: "submit", class: "primary" }, action)));
  const { close } = openDialog(title, form);
  input.focus();
  input.select();
}

function region() {
  let node = document.querySelector("#toasts");
  if (!node) {
    node = element("div", { id: "toasts", role: "status", "aria-live": "polite" });
    document.body.append(node);
  }
  // Nothing outside an open dialog is seen or reached.
  (document.querySelector("dialog[open]") ?? document.body).append(node);
  return node;
}

// Says something for a while; with `undo`, long enough to change one's mind. Returns what takes it away; `left` is called
// when it goes without having been undone.
export function toast(text, undo = null, { label = gettext("Undo"), left = () => {} } = {}) {
  const close = () => { if (node.isConnected) { node.remove(); left(); } };
  const button = undo && element("button", { type: "button", click: () => { node.remove(); undo(); } }, label);
  const node = element("div", { class: "toast" }, element("span", {}, text), button);
  region().append(node);
  // Not under the pointer or the finger of somebody who is about to use it.
  const end = () => (node.matches(":hover, :focus-within") ? setTimeout(end, AGAIN_MILLISECONDS) : close());
  setTimeout(end, undo ? UNDO_MILLISECONDS : PLAIN_MILLISECONDS);
  return close;
}
