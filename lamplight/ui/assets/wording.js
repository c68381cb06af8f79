// How numbers, times and names are said.
import { gettext, locale, ngettext, number } from "./language.js";

export function size(bytes) {
  if (bytes >= 1e9) return `${number(bytes / 1e9, { minimumFractionDigits: 1, maximumFractionDigits: 1 })} GB`;
  return bytes >= 1e6 ? `${number(Math.round(bytes / 1e6))} MB` : `${number(Math.round(bytes / 1e3))} KB`;
}

// Of a download; null where it isn't known.
export function remaining(seconds) {
  if (seconds === null || seconds === undefined) return null;
  if (seconds < 90) return gettext("about {seconds} s left", { seconds: number(Math.max(1, Math.round(seconds))) });
  if (seconds < 5400) return ngettext("about {n} minute left", "about {n} minutes left", Math.round(seconds / 60));
  return ngettext("about {n} hour left", "about {n} hours left", Math.round(seconds / 3600));
}

// Of a file that is being read, behind how much of it is; nothing where that is over in a moment.
export function briefly(seconds) {
  if (seconds === null || seconds < 2) return "";
  const left = seconds < 90 ? gettext("about {seconds} s left", { seconds: number(Math.round(seconds)) }) : gettext("about {minutes} min left", { minutes: number(Math.round(seconds / 60)) });
  return ` · ${left}`;
}

// `seconds` since the epoch: the time today, the day before that, the year too if it is long ago.
export function when(seconds, now = new Date()) {
  const then = new Date(seconds * 1000);
  const days = Math.floor((new Date(now).setHours(0, 0, 0, 0) - new Date(then).setHours(0, 0, 0, 0)) / 86_400_000);
  if (days < 1) return then.toLocaleTimeString(locale, { hour: "numeric", minute: "2-digit" });
  if (days < 2) return gettext("Yesterday");
  return then.toLocaleDateString(locale, { day: "numeric", month: "short", year: days < 300 ? undefined : "numeric" });
}

// A file's name for pasted text: its first line, without what file systems don't take.
export const titleOf = (text) => text.trim().split("\n")[0].replace(/[^\p{L}\p{N} ,.()-]/gu, "").trim().slice(0, 60) || gettext("Pasted text");

const LONGEST = 22; // characters of a model's name

export function shortName(model) {
  const plain = model.replace(/[-_. ](instruct|chat|it|q\d\w*|gguf).*$/i, "");
  return plain.length > LONGEST ? `${plain.slice(0, LONGEST)}…` : plain;
}

// Where numbers have a decimal comma, spreadsheets want a semicolon between cells.
export const separator = () => (new Intl.NumberFormat().formatToParts(0.5).some((part) => part.type === "decimal" && part.value === ",") ? ";" : ",");
