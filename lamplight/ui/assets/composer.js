// Where questions are written: what comes with them, from what they are answered, editing, and stopping.
import { aboutChips, nameCompletion } from "./about.js";
import { upload } from "./adding.js";
import { carryOut } from "./asking.js";
import { followChat, say, sayAnswer } from "./chat.js";
import { collectionName } from "./collections.js";
import { followConnection, isRunning } from "./connection.js";
import { element, icon, iconButton, query, redraw } from "./dom.js";
import { modelPicker } from "./model_picker.js";
import { post } from "./requests.js";
import { chooseCollection, listen, refresh, set, state } from "./state.js";
import { toast } from "./toast.js";
import { readAhead } from "./typing.js";

const MODES = { documents: "Only my documents", "documents+knowledge": "Documents + model’s knowledge" };
const DRAFT = "lamplight-draft";
const TALLEST = 220; // pixels, then the box scrolls
const SETTLING = 300; // milliseconds until the last words are drawn
const DOUBTED = 2;

let trigger = (_name, _value) => {};
let editing = null; // {message, before}: the question that is asked anew
let attached = []; // {name, copy}
let answering = false;
let stopping = false; // asked for, perhaps before the app has taken the question
let shownAt = 0; // when something was last said in what is shown
let pending = null; // the question that was sent and of which the app has said nothing yet
let connection = null;
let whenShown = null; // what is done once the conversation of the address is shown
let missed = 0; // looks in a row at which the app said otherwise

const box = element("textarea", { id: "question", rows: 1, placeholder: "Ask about your documents…", "aria-label": "Your question", autocomplete: "off" });
const notes = element("div", { class: "composer-notes" });
const sending = element("div", { class: "sending" });
const scope = element("div", { class: "scope" });
const picture = element("input", { type: "file", multiple: true, hidden: true, id: "attach-input", "aria-label": "Attach a file", change: () => { const files = [...picture.files]; picture.value = ""; attachFiles(files); } });

const mode = () => query("#mode input:checked")?.value ?? "documents";
const place = (number) => (number ? `?conversation=${number}` : location.pathname);

function grow() {
  box.style.height = "auto";
  box.style.height = `${Math.min(TALLEST, box.scrollHeight)}px`;
}

function write(text) {
  box.value = text;
  sessionStorage.setItem(DRAFT, text);
  grow();
}

function openConversation(number) {
  if (!number) set("about", []);
  leaveEditing();
  history.pushState(null, "", place(number));
  trigger("show", { conversation: number });
}

// A new question, whatever stands in the box; while another answer is written here, it is put there.
function ask(question) {
  leaveEditing();
  if (!answering) return send(question);
  write(question);
  box.focus();
}

function send(question) {
  const asked = { question, mode: mode(), attached: attached.map(({ copy }) => copy), about: state.about.map(({ id }) => id), open: state.open, conversation: state.conversation };
  begin();
  pending = question;
  toldAbout = JSON.stringify(state.about);
  if (editing) trigger("edit", { ...asked, message: editing.message });
  else trigger("ask", { ...asked, collection: state.collection });
  attached = [];
  leaveEditing();
}

function answerAgain(conversation, message, breadth, kind) {
  begin();
  trigger("again", { conversation, message, breadth, kind });
}

function begin() {
  offered = null;
  say("Answering…");
  answering = true;
  stopping = false;
  missed = 0;
  drawSending();
}

function beginEditing(message, text) {
  leaveEditing();
  editing = { message, before: box.value };
  write(text);
  drawNotes();
  box.focus();
}

// Whether there was something to leave.
function leaveEditing() {
  if (!editing) return false;
  write(editing.before);
  editing = null;
  drawNotes();
  return true;
}

function stop() {
  if (!answering) return;
  stopping = true;
  endAnswer();
}

function endAnswer() {
  if (stopping && state.conversation) post(`/conversations/${state.conversation}/stop`);
}

// What was asked alone is asked alone again, unless it was changed here meanwhile.
let toldAbout = "[]";
function adoptAbout({ conversation, about }) {
  if (conversation === state.conversation && JSON.stringify(state.about) !== toldAbout) return;
  set("about", conversation ? about : []);
  toldAbout = JSON.stringify(state.about);
}

async function submit() {
  const question = box.value.trim();
  if (!question || (answering && !editing)) return;
  if (!(await isRunning())) return connection.wait();
  if (box.value.trim() !== question) return; // pressed twice
  if (editing) editing.before = "";
  write("");
  send(question);
}

// Read into the library, and asked about with the question in the box.
async function attachFiles(files) {
  box.focus();
  for (const file of files) {
    const made = await upload(file);
    if (made) attached.push({ name: file.name, copy: made.copy });
    drawNotes();
    refresh();
  }
}

function detach(copy) {
  const [gone] = attached.filter((one) => one.copy === copy);
  attached = attached.filter((one) => one !== gone);
  drawNotes();
  toast(`${gone.name} stays in your library`);
}

function drawNotes() {
  const reading = (copy) => state.activity?.jobs.find((job) => job.copy === copy);
  const chip = ({ name, copy }) => {
    const job = reading(copy);
    const status = job?.state === "failed" ? "not read" : job ? `reading ${job.fraction === null ? "" : `${Math.round(job.fraction * 100)} %`}` : "";
    return element("li", { class: "attachment" }, icon("attach"), element("span", {}, name), status ? element("span", { class: "row-detail" }, status) : null, iconButton("close", `Don’t send ${name}`, () => detach(copy), { "data-focus": copy }));
  };
  redraw(notes,
    editing ? element("p", { class: "editing" }, "Your edited question takes the place of this one and of what followed.", element("button", { type: "button", "data-focus": "leave", click: () => { leaveEditing(); box.focus(); } }, "Cancel")) : null,
    attached.length ? element("ul", { class: "attachments", "aria-label": "Sent with the question" }, attached.map(chip)) : null);
}

function drawSending() {
  redraw(sending, answering
    ? element("button", { type: "button", class: "send stop-button", "aria-label": "Stop answering", title: "Stop (Esc)", "data-focus": "send", click: stop }, icon("stop"))
    : element("button", { type: "button", class: "send submit-button", "aria-label": "Ask", title: "Ask (Enter)", "data-focus": "send", click: submit }, icon("up")));
}

function drawScope() {
  const name = collectionName(state.collection);
  redraw(scope, name ? element("span", { class: "scope-chip", title: "Only this collection is asked" }, icon("folder"), name) : null);
}

function layOut(root) {
  const choice = ([value, label]) => element("label", {}, element("input", { type: "radio", name: "mode", value, checked: value === "documents" }), element("span", {}, label));
  root.append(notes, aboutChips(grow), nameCompletion(box), box, picture,
    element("div", { class: "composer-row" },
      iconButton("attach", "Attach a file", () => picture.click(), { id: "attach" }),
      element("fieldset", { id: "mode" }, element("legend", {}, "Answer from"), Object.entries(MODES).map(choice)), scope, modelPicker(), sending));
  box.addEventListener("input", () => { grow(); sessionStorage.setItem(DRAFT, box.value); });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); submit(); }
    if (event.key === "Escape" && leaveEditing()) event.stopPropagation();
  });
  write(sessionStorage.getItem(DRAFT) ?? "");
  readAhead(box);
}

// What the app says of the open conversation: its number, whether it is being answered, what can be taken back.
function take(value) {
  if (!value) return;
  pending = null;
  if (answering && !value.answering) setTimeout(sayAnswer, SETTLING);
  answering = value.answering;
  shownAt = value.when;
  adoptAbout(value);
  set("conversation", value.conversation);
  if (answering) endAnswer();
  stopping = false;
  if (value.conversation && value.collection !== state.collection) chooseCollection(value.collection);
  if (value.untaken && !box.value) write(value.untaken);
  if (place(value.conversation) !== (location.search || location.pathname)) history.replaceState(null, "", place(value.conversation));
  if (value.edit) offerBack(value.conversation, value.edit);
  drawSending();
  refresh();
  whenShown?.();
  whenShown = null;
}

// Only the last edit can be taken back, so its offer takes the place of an earlier one.
let offered = null;
let closeOffer = () => {};
function offerBack(conversation, edit) {
  if (offered === edit) return;
  offered = edit;
  closeOffer();
  closeOffer = toast("What was there before was replaced", () => trigger("back", { conversation, edit }));
}

// The app has gone: what it has not taken is in the box again, and is asked when it is back.
function lost() {
  if (pending && !box.value) { write(pending); connection.wait(); }
  pending = null;
  answering = false;
  drawSending();
}

// Another tab may have asked here, or the end of an answer not have come through.
function agree() {
  const known = state.conversations?.find((one) => one.id === state.conversation);
  const asked = state.activity.answering.includes(state.conversation) !== answering;
  missed = known && (asked || (!answering && known.when !== shownAt)) ? missed + 1 : 0;
  if (missed < DOUBTED) return;
  missed = 0;
  trigger("show", { conversation: state.conversation });
}

const numberHere = () => Number(new URLSearchParams(location.search).get("conversation")) || null;

export function mount({ element: host, props, watch, trigger: tell }) {
  trigger = tell;
  const root = host.querySelector(".panel");
  layOut(root);
  followChat();
  connection = followConnection({ lost, back: () => { if (numberHere() && !state.conversation) whenShown = submit; else submit(); } });
  root.prepend(connection.note);
  drawSending();
  watch("value", () => take(props.value));
  listen("activity", drawNotes);
  listen("looked", agree);
  for (const name of ["library", "collection"]) listen(name, drawScope);
  addEventListener("popstate", () => { leaveEditing(); trigger("show", { conversation: numberHere() }); });
  if (numberHere()) trigger("show", { conversation: numberHere() });
  box.focus();
  carryOut({ ask, answerAgain, beginEditing, openConversation, attachFiles, stop });
}
