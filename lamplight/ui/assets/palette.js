// Ctrl K: one box that finds documents, what stands in them, conversations and things to do.
import { pasteText } from "./adding.js";
import { askIn, newCollection } from "./collections.js";
import { ask, openConversation } from "./asking.js";
import { beginConversation } from "./conversations.js";
import { openDialog } from "./dialog.js";
import { openDocument } from "./document.js";
import { element, isComposing, query, redraw } from "./dom.js";
import { gettext } from "./language.js";
import { openFolders, openPapers } from "./later.js";
import { get, post } from "./requests.js";
import { openSettings, sections, setAppearance } from "./settings.js";
import { uncover } from "./side.js";
import { isElsewhere, state } from "./state.js";

const SHOWN = 30;
const PAUSE = 150; // milliseconds of typing before the documents are searched
let open = null;

function commands() {
  const input = (id) => () => query(`#${id}`).click();
  const paused = state.activity?.paused;
  return [
    [gettext("New conversation"), beginConversation], [gettext("Add files…"), input("add-files-input")], [gettext("Add a folder…"), input("add-folder-input")],
    [gettext("Paste text into the library…"), () => pasteText()], ...(isElsewhere() ? [] : [[gettext("Watch a folder…"), openFolders]]), [gettext("New collection…"), () => newCollection()],
    [gettext("Receipts and invoices as a table"), openPapers], [gettext("Ask all documents"), () => askIn(null)],
    [paused ? gettext("Go on reading") : gettext("Pause reading"), () => post(`/queue/${paused ? "resume" : "pause"}`)],
    ...sections().map(({ name, title }) => [gettext("Settings: {title}", { title }), () => openSettings(name)]),
    [gettext("Light"), () => setAppearance({ theme: "light" })], [gettext("Dark"), () => setAppearance({ theme: "dark" })], [gettext("Colours as the system"), () => setAppearance({ theme: "system" })],
  ].map(([label, run]) => ({ label, run, kind: gettext("Do") }));
}

function everything(typed) {
  const { documents = [], collections = [] } = state.library ?? {};
  return [
    ...commands(),
    ...collections.map((one) => ({ label: one.name, kind: gettext("Collection"), run: () => askIn(one.id) })),
    ...documents.map((one) => ({ label: one.name, kind: gettext("Document"), run: () => openDocument(one.id, document.querySelector("#open-palette")) })),
    ...(state.conversations ?? []).map((one) => ({ label: one.title, kind: gettext("Conversation"), run: () => { uncover(); openConversation(one.id); } })),
  ].concat(typed ? [{ label: typed, kind: gettext("Ask"), run: () => ask(typed), always: true }] : []);
}

export function togglePalette() {
  if (open) return open.close();
  if (document.querySelector("dialog[open]")) return;
  let at = 0;
  let found = [];
  let places = [];
  let timer;
  const box = element("input", { role: "combobox", "aria-expanded": "true", "aria-controls": "palette-list", "aria-autocomplete": "list", "aria-label": gettext("Search and commands"), placeholder: gettext("A document, a conversation, something to do, or a question"), autocomplete: "off", spellcheck: "false" });
  const list = element("ul", { id: "palette-list", role: "listbox", "aria-label": gettext("Found") });
  const choose = (item) => { open.close(); item.run(); };
  function draw() {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    found = everything(box.value.trim()).filter((item) => item.always || words.every((word) => item.label.toLowerCase().includes(word))).slice(0, SHOWN).concat(places);
    at = Math.max(0, Math.min(found.length - 1, at));
    redraw(list, found.map((item, index) => element("li", { role: "option", id: `found-${index}`, "aria-selected": String(index === at), click: () => choose(item) },
      element("span", { class: "found-label" }, item.label), element("span", { class: "found-kind" }, item.kind))));
    if (found.length) box.setAttribute("aria-activedescendant", `found-${at}`);
    else box.removeAttribute("aria-activedescendant");
    list.children[at]?.scrollIntoView({ block: "nearest" });
  }
  async function look() {
    const words = box.value.trim();
    const told = (await get(`/places?words=${encodeURIComponent(words)}`)) ?? [];
    if (words !== box.value.trim()) return;
    places = told.map((one) => ({ label: one.text, kind: gettext("{name}, page {page}", { name: one.name, page: one.page }), run: () => openDocument(one.document, document.querySelector("#open-palette"), one.page, words) }));
    draw();
  }
  box.addEventListener("input", () => { at = 0; places = []; draw(); clearTimeout(timer); timer = setTimeout(look, PAUSE); });
  box.addEventListener("keydown", (event) => {
    if (isComposing(event)) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) { event.preventDefault(); at = (at + step + found.length) % found.length; draw(); }
    if (event.key === "Enter" && found[at]) { event.preventDefault(); choose(found[at]); }
  });
  open = openDialog(gettext("Search and commands"), element("div", { class: "palette" }, box, list), { class: "dialog palette-dialog" });
  open.dialog.addEventListener("close", () => { open = null; });
  draw();
  box.focus();
}
