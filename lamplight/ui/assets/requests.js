// Asking the app: JSON in, JSON out; what goes wrong is said in a sentence.
import { toast } from "./toast.js";

export const GONE = "Lamplight isn’t running any more. Start it again; everything is kept.";

async function reasonOf(response) {
  const { detail } = await response.json().catch(() => ({}));
  return typeof detail === "string" ? detail : "That didn’t work. The details are in the terminal.";
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
