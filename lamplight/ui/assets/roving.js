// One tab stop for a list: arrows up and down go from row to row, left and right through the controls of one.
import { arrows } from "./dom.js";

const CONTROLS = "button:not([disabled]), input";
const shown = (node) => node.getClientRects().length > 0;

export function roving(list) {
  list.dataset.roving = ""; // its keys are its own
  let current = null; // [the control's key, its place in its row]
  const rows = () => [...list.children].filter(shown);
  const controls = (row) => [...row.querySelectorAll(CONTROLS)].filter(shown);

  function settle() {
    const all = [...list.querySelectorAll(CONTROLS)];
    const chosen = all.find((node) => current && node.dataset.focus === current) ?? list.querySelector(".current .row-open, .row-name, .row-open") ?? all[0];
    for (const node of all) node.tabIndex = node === chosen ? 0 : -1;
  }
  list.addEventListener("focusin", (event) => {
    const control = event.target.closest(CONTROLS);
    if (!control || control.tabIndex === 0) return;
    current = control.dataset.focus ?? null;
    settle();
  });
  list.addEventListener("keydown", (event) => {
    const row = rows().find((one) => one.contains(event.target));
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    const inside = controls(row);
    const column = inside.indexOf(event.target.closest(CONTROLS));
    const down = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const across = arrows(1, -1)[event.key];
    const end = { Home: 0, End: -1 }[event.key];
    let target = null;
    if (down) {
      const next = rows()[rows().indexOf(row) + down];
      target = next && (controls(next)[column] ?? controls(next)[0]);
    } else if (across) target = inside[column + across];
    else if (end !== undefined) {
      const last = rows().at(end);
      target = controls(last)[column] ?? controls(last)[0];
    } else return;
    event.preventDefault();
    if (!target) return;
    current = target.dataset.focus ?? null;
    settle();
    target.focus();
  });
  new MutationObserver(settle).observe(list, { childList: true });
  settle();
}
