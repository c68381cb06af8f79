// Where questions are written: what comes with them, from what they are answered, editing, and stopping.
import { toast } from "./dialog.js";
import { aboutChips, nameCompletion } from "./about.js";
import { upload } from "./adding.js";
import { carryOut } from "./asking.js";
import { say, sayAnswer } from "./chat.js";
import { collectionName } from "./collections.js";
import { followConnection } from "./connection.js";
import { element, icon, iconButton, query, redraw } from "./dom.js";
import { gettext, number } from "./language.js";
import { modelPicker } from "./model_picker.js";
import { call, post } from "./requests.js";
import { chooseCollection, follow, listen, numberHere, set, state } from "./state.js";

const MODES = { documents: gettext("Only my documents"), "documents+knowledge": gettext("Documents + model’s knowledge") };
const DRAFT = "lamplight-draft";
const TALLEST = 220; // pixels, then the box scrolls
const TOLD_EVERY = 400; // milliseconds, while somebody types: few pause before the question is whole
const SHORTEST = 8; // characters of it; less finds anything

let editing = null; // {message, before}: the question that is asked anew
let attached = []; // {name, copy}
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
  history.pushState(null, "", place(number));
  follow(number);
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
  toldAbout = JSON.stringify(state.about);
  if (editing) carry("edit", { ...asked, message: editing.message }, question);
  else carry("ask", { ...asked, collection: state.collection }, question);
  attached = [];
  leaveEditing();
}

const answerAgain = (conversation, message, breadth, kind) => carry("again", { conversation, message, breadth, kind });

// Has the app answer. A question that it didn't take is in the box again, and waits there for one that isn't running.
async function carry(name, sent, question = "") {
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
  if (question && !box.value) write(question);
  if (lost && question) connection.wait();
  else if (problem) toast(problem);
  drawSending();
  drawNotes();
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
  if (conversation === taken && JSON.stringify(state.about) !== toldAbout) return;
  set("about", conversation ? about : []);
  toldAbout = JSON.stringify(state.about);
}

function submit() {
  const question = box.value.trim();
  if (!question || (answering && !editing)) return;
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
  }
}

function detach(copy) {
  const [gone] = attached.filter((one) => one.copy === copy);
  attached = attached.filter((one) => one !== gone);
  drawNotes();
  toast(gettext("{name} stays in your library", { name: gone.name }));
}

function drawNotes() {
  const status = (job) => {
    if (!job) return null;
    if (job.state === "failed") return gettext("not read");
    return job.fraction === null ? gettext("reading") : gettext("reading {percent} %", { percent: number(Math.round(job.fraction * 100)) });
  };
  const chip = ({ name, copy }) => {
    const said = status(state.activity?.jobs.find((job) => job.copy === copy));
    return element("li", { class: "attachment" }, icon("attach"), element("span", {}, name), said ? element("span", { class: "row-detail" }, said) : null,
      iconButton("close", gettext("Don’t send {name}", { name }), () => detach(copy), { "data-focus": copy }));
  };
  redraw(notes,
    editing ? element("p", { class: "editing" }, gettext("Your edited question takes the place of this one and of what followed."),
      element("button", { type: "button", "data-focus": "leave", click: () => { leaveEditing(); box.focus(); } }, gettext("Cancel"))) : null,
    attached.length ? element("ul", { class: "attachments", "aria-label": gettext("Sent with the question") }, attached.map(chip)) : null);
}

function drawSending() {
  redraw(sending, answering
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
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); submit(); }
    if (event.key === "Escape" && leaveEditing()) event.stopPropagation();
  });
  write(sessionStorage.getItem(DRAFT) ?? "");
  readAhead();
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
  if (place(view.conversation) !== (location.search || location.pathname)) history.replaceState(null, "", place(view.conversation));
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

// While it is typed the question goes to the app, which begins to read what it finds; of several it takes the last.
function readAhead() {
  let waiting = false;
  let last = "";
  box.addEventListener("input", () => {
    if (waiting) return;
    waiting = true;
    setTimeout(() => {
      waiting = false;
      const text = box.value.trim();
      if (text.length < SHORTEST || text === last) return;
      last = text;
      const where = new URLSearchParams();
      if (state.collection) where.set("collection", String(state.collection));
      for (const { id } of state.about) where.append("about", id);
      if (state.conversation) where.set("conversation", String(state.conversation));
      fetch(`/typed?${where}`, { method: "POST", body: text }).catch(() => {});
    }, TOLD_EVERY);
  });
}

export function mount(root) {
  layOut(root);
  connection = followConnection(submit); // at once, if the question that stands in the box has waited
  root.prepend(connection.note);
  drawSending();
  listen("view", take);
  listen("activity", drawNotes);
  listen("running", (running) => { if (!running) { answering = false; drawSending(); } });
  for (const name of ["library", "collection"]) listen(name, drawScope);
  addEventListener("popstate", () => { leaveEditing(); follow(numberHere()); });
  box.focus();
  carryOut({ ask, answerAgain, beginEditing, openConversation, attachFiles, stop });
}
