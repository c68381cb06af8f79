// Asking the app: JSON in, JSON out; what goes wrong is said in a sentence.
import { toast } from "./dialog.js";
import { gettext } from "./language.js";

export const GONE = gettext("Lamplight isn’t running any more. Start it again; everything is kept.");

const BROKEN = gettext("That didn’t work. The details are in the terminal.");

async function reasonOf(response) {
  const { detail } = await response.json().catch(() => ({}));
  return typeof detail === "string" ? detail : BROKEN;
}

// One who was signed out meanwhile gets the page that says how to come in.
function signedOut(response) {
  if (response?.status === 401) location.reload();
  return response;
}

// The value, or null when there is none.
export async function get(address) {
  const response = signedOut(await fetch(address).catch(() => null));
  return response?.ok ? response.json() : null;
}

// {value} or {problem}. Nothing is shown: for forms that say the problem themselves.
export async function send(address, body = null, method = "POST") {
  const options = body === null ? { method } : { method, body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
  const response = signedOut(await fetch(address, options).catch(() => null));
  if (!response) return { problem: GONE };
  return response.ok ? { value: await response.json().catch(() => null) } : { problem: await reasonOf(response) };
}

// True when it worked; else the problem is shown.
export async function post(address, body = null) {
  const { problem } = await send(address, body);
  if (problem) toast(problem);
  return !problem;
}

// Through Gradio's queue: {value} once it is done, or {problem}; with `lost` the app was not there to take it.
export async function call(name, given) {
  const joined = await fetch(`/gradio_api/call/${name}`, { method: "POST", body: JSON.stringify({ data: [given] }), headers: { "Content-Type": "application/json" } }).catch(() => null);
  if (!signedOut(joined)) return { problem: GONE, lost: true };
  if (!joined.ok) return { problem: await reasonOf(joined) };
  const { event_id: event } = await joined.json();
  const done = await fetch(`/gradio_api/call/${name}/${event}`).then((response) => response.text(), () => "");
  const [, kind, told] = done.match(/^event: (complete|error)\ndata: (.*)$/m) ?? [];
  if (kind === "complete") return { value: JSON.parse(told)[0] };
  return { problem: (told && JSON.parse(told)?.error) || BROKEN };
}
