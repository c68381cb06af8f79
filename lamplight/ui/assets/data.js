// Where a person's data is and how much there is of it; backup, restore, and erasing after typing a word.
import { element } from "./dom.js";
import { gettext, ngettext, number } from "./language.js";
import { get, GONE, send } from "./requests.js";

const KINDS = {
  originals: gettext("Copies of files you dropped"),
  database: gettext("Text, pages and conversations"),
  vectors: gettext("Search index"),
  caches: gettext("Passages the model remembers"),
  models: gettext("Models"),
};
const WORD = "erase";
const LIMITS = [0, 250e6, 1e9, 4e9, 8e9]; // bytes
const UNITS = ["KB", "MB", "GB", "TB"];
const RELOAD_MILLISECONDS = 1500; // long enough to read the sentence

function inWords(bytes) {
  let amount = bytes / 1000;
  let unit = 0;
  while (amount >= 1000 && unit < UNITS.length - 1) { amount /= 1000; unit += 1; }
  if (unit === 0 && amount < 1) return bytes ? gettext("under 1 KB") : gettext("nothing");
  return `${number(amount, { maximumFractionDigits: amount < 10 && unit > 1 ? 1 : 0 })} ${UNITS[unit]}`;
}

const counts = (of) => ({
  documents: ngettext("{n} document", "{n} documents", of.documents),
  conversations: ngettext("{n} conversation", "{n} conversations", of.conversations),
});

function sizes(value) {
  const kinds = Object.entries(KINDS).map(([kind, label]) => ({ kind, label, bytes: value.sizes[kind] }));
  const total = kinds.reduce((sum, { bytes }) => sum + bytes, 0);
  const part = ({ kind, bytes }) => bytes ? element("span", { class: `part ${kind}`, style: `flex-grow: ${bytes / total}` }) : null;
  const row = ({ kind, label, bytes }) => [
    element("dt", {}, element("span", { class: `part ${kind}`, "aria-hidden": "true" }), label), element("dd", {}, inWords(bytes))];
  return [
    element("p", {}, gettext("{documents} and {conversations}, {total} in all; {free} are free on this disk.", { ...counts(value), total: inWords(total), free: inWords(value.free) })),
    element("div", { class: "size-bar", "aria-hidden": "true" }, kinds.map(part)),
    element("dl", { class: "size-list" }, kinds.flatMap(row)),
    element("p", { class: "data-note" }, gettext("The models, and what they remember of your passages, are in {folder}.", { folder: value.prepared })),
  ];
}

// Sends a file and tells how far it is; resolves to what the server says, rejects with a sentence.
function upload(file, progress) {
  const request = new XMLHttpRequest();
  const sent = new Promise((resolve, reject) => {
    request.upload.addEventListener("progress", (event) => event.lengthComputable && progress(event.loaded / event.total));
    request.addEventListener("load", () => {
      const answer = JSON.parse(request.responseText || "{}");
      if (request.status === 200) resolve(answer);
      else reject(new Error(answer.detail ?? gettext("The backup could not be restored; try again.")));
    });
    request.addEventListener("error", () => reject(new Error(GONE)));
    request.addEventListener("abort", () => reject(new Error(gettext("Restoring was cancelled; nothing was changed."))));
    request.open("PUT", `/restore?name=${encodeURIComponent(file.name)}`);
    request.send(file);
  });
  return { sent, cancel: () => request.abort() };
}

// What the model remembers of this library's passages: how much, at most how much, and away with it.
function remembering(value, say, redraw) {
  const choice = element("select", { "aria-label": gettext("At most"), change: async () => {
    const { problem } = await send("/remembered/limit", { bytes: Number(choice.value) });
    say(problem ?? gettext("At most {size} are kept from now on.", { size: inWords(Number(choice.value)) }), Boolean(problem));
    redraw();
  } }, [...new Set([...LIMITS, value.limit])].sort((one, other) => one - other).map((bytes) => element("option", { value: bytes, selected: bytes === value.limit }, inWords(bytes))));
  const clear = element("button", { type: "button", class: "data-button", disabled: !value.sizes.caches, click: async () => {
    clear.disabled = true;
    const { problem } = await send("/remembered/clear");
    say(problem ?? gettext("What the model remembered is gone; it reads the passages anew when they are asked for."), Boolean(problem));
    redraw();
  } }, gettext("Clear"));
  return element("div", { class: "data-action remembered" }, element("div", { class: "data-row" }, clear,
    element("p", {}, gettext("The model remembers {size} of this library’s passages, so that questions about them are answered sooner.", { size: inWords(value.sizes.caches) })),
    element("label", { class: "data-limit" }, gettext("At most"), " ", choice)));
}

function restoring(say, isEmpty, program) {
  const bar = element("progress", { max: 1, value: 0, "aria-label": gettext("Restoring") });
  const cancel = element("button", { type: "button", class: "data-button" }, gettext("Cancel"));
  const work = element("div", { class: "data-row", hidden: true }, bar, cancel);
  const start = async (file) => {
    const { sent, cancel: abort } = upload(file, (done) => {
      bar.value = done;
      if (done === 1) { bar.removeAttribute("value"); cancel.hidden = true; say(gettext("Checking and unpacking…")); }
    });
    cancel.hidden = false;
    cancel.onclick = abort;
    work.hidden = false;
    choose.disabled = true;
    say(gettext("Sending the backup to Lamplight…"));
    try {
      const { restored } = await sent;
      say(gettext("Restored {documents} and {conversations}.", counts(restored)));
      setTimeout(() => location.reload(), RELOAD_MILLISECONDS);
    } catch (error) {
      say(error.message, true);
      choose.disabled = false;
    }
    work.hidden = true;
  };
  const chooser = element("input", { type: "file", accept: ".zip", hidden: true, "aria-label": gettext("Backup to restore"),
    change: () => { if (chooser.files.length) start(chooser.files[0]); chooser.value = ""; } });
  const choose = element("button", { type: "button", class: "data-button", disabled: !isEmpty, click: () => chooser.click() }, gettext("Restore…"));
  const hint = isEmpty
    ? [gettext("Fills this empty library from a backup, made here or on another computer.")]
    : [gettext("A backup fills an empty library. Erase this one first, or restore into another folder in the terminal:"),
       element("code", { tabindex: "0" }, `${program} restore FILE --library FOLDER`)];
  return element("div", { class: "data-action" }, element("div", { class: "data-row" }, choose, element("p", {}, ...hint)), work, chooser);
}

function erasing(say, isEmpty) {
  const typed = element("input", { type: "text", id: "erase-word", autocomplete: "off", spellcheck: "false", autocapitalize: "none",
    input: () => { erase.disabled = typed.value.trim().toLowerCase() !== WORD; } });
  const erase = element("button", { type: "submit", class: "data-button danger", disabled: true }, gettext("Erase everything"));
  const submit = async (event) => {
    event.preventDefault();
    if (erase.disabled) return;
    erase.disabled = true;
    say(gettext("Erasing…"));
    const { problem } = await send("/erase", { typed: WORD });
    if (problem) { say(problem, true); return; }
    say(gettext("Everything is erased. The library is empty."));
    setTimeout(() => location.reload(), RELOAD_MILLISECONDS);
  };
  return element("details", { class: "data-action", hidden: isEmpty },
    element("summary", {}, gettext("Erase everything…")),
    element("p", {}, gettext("Documents, their copies, conversations and all that was remembered of them are gone for good. Your own files elsewhere and the models stay.")),
    element("form", { class: "data-row", submit }, element("label", { for: "erase-word" }, gettext("Type “{word}” to confirm", { word: WORD })), typed, erase));
}

export function dataSection() {
  const status = element("p", { class: "data-status", role: "status" });
  const say = (sentence, failed = false) => { status.textContent = sentence; status.classList.toggle("failed", failed); };
  const body = element("div", { class: "data-body" });
  const draw = async () => {
    const value = await get("/trust");
    if (!value) { say(GONE, true); return; }
    const isEmpty = !value.documents && !value.conversations;
    body.replaceChildren(
      element("p", {}, gettext("Your documents and conversations are in this folder, on this computer alone:")),
      element("code", { class: "data-folder", tabindex: "0" }, value.library),
      ...sizes(value),
      element("div", { class: "data-action" }, element("div", { class: "data-row" },
        element("a", { class: "data-button", href: "/backup", download: true, click: () => say(gettext("The backup comes as a download.")) }, gettext("Back up")),
        element("p", {}, gettext("One file with your documents and conversations. Of files that you watch or added in the terminal it holds the text.")))),
      remembering(value, say, draw),
      restoring(say, isEmpty, value.program),
      erasing(say, isEmpty));
  };
  draw();
  return element("section", { class: "data-section", "aria-labelledby": "data-heading" },
    element("h3", { id: "data-heading" }, gettext("Your data")), body, status);
}
