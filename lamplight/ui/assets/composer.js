// Where questions are written: what comes with them, from what they are answered, editing, and stopping.
import { toast } from "./dialog.js";
import { aboutChips, nameCompletion } from "./about.js";
import { upload } from "./adding.js";
import { carryOut } from "./asking.js";
import { say, sayAnswer } from "./chat.js";
import { collectionName } from "./collections.js";
import { followConnection } from "./connection.js";
import { element, icon, iconButton, isComposing, query, redraw } from "./dom.js";
import { gettext, number } from "./language.js";
import { modelPicker } from "./model_picker.js";
import { readAhead } from "./read_ahead.js";
import { call, post } from "./requests.js";
import { goTo, uncover } from "./side.js";
import { chooseCollection, follow, listen, numberHere, set, state } from "./state.js";

const MODES = { documents: gettext("Only my documents"), "documents+knowledge": gettext("Documents + model’s knowledge") };
const DRAFT = "lamplight-draft";
const TALLEST = 220; // pixels, then the box scrolls

let editing = null; // {message, before}: the question that is asked anew
let attached = []; // {name, copy}; no copy as long as it is made
let due = false; // the question is asked once they are all copied
let answering = false;
let stopping = false; // asked for, perhaps before the app has taken the question
let taken = null; // the number of the conversation that the app has told of
let connection = null;

const box = element("textarea", { id: "question", rows: 1, placeholder: gettext("Ask about your documents…"), "aria-label": gettext("Your question"), autocomplete: "off" });
const notes = element("div", { class: "composer-notes" });
const sending = element("div", { class: "sending" });
const scope = element("div", { class: "scope" });
const picture = element("input", { type: "file", multiple: true, hidden: true, id: "attach-input", "aria-label": gettext("Attach a file"), change: () => { const files = [...picture.files]; picture.value = ""; attachFiles(files); } });

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
  goTo(place(number));
  follow(number);
}

// A new question, whatever stands in the box; while it can't be asked yet, it is put there.
function ask(question) {
  leaveEditing();
  uncover();
  if (!answering && !isCopying()) return send(question);
  write(question);
  box.focus();
  submit();
}

function send(question) {
  const asked = { question, mode: mode(), attached: attached.map(({ copy }) => copy), about: state.about.map(({ id }) => id), open: state.open, conversation: state.conversation };
  const went = { files: attached, about: state.about };
  toldAbout = JSON.stringify(state.about);
  if (editing) carry("edit", { ...asked, message: editing.message }, went);
  else carry("ask", { ...asked, collection: state.collection }, went);
  attached = [];
  leaveEditing();
}

const answerAgain = (conversation, message, breadth, kind) => carry("again", { conversation, message, breadth, kind });

// Has the app answer. A question that it didn't take is in the box again with what went with it, and waits there for an
// app that isn't running.
async function carry(name, sent, went = null) {
  if (went) connection.waitNoMore();
  offered = null;
  say(gettext("Answering…"));
  answering = true;
  stopping = false;
  drawSending();
  const { value, problem, lost } = await call(name, sent);
  if (value?.taken) {
    if (sent.conversation === state.conversation && value.conversation !== state.conversation) { taken = value.conversation; follow(value.conversation); }
    if (value.edit) offerBack(value.conversation, value.edit);
    return;
  }
  answering = Boolean(state.view?.answering);
  if (went) putBack(name, sent, went);
  if (went && lost) connection.wait({ name, sent, went });
  else if (problem) toast(problem);
  drawSending();
  drawNotes();
}

function putBack(name, { question, mode, message }, { files, about }) {
  leaveEditing();
  if (name === "edit") editing = { message, before: box.value };
  write(editing ? question : [question, box.value].filter(Boolean).join("\n"));
  attached = [...files, ...attached];
  query(`#mode input[value="${mode}"]`).checked = true;
  set("about", about);
}

// As it was sent, in the words that stand in the box by now.
function askWaiting({ name, sent, went }) {
  const question = box.value.trim();
  attached = [];
  editing = null;
  write("");
  drawNotes();
  if (question) carry(name, { ...sent, question }, went);
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
  setDue(false);
  if (!editing) return false;
  connection.waitNoMore();
  write(editing.before);
  editing = null;
  drawNotes();
  return true;
}

function stop() {
  setDue(false);
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
  if (conversation === taken && JSON.stringify(state.about) !== toldAbout) return;
  set("about", conversation ? about : []);
  toldAbout = JSON.stringify(state.about);
}

const isCopying = () => attached.some(({ copy }) => !copy);

function setDue(value) {
  if (due === value) return;
  due = value;
  drawSending();
  drawNotes();
}

function submit() {
  const question = box.value.trim();
  if (!question || (answering && !editing)) return;
  if (isCopying()) return setDue(true);
  if (editing) editing.before = "";
  write("");
  send(question);
}

// Read into the library, and asked about with the question in the box.
async function attachFiles(files) {
  box.focus();
  const coming = files.map((file) => ({ file, one: { name: file.name, copy: null } }));
  attached.push(...coming.map(({ one }) => one));
  drawNotes();
  for (const { file, one } of coming) {
    const made = await upload(file);
    if (made) one.copy = made.copy;
    else if (attached.includes(one)) leaveOut(one);
    if (due && !isCopying()) { setDue(false); submit(); }
    drawNotes();
  }
}

// A question that was to go with it isn't asked by itself.
function leaveOut(one) {
  attached = attached.filter((other) => other !== one);
  setDue(false);
  connection.waitNoMore();
  drawNotes();
}

function detach(one) {
  leaveOut(one);
  if (one.copy) toast(gettext("{name} stays in your library", { name: one.name }));
}

function drawNotes() {
  const status = ({ copy }) => {
    if (!copy) return gettext("being added");
    const job = state.activity?.jobs.find((other) => other.copy === copy);
    if (!job) return null;
    if (job.state === "failed") return gettext("not read");
    return job.fraction === null ? gettext("reading") : gettext("reading {percent} %", { percent: number(Math.round(job.fraction * 100)) });
  };
  const chip = (one) => {
    const { name } = one;
    const said = status(one);
    return element("li", { class: "attachment" }, icon("attach"), element("span", {}, name), said ? element("span", { class: "row-detail" }, said) : null,
      iconButton("close", gettext("Don’t send {name}", { name }), () => detach(one), { "data-focus": `attached-${name}` }));
  };
  redraw(notes,
    editing ? element("p", { class: "editing" }, gettext("Your edited question takes the place of this one and of what followed."),
      element("button", { type: "button", "data-focus": "leave", click: () => { leaveEditing(); box.focus(); } }, gettext("Cancel"))) : null,
    attached.length ? element("ul", { class: "attachments", "aria-label": gettext("Sent with the question") }, attached.map(chip)) : null,
    due ? element("p", { class: "editing", role: "status" }, gettext("Your question is asked as soon as the file is there.")) : null);
}

function drawSending() {
  redraw(sending, answering || due
    ? element("button", { type: "button", class: "send stop-button", "aria-label": gettext("Stop answering"), title: gettext("Stop (Esc)"), "data-focus": "send", click: stop }, icon("stop"))
    : element("button", { type: "button", class: "send submit-button", "aria-label": gettext("Ask"), title: gettext("Ask (Enter)"), "data-focus": "send", click: submit }, icon("up")));
}

function drawScope() {
  const name = collectionName(state.collection);
  redraw(scope, name ? element("span", { class: "scope-chip", title: gettext("Only this collection is asked") }, icon("folder"), name) : null);
}

function layOut(root) {
  const choice = ([value, label]) => element("label", {}, element("input", { type: "radio", name: "mode", value, checked: value === "documents" }), element("span", {}, label));
  root.append(notes, aboutChips(grow), nameCompletion(box), box, picture,
    element("div", { class: "composer-row" },
      iconButton("attach", gettext("Attach a file"), () => picture.click(), { id: "attach" }),
      element("fieldset", { id: "mode" }, element("legend", {}, gettext("Answer from")), Object.entries(MODES).map(choice)), scope, modelPicker(), sending));
  box.addEventListener("input", () => { grow(); sessionStorage.setItem(DRAFT, box.value); });
  box.addEventListener("keydown", (event) => {
    if (isComposing(event)) return;
    if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); submit(); }
    if (event.key === "Escape" && leaveEditing()) event.stopPropagation();
  });
  write(sessionStorage.getItem(DRAFT) ?? "");
  readAhead(box);
}

// What the app says of the open conversation: whether it is being answered, what was asked alone, in which collection.
function take(view) {
  const ended = answering && !view.answering && view.conversation === taken;
  adoptAbout(view);
  [taken, answering] = [view.conversation, Boolean(view.answering)];
  if (ended) sayAnswer();
  if (answering) endAnswer();
  stopping = false;
  if (view.conversation && view.collection !== state.collection) chooseCollection(view.collection);
  if (place(view.conversation) !== (location.search || location.pathname)) history.replaceState(history.state, "", place(view.conversation));
  drawSending();
}

// Only the last edit can be taken back, so its offer takes the place of an earlier one.
let offered = null;
let closeOffer = () => {};
function offerBack(conversation, edit) {
  if (offered === edit) return;
  offered = edit;
  closeOffer();
  closeOffer = toast(gettext("What was there before was replaced"), () => call("back", { conversation, edit }));
}

export function mount(root) {
  layOut(root);
  drawSending();
  listen("view", take);
  connection = followConnection(askWaiting); // once it is known what is open, if the question in the box has waited
  root.prepend(connection.note);
  listen("activity", drawNotes);
  listen("running", (running) => { if (!running) { answering = false; drawSending(); } });
  for (const name of ["library", "collection"]) listen(name, drawScope);
  addEventListener("popstate", () => { leaveEditing(); follow(numberHere()); });
  box.focus();
  carryOut({ ask, answerAgain, beginEditing, openConversation, attachFiles, stop });
}
