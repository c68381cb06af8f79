// Where a person's data is and how much there is of it; backup, restore, and erasing after typing a word.
import { element } from "./dom.js";
import { get, GONE, send } from "./requests.js";

const KINDS = {
  originals: "Copies of files you dropped",
  database: "Text, pages and conversations",
  vectors: "Search index",
  caches: "Passages the model remembers",
  models: "Models",
};
const WORD = "erase";
const LIMITS = [0, 250e6, 1e9, 4e9, 8e9]; // bytes
const UNITS = ["KB", "MB", "GB", "TB"];
const RELOAD_MILLISECONDS = 1500; // long enough to read the sentence

function inWords(bytes) {
  let amount = bytes / 1000;
  let unit = 0;
  while (amount >= 1000 && unit < UNITS.length - 1) { amount /= 1000; unit += 1; }
  if (unit === 0 && amount < 1) return bytes ? "under 1 KB" : "nothing";
  return `${amount.toLocaleString("en", { maximumFractionDigits: amount < 10 && unit > 1 ? 1 : 0 })} ${UNITS[unit]}`;
}

const counted = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;

function sizes(value) {
  const kinds = Object.entries(KINDS).map(([kind, label]) => ({ kind, label, bytes: value.sizes[kind] }));
  const total = kinds.reduce((sum, { bytes }) => sum + bytes, 0);
  const part = ({ kind, bytes }) => bytes ? element("span", { class: `part ${kind}`, style: `flex-grow: ${bytes / total}` }) : null;
  const row = ({ kind, label, bytes }) => [
    element("dt", {}, element("span", { class: `part ${kind}`, "aria-hidden": "true" }), label), element("dd", {}, inWords(bytes))];
  return [
    element("p", {}, `${counted(value.documents, "document")} and ${counted(value.conversations, "conversation")}, `
      + `${inWords(total)} in all; ${inWords(value.free)} are free on this disk.`),
    element("div", { class: "size-bar", "aria-hidden": "true" }, kinds.map(part)),
    element("dl", { class: "size-list" }, kinds.flatMap(row)),
    element("p", { class: "data-note" }, `The models, and what they remember of your passages, are in ${value.prepared}.`),
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
      else reject(new Error(answer.detail ?? "The backup could not be restored; try again."));
    });
    request.addEventListener("error", () => reject(new Error(GONE)));
    request.addEventListener("abort", () => reject(new Error("Restoring was cancelled; nothing was changed.")));
    request.open("PUT", `/restore?name=${encodeURIComponent(file.name)}`);
    request.send(file);
  });
  return { sent, cancel: () => request.abort() };
}

// What the model remembers of this library's passages: how much, at most how much, and away with it.
function remembering(value, say, redraw) {
  const choice = element("select", { "aria-label": "At most", change: async () => {
    const { problem } = await send("/remembered/limit", { bytes: Number(choice.value) });
    say(problem ?? `At most ${inWords(Number(choice.value))} are kept from now on.`, Boolean(problem));
    redraw();
  } }, [...new Set([...LIMITS, value.limit])].sort((one, other) => one - other).map((bytes) => element("option", { value: bytes, selected: bytes === value.limit }, inWords(bytes))));
  const clear = element("button", { type: "button", class: "data-button", disabled: !value.sizes.caches, click: async () => {
    clear.disabled = true;
    const { problem } = await send("/remembered/clear");
    say(problem ?? "What the model remembered is gone; it reads the passages anew when they are asked for.", Boolean(problem));
    redraw();
  } }, "Clear");
  return element("div", { class: "data-action remembered" }, element("div", { class: "data-row" }, clear,
    element("p", {}, `The model remembers ${inWords(value.sizes.caches)} of this library’s passages, so that questions about them are answered sooner.`),
    element("label", { class: "data-limit" }, "At most ", choice)));
}

function restoring(say, isEmpty, program) {
  const bar = element("progress", { max: 1, value: 0, "aria-label": "Restoring" });
  const cancel = element("button", { type: "button", class: "data-button" }, "Cancel");
  const work = element("div", { class: "data-row", hidden: true }, bar, cancel);
  const start = async (file) => {
    const { sent, cancel: abort } = upload(file, (done) => {
      bar.value = done;
      if (done === 1) { bar.removeAttribute("value"); cancel.hidden = true; say("Checking and unpacking…"); }
    });
    cancel.hidden = false;
    cancel.onclick = abort;
    work.hidden = false;
    choose.disabled = true;
    say("Sending the backup to Lamplight…");
    try {
      const { restored } = await sent;
      say(`Restored ${counted(restored.documents, "document")} and ${counted(restored.conversations, "conversation")}.`);
      setTimeout(() => location.reload(), RELOAD_MILLISECONDS);
    } catch (error) {
      say(error.message, true);
      choose.disabled = false;
    }
    work.hidden = true;
  };
  const chooser = element("input", { type: "file", accept: ".zip", hidden: true, "aria-label": "Backup to restore",
    change: () => { if (chooser.files.length) start(chooser.files[0]); chooser.value = ""; } });
  const choose = element("button", { type: "button", class: "data-button", disabled: !isEmpty, click: () => chooser.click() }, "Restore…");
  const hint = isEmpty
    ? ["Fills this empty library from a backup, made here or on another computer."]
    : ["A backup fills an empty library. Erase this one first, or restore into another folder in the terminal:",
       element("code", { tabindex: "0" }, `${program} restore FILE --library FOLDER`)];
  return element("div", { class: "data-action" }, element("div", { class: "data-row" }, choose, element("p", {}, ...hint)), work, chooser);
}

function erasing(say, isEmpty) {
  const typed = element("input", { type: "text", id: "erase-word", autocomplete: "off", spellcheck: "false", autocapitalize: "none",
    input: () => { erase.disabled = typed.value.trim().toLowerCase() !== WORD; } });
  const erase = element("button", { type: "submit", class: "data-button danger", disabled: true }, "Erase everything");
  const submit = async (event) => {
    event.preventDefault();
    if (erase.disabled) return;
    erase.disabled = true;
    say("Erasing…");
    const { problem } = await send("/erase", { typed: WORD });
    if (problem) { say(problem, true); return; }
    say("Everything is erased. The library is empty.");
    setTimeout(() => location.reload(), RELOAD_MILLISECONDS);
  };
  return element("details", { class: "data-action", hidden: isEmpty },
    element("summary", {}, "Erase everything…"),
    element("p", {}, "Documents, their copies, conversations and all that was remembered of them are gone for good. Your own files elsewhere and the models stay."),
    element("form", { class: "data-row", submit }, element("label", { for: "erase-word" }, `Type “${WORD}” to confirm`), typed, erase));
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
      element("p", {}, "Your documents and conversations are in this folder, on this computer alone:"),
      element("code", { class: "data-folder", tabindex: "0" }, value.library),
      ...sizes(value),
      element("div", { class: "data-action" }, element("div", { class: "data-row" },
        element("a", { class: "data-button", href: "/backup", download: true, click: () => say("The backup comes as a download.") }, "Back up"),
        element("p", {}, "One file with your documents and conversations. Of files that you watch or added in the terminal it holds the text."))),
      remembering(value, say, draw),
      restoring(say, isEmpty, value.program),
      erasing(say, isEmpty));
  };
  draw();
  return element("section", { class: "data-section", "aria-labelledby": "data-heading" },
    element("h3", { id: "data-heading" }, "Your data"), body, status);
}
