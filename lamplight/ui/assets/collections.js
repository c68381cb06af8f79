// Collections keep matters apart: the chosen one decides what is listed, what is asked, and where new files go.
import { openConversation } from "./asking.js";
import { askText, toast } from "./dialog.js";
import { element, icon } from "./dom.js";
import { gettext } from "./language.js";
import { openMenu } from "./menu.js";
import { post, send } from "./requests.js";
import { chooseCollection, state } from "./state.js";

export const collectionName = (number) => state.library?.collections.find((one) => one.id === number)?.name ?? null;

export function newCollection(documents = []) {
  askText({ title: gettext("New collection"), label: gettext("Name"), action: gettext("Create"), save: async (name) => {
    const { value, problem } = await send("/collections", { name });
    if (problem) return problem;
    if (documents.length) await post(`/collections/${value}/documents`, { documents, inside: true });
    else askIn(value);
    return null;
  } });
}

function rename(collection) {
  askText({ title: gettext("Rename collection"), label: gettext("Name"), value: collection.name, action: gettext("Rename"), save: async (name) => {
    const { problem } = await send(`/collections/${collection.id}/name`, { name });
    return problem;
  } });
}

async function remove(collection) {
  if (!(await post(`/collections/${collection.id}/remove`))) return;
  askIn(null);
  toast(gettext("Removed the collection {name}; its documents stay", { name: collection.name }), () => post(`/collections/${collection.id}/restore`));
}

export async function setMembers(collection, documents, inside) {
  await post(`/collections/${collection}/documents`, { documents, inside });
}

// A conversation stays in its collection: another collection is asked in a new one.
export function askIn(number) {
  chooseCollection(number);
  if (state.conversation) openConversation(null);
}

export function collectionPicker() {
  const { documents, collections } = state.library;
  const chosen = collections.find((one) => one.id === state.collection);
  const name = chosen?.name ?? gettext("All documents");
  const count = chosen ? chosen.documents : documents.length;
  const items = () => [
    { label: gettext("All documents ({count})", { count: documents.length }), checked: !chosen, run: () => askIn(null) },
    ...collections.map((one) => ({ label: `${one.name} (${one.documents})`, checked: one === chosen, run: () => askIn(one.id) })),
    null,
    { label: gettext("New collection…"), run: () => newCollection() },
    ...(chosen ? [{ label: gettext("Rename “{name}”…", { name }), run: () => rename(chosen) }, { label: gettext("Remove “{name}”", { name }), danger: true, run: () => remove(chosen) }] : []),
  ];
  return element("button", { type: "button", class: "picker", id: "collection", "data-focus": "collection", "aria-haspopup": "menu", "aria-expanded": "false",
    "aria-label": gettext("Collection: {name}", { name }), click: (event) => openMenu(event.currentTarget, items()) },
    icon("folder"), element("span", { class: "picker-name" }, name), element("span", { class: "count" }, String(count)), icon("down"));
}
