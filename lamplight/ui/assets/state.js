// What the panels show. The app is asked for what changes by itself, and for the rest only after a change.
import { get } from "./requests.js";

const BUSY = 700; // milliseconds between two looks while something is under way
const IDLE = 2500;
const LOST = 5000; // after the app has not answered
const listeners = new Map();

export const state = {
  library: null, conversations: null, activity: null,
  conversation: null, // the open one's number
  collection: readCollection(), // the chosen one's number
  about: [], // {id, name} of documents that alone are asked
  chosen: [], // numbers of those that are ticked in the list
  open: null, // the number of the one that is shown
  words: "", // that conversations are searched for
  running: true,
  looked: null, // how often the app has told what it is doing
};
// Whether this is another device of the household: what belongs to the computer itself isn't offered there.
export const isElsewhere = () => (state.activity?.person ?? null) !== null;

const drawn = {};
let timer;

export function listen(name, act) {
  if (!listeners.has(name)) listeners.set(name, new Set());
  listeners.get(name).add(act);
  if (state[name] !== null) act(state[name]);
}

export function set(name, value) {
  const text = JSON.stringify(value);
  if (drawn[name] === text) return;
  drawn[name] = text;
  state[name] = value;
  for (const act of listeners.get(name) ?? []) act(value);
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

// Look now; call it after everything that was done.
export async function refresh() {
  clearTimeout(timer);
  const activity = await get("/activity");
  set("running", Boolean(activity));
  if (activity) {
    const changed = activity.changes !== state.activity?.changes;
    set("activity", activity);
    if (changed) await load();
    set("looked", (state.looked ?? 0) + 1);
  }
  clearTimeout(timer);
  const busy = activity && (activity.jobs.length || activity.answering.length || !activity.ready || activity.status);
  if (!document.hidden) timer = setTimeout(refresh, activity ? (busy ? BUSY : IDLE) : LOST);
}

document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
refresh();
