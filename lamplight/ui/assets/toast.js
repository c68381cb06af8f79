import { element } from "./dom.js";

const UNDO_MILLISECONDS = 10000;
const AGAIN_MILLISECONDS = 1000;
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

// Says something for a while; with `undo`, long enough to change one's mind. Returns what takes it away.
export function toast(text, undo = null, label = "Undo") {
  const close = () => node.remove();
  const button = undo && element("button", { type: "button", click: () => { close(); undo(); } }, label);
  const node = element("div", { class: "toast" }, element("span", {}, text), button);
  region().append(node);
  // Not under the pointer or the finger of somebody who is about to use it.
  const end = () => (node.matches(":hover, :focus-within") ? setTimeout(end, AGAIN_MILLISECONDS) : close());
  setTimeout(end, undo ? UNDO_MILLISECONDS : PLAIN_MILLISECONDS);
  return close;
}
