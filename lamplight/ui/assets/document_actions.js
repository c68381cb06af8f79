// What can be done with a document of the library, and with those that are ticked.
import { askAbout } from "./about.js";
import { newCollection, setMembers } from "./collections.js";
import { toast } from "./dialog.js";
import { element, iconButton, redraw, textButton } from "./dom.js";
import { gettext, ngettext } from "./language.js";
import { openMenu } from "./menu.js";
import { post } from "./requests.js";
import { closeDrawer } from "./side.js";
import { listen, set, state } from "./state.js";

// Asks the app for it, shows what has come of it.
export async function act(address, then = () => {}) {
  if (await post(address)) then();
}

function removeDocument({ id, name }) {
  act(`/documents/${id}/remove`, () => toast(gettext("Removed {name}", { name }), () => act(`/documents/${id}/restore`)));
}

const readAgain = ({ id }) => act(`/documents/${id}/again`);

// A PDF or picture opens in a tab of its own, a PDF at its page; the rest is saved.
export const openOriginal = ({ id }, page = 1) => window.open(`/documents/${id}/original${page > 1 ? `#page=${page}` : ""}`, "_blank", "noopener");

const membership = ({ name }, inside) => (inside ? gettext("Take out of “{name}”", { name }) : gettext("Put into “{name}”", { name }));

export function documentActions(entry) {
  return [
    { label: gettext("Ask about this document"), run: () => { closeDrawer(); askAbout([entry]); } },
    { label: gettext("Open original"), run: () => openOriginal(entry) },
    { label: gettext("Read again"), run: () => readAgain(entry) },
    entry.pinned ? { label: gettext("Unpin"), run: () => act(`/documents/${entry.id}/unpin`) } : { label: gettext("Pin to every question"), run: () => act(`/documents/${entry.id}/pin`) },
    null,
    ...state.library.collections.map((one) => {
      const inside = entry.collections.includes(one.id);
      return { label: membership(one, inside), run: () => setMembers(one.id, [entry.id], !inside) };
    }),
    { label: gettext("Put into a new collection…"), run: () => newCollection([entry.id]) },
    null,
    { label: gettext("Remove from library"), danger: true, run: () => removeDocument(entry) },
  ];
}

// With all that are ticked at once.
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
  if (gone.length) toast(ngettext("Removed {n} document", "Removed {n} documents", gone.length), () => each(gone, "restore"));
}

function actionsOfChosen(shown) {
  const entries = chosen();
  const ids = entries.map(({ id }) => id);
  const pinned = entries.every((entry) => entry.pinned);
  const put = (one) => {
    const inside = entries.every((entry) => entry.collections.includes(one.id));
    return { label: membership(one, inside), run: () => setMembers(one.id, ids, !inside) };
  };
  return [
    { label: pinned ? gettext("Unpin") : gettext("Pin to every question"), run: () => each(entries, pinned ? "unpin" : "pin") },
    null,
    ...state.library.collections.map(put),
    { label: gettext("Put into a new collection…"), run: () => newCollection(ids) },
    null,
    { label: gettext("Choose all that are listed"), run: () => set("chosen", shown()) },
    { label: gettext("Remove from library"), danger: true, run: removeAll },
  ];
}

// `shown` tells the numbers of the documents that are listed.
export function chosenBar(shown) {
  const bar = element("div");
  const draw = () => {
    const count = chosen().length;
    redraw(bar, count ? element("div", { class: "chosen-bar", role: "group", "aria-label": gettext("Chosen documents") },
      element("span", { class: "chosen-count" }, ngettext("{n} chosen", "{n} chosen", count)),
      textButton(gettext("Ask"), () => { askAbout(chosen()); clear(); }, { "data-focus": "ask-chosen", "aria-label": ngettext("Ask about {n} document", "Ask about {n} documents", count) }),
      textButton(gettext("More"), (event) => openMenu(event.currentTarget, actionsOfChosen(shown)), { "data-focus": "more-chosen", "aria-label": ngettext("More for {n} document", "More for {n} documents", count), "aria-haspopup": "menu", "aria-expanded": "false" }),
      iconButton("close", gettext("Choose none"), clear, { "data-focus": "clear-chosen" })) : null);
  };
  for (const name of ["chosen", "library"]) listen(name, draw);
  return bar;
}
