// What can be done with a document of the library, and with those that are ticked.
import { askAbout } from "./about.js";
import { newCollection, setMembers } from "./collections.js";
import { toast } from "./dialog.js";
import { element, iconButton, redraw, textButton } from "./dom.js";
import { gettext, ngettext } from "./language.js";
import { openMenu } from "./menu.js";
import { post, send } from "./requests.js";
import { listen, set, state } from "./state.js";

// Asks the app for it, shows what has come of it.
export async function act(address, then = () => {}) {
  if (await post(address)) then();
}

// They can be brought back as long as that is offered, and are deleted when it no longer is.
async function remove(entries, said) {
  const { value, problem } = await send("/documents/remove", { documents: entries.map(({ id }) => id) });
  if (problem) toast(problem);
  else toast(said, () => act(`/removals/${value}/restore`), { left: () => send(`/removals/${value}/purge`) });
}

const readAgain = ({ id }) => act(`/documents/${id}/again`);

// A PDF or picture opens in a tab of its own, a PDF at its page; the rest is saved.
export const openOriginal = ({ id }, page = 1) => window.open(`/documents/${id}/original${page > 1 ? `#page=${page}` : ""}`, "_blank", "noopener");

const membership = ({ name }, inside) => (inside ? gettext("Take out of “{name}”", { name }) : gettext("Put into “{name}”", { name }));

export function documentActions(entry) {
  return [
    { label: gettext("Ask about this document"), run: () => askAbout([entry]) },
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
    { label: gettext("Remove from library"), danger: true, run: () => remove([entry], gettext("Removed {name}", { name: entry.name })) },
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
  for (const { id } of entries) await post(`/documents/${id}/${action}`);
}

function removeAll() {
  const entries = chosen();
  remove(entries, ngettext("Removed {n} document", "Removed {n} documents", entries.length));
  clear();
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
