// What the panels show. The app tells it in one stream: what it is doing, and the conversation that is open; the library
// and the list of conversations are asked for after each change.
import { get } from "./requests.js";

const RETRY = 1000; // milliseconds, where the browser doesn't connect again by itself
const listeners = new Map();

export const state = {
  library: null, conversations: null, activity: null,
  view: null, // what is said in the open conversation
  answer: null, // how far the answer is that is being written in it
  conversation: null, // the open one's number
  collection: readCollection(), // the chosen one's number
  about: [], // {id, name} of documents that alone are asked
  chosen: [], // numbers of those that are ticked in the list
  open: null, // the number of the one that is shown
  words: "", // that conversations are searched for
  running: true,
};
// Whether this is another device of the household: what belongs to the computer itself isn't offered there.
export const isElsewhere = () => (state.activity?.person ?? null) !== null;
export const numberHere = () => Number(new URLSearchParams(location.search).get("conversation")) || null;

const drawn = {};

export function listen(name, act) {
  if (!listeners.has(name)) listeners.set(name, new Set());
  listeners.get(name).add(act);
  if (state[name] !== null) act(state[name]);
}

function tell(name, value) {
  state[name] = value;
  for (const act of listeners.get(name) ?? []) act(value);
}

export function set(name, value) {
  const text = JSON.stringify(value);
  if (drawn[name] === text) return;
  drawn[name] = text;
  tell(name, value);
}

function readCollection() {
  const kept = Number(localStorage.getItem("lamplight-collection"));
  return kept || null;
}

export function chooseCollection(number) {
  if (number) localStorage.setItem("lamplight-collection", number);
  else localStorage.removeItem("lamplight-collection");
  set("collection", number);
}

export async function searchConversations(words) {
  state.words = words;
  const found = await get(`/conversations?words=${encodeURIComponent(words)}`);
  if (found && state.words === words) set("conversations", found);
}

async function load() {
  const [library] = await Promise.all([get("/library"), searchConversations(state.words)]);
  if (!library) return;
  if (state.collection && !library.collections.some((one) => one.id === state.collection)) chooseCollection(null);
  set("library", library);
}

function takeActivity(activity) {
  const changed = activity.changes !== state.activity?.changes;
  set("activity", activity);
  return changed ? load() : null;
}

let stream = null;
let timer;
let run = null; // of the app: what another one says is meant for another page
let told = ""; // the id of what came last, from which the app goes on

// From now on the stream tells of this conversation, or of none.
export function follow(number) {
  set("conversation", number);
  connect();
}

function connect() {
  clearTimeout(timer);
  stream?.close();
  // A browser has six connections to an app for all of its tabs, so one that nobody sees holds none.
  if (document.hidden) return;
  const where = new URLSearchParams({ after: told });
  if (state.conversation) where.set("conversation", String(state.conversation));
  stream = new EventSource(`/stream?${where}`);
  const on = (name, act) => stream.addEventListener(name, ({ data, lastEventId }) => { told = lastEventId; return act(JSON.parse(data)); });
  on("app", (value) => {
    if (run && run !== value) return location.reload();
    run = value;
    set("running", true);
  });
  on("activity", takeActivity);
  on("conversation", (value) => { set("conversation", value.conversation); tell("view", value); });
  on("answer", (value) => tell("answer", value));
  stream.addEventListener("error", lost);
}

async function lost({ target }) {
  if (!(await get("/activity"))) set("running", false);
  if (target === stream && target.readyState === EventSource.CLOSED) timer = setTimeout(connect, RETRY);
}

document.addEventListener("visibilitychange", connect);
