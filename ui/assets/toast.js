import { element } from "./dom.js";

export const UNDO_MILLISECONDS = 10000;
const PLAIN_MILLISECONDS = 6000;

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

// Says something for a while; with `undo`, long enough to change one's mind.
export function toast(text, undo = null) {
  const close = () => node.remove();
  const button = undo && element("button", { type: "button", click: () => { close(); undo(); } }, "Undo");
  const node = element("div", { class: "toast" }, element("span", {}, text), button);
  region().append(node);
  setTimeout(close, undo ? UNDO_MILLISECONDS : PLAIN_MILLISECONDS);
}
