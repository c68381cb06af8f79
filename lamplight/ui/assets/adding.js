// Files come in by a button, by dropping them anywhere on the page, or by pasting; text by pasting it. On the box for
// questions they go with the question.
import { attachFiles } from "./asking.js";
import { askText, toast } from "./dialog.js";
import { collectionName } from "./collections.js";
import { openDocument } from "./document.js";
import { element, isTyping } from "./dom.js";
import { gettext, ngettext } from "./language.js";
import { state } from "./state.js";
import { GONE } from "./requests.js";
import { titleOf } from "./wording.js";

const LONG_PASTE = 400; // characters: more than a question, so it may be meant for the library

// What the app made of the file, {job, copy}, or null; then why is shown.
export async function upload(file) {
  const where = state.collection ? `&collection=${state.collection}` : "";
  const response = await fetch(`/files?name=${encodeURIComponent(file.name)}${where}`, { method: "PUT", body: file }).catch(() => null);
  if (response?.ok) {
    const made = await response.json();
    const { known } = made;
    if (known) {
      const said = known.name === file.name ? gettext("{name} is already in your library", { name: file.name })
        : gettext("{name} is already in your library, as {known}", { name: file.name, known: known.name });
      toast(said, () => openDocument(known.id, null), { label: gettext("Show") });
    }
    return made;
  }
  const { detail } = response ? await response.json().catch(() => ({})) : { detail: GONE };
  toast(gettext("{name} was not added. {why}", { name: file.name, why: typeof detail === "string" ? detail : "" }));
  return null;
}

// One after the other, so that the first can be read while the next is copied.
export async function addFiles(files) {
  let added = 0;
  for (const file of files) {
    const made = await upload(file);
    if (made && !made.known) added += 1;
  }
  if (added) toast(addedTo(collectionName(state.collection), added, files[0].name));
}

function addedTo(collection, count, name) {
  if (count === 1) return collection ? gettext("{name} added to “{collection}”", { name, collection }) : gettext("{name} added to your library", { name });
  return collection ? ngettext("{n} file added to “{collection}”", "{n} files added to “{collection}”", count, { collection })
    : ngettext("{n} file added to your library", "{n} files added to your library", count);
}

export function pasteText(text = "") {
  askText({ title: gettext("Paste text"), label: gettext("The text becomes a document of your library, named by its first line."), value: text, action: gettext("Add to library"), lines: 10,
    save: async (written) => {
      if (!written.trim()) return gettext("There is no text yet.");
      addFiles([new File([written], `${titleOf(written)}.txt`, { type: "text/plain" })]);
      return null;
    } });
}

function entriesIn(folder) {
  const reader = folder.createReader();
  const read = () => new Promise((resolve, reject) => reader.readEntries(resolve, reject));
  return (async () => {
    const all = [];
    // A reader hands out a hundred at a time until there are none left.
    for (let some = await read(); some.length; some = await read()) all.push(...some);
    return all;
  })();
}

async function filesIn(entry) {
  if (entry.name.startsWith(".")) return [];
  if (entry.isFile) return [await new Promise((resolve, reject) => entry.file(resolve, reject))];
  return (await Promise.all((await entriesIn(entry)).map(filesIn))).flat();
}

async function droppedFiles(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [...transfer.files];
  return (await Promise.all(entries.map(filesIn))).flat();
}

const carriesFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");

// Hidden inputs: the buttons that open them are elsewhere.
export function chooser(id, label, attributes = {}) {
  return element("input", { type: "file", multiple: true, hidden: true, id, "aria-label": label, ...attributes,
    change: (event) => { addFiles([...event.target.files].filter((file) => !file.name.startsWith("."))); event.target.value = ""; } });
}

export function acceptFiles() {
  const word = element("p");
  const veil = element("div", { id: "veil", "aria-hidden": "true" }, word);
  document.body.append(veil);
  let depth = 0;
  const show = (shown) => veil.classList.toggle("shown", shown);
  const listen = (name, action) =>
    document.addEventListener(name, (event) => { if (carriesFiles(event)) { event.preventDefault(); event.stopPropagation(); action(event); } }, true);
  listen("dragenter", () => { depth += 1; show(true); });
  const onBox = (event) => Boolean(event.target.closest?.("#composer"));
  listen("dragover", (event) => { word.textContent = onBox(event) ? gettext("Drop to ask about it") : gettext("Drop to add to your library"); });
  listen("dragleave", () => { depth -= 1; if (depth <= 0) { depth = 0; show(false); } });
  listen("drop", async (event) => { depth = 0; show(false); (onBox(event) ? attachFiles : addFiles)(await droppedFiles(event.dataTransfer)); });
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (files.length) { event.preventDefault(); (onBox(event) ? attachFiles : addFiles)(files); }
    else if (!isTyping(event.target) && text.length >= LONG_PASTE) { event.preventDefault(); pasteText(text); }
  });
}
