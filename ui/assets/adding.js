// Files come in by the button, by dropping them anywhere on the page, or by pasting.
import { element } from "./dom.js";
import { toast } from "./toast.js";

async function send(file, added) {
  const response = await fetch(`/files?name=${encodeURIComponent(file.name)}`, { method: "PUT", body: file }).catch(() => null);
  if (response?.ok) return added();
  const reason = response ? (await response.json().catch(() => ({}))).detail : "Lamplight isn’t running any more.";
  toast(`${file.name} was not added. ${typeof reason === "string" ? reason : ""}`);
}

// One after the other, so that the first can be read while the next is copied.
export async function addFiles(files, added) {
  for (const file of files) await send(file, added);
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

export function acceptFiles(added) {
  const veil = element("div", { id: "veil", "aria-hidden": "true" }, element("p", {}, "Drop to add to your library"));
  document.body.append(veil);
  let depth = 0;
  const show = (shown) => veil.classList.toggle("shown", shown);
  const listen = (name, action) =>
    document.addEventListener(name, (event) => { if (carriesFiles(event)) { event.preventDefault(); event.stopPropagation(); action(event); } }, true);
  listen("dragenter", () => { depth += 1; show(true); });
  listen("dragover", () => {});
  listen("dragleave", () => { depth -= 1; if (depth <= 0) { depth = 0; show(false); } });
  listen("drop", async (event) => { depth = 0; show(false); addFiles(await droppedFiles(event.dataTransfer), added); });
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length) { event.preventDefault(); addFiles(files, added); }
  });
}
