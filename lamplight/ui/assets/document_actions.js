// What can be done with a document of the library, and with those that are ticked.
import { askAbout } from "./about.js";
import { newCollection, setMembers } from "./collections.js";
import { toast } from "./dialog.js";
import { element, iconButton, redraw, textButton } from "./dom.js";
import { openMenu } from "./menu.js";
import { post } from "./requests.js";
import { closeDrawer } from "./side.js";
import { listen, set, state } from "./state.js";

// Asks the app for it, shows what has come of it.
export async function act(address, then = () => {}) {
  if (await post(address)) then();
}

function removeDocument({ id, name }) {
  act(`/documents/${id}/remove`, () => toast(`Removed ${name}`, () => act(`/documents/${id}/restore`)));
}

const readAgain = ({ id }) => act(`/documents/${id}/again`);

// A PDF or picture opens in a tab of its own, a PDF at its page; the rest is saved.
export const openOriginal = ({ id }, page = 1) => window.open(`/documents/${id}/original${page > 1 ? `#page=${page}` : ""}`, "_blank", "noopener");

export function documentActions(entry) {
  return [
    { label: "Ask about this document", run: () => { closeDrawer(); askAbout([entry]); } },
    { label: "Open original", run: () => openOriginal(entry) },
    { label: "Read again", run: () => readAgain(entry) },
    entry.pinned ? { label: "Unpin", run: () => act(`/documents/${entry.id}/unpin`) } : { label: "Pin to every question", run: () => act(`/documents/${entry.id}/pin`) },
    null,
    ...state.library.collections.map((one) => {
      const inside = entry.collections.includes(one.id);
      return { label: `${inside ? "Take out of" : "Put into"} “${one.name}”`, run: () => setMembers(one.id, [entry.id], !inside) };
    }),
    { label: "Put into a new collection…", run: () => newCollection([entry.id]) },
    null,
    { label: "Remove from library", danger: true, run: () => removeDocument(entry) },
  ];
}

// With all that are ticked at once.
const counted = (count) => `${count.toLocaleString()} document${count === 1 ? "" : "s"}`;
const chosen = () => state.chosen.map((id) => state.library?.documents.find((one) => one.id === id)).filter(Boolean);
const clear = () => set("chosen", []);

export function tick(id, ticked) {
  set("chosen", ticked ? [...state.chosen, id] : state.chosen.filter((one) => one !== id));
}

// The addresses are asked one after the other; each problem is shown, the rest is done.
async function each(entries, action) {
  const done = [];
  for (const entry of entries) if (await post(`/documents/${entry.id}/${action}`)) done.push(entry);
  return done;
}

async function removeAll() {
  const gone = await each(chosen(), "remove");
  clear();
  if (gone.length) toast(`Removed ${counted(gone.length)}`, () => each(gone, "restore"));
}

function actionsOfChosen(shown) {
  const entries = chosen();
  const ids = entries.map(({ id }) => id);
  const pinned = entries.every((entry) => entry.pinned);
  const put = (one) => {
    const inside = entries.every((entry) => entry.collections.includes(one.id));
    return { label: `${inside ? "Take out of" : "Put into"} “${one.name}”`, run: () => setMembers(one.id, ids, !inside) };
  };
  return [
    { label: pinned ? "Unpin" : "Pin to every question", run: () => each(entries, pinned ? "unpin" : "pin") },
    null,
    ...state.library.collections.map(put),
    { label: "Put into a new collection…", run: () => newCollection(ids) },
    null,
    { label: "Choose all that are listed", run: () => set("chosen", shown()) },
    { label: "Remove from library", danger: true, run: removeAll },
  ];
}

// `shown` tells the numbers of the documents that are listed.
export function chosenBar(shown) {
  const bar = element("div");
  const draw = () => {
    const count = chosen().length;
    redraw(bar, count ? element("div", { class: "chosen-bar", role: "group", "aria-label": "Chosen documents" },
      element("span", { class: "chosen-count" }, `${count} chosen`),
      textButton("Ask", () => { askAbout(chosen()); clear(); }, { "data-focus": "ask-chosen", "aria-label": `Ask about ${counted(count)}` }),
      textButton("More", (event) => openMenu(event.currentTarget, actionsOfChosen(shown)), { "data-focus": "more-chosen", "aria-label": `More for ${counted(count)}`, "aria-haspopup": "menu", "aria-expanded": "false" }),
      iconButton("close", "Choose none", clear, { "data-focus": "clear-chosen" })) : null);
  };
  for (const name of ["chosen", "library"]) listen(name, draw);
  return bar;
}
