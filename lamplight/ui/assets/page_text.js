// The text of a page with its headings and tables, and with words marked in it.
import { element } from "./dom.js";
import { gettext } from "./language.js";

// Where `words` are in `text`, whatever the white space between them and whether in capitals; null if they aren't.
export function place(text, words) {
  const parts = words.trim().split(/\s+/).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const found = parts[0] ? text.match(new RegExp(parts.join("\\s+"), "i")) : null;
  return found ? [found.index, found.index + found[0].length] : null;
}

// Where each of `phrases` comes first, in their order in the text; what begins inside another is left out.
export function places(text, phrases) {
  const found = phrases.map((phrase) => place(text, phrase)).filter(Boolean).sort((one, other) => one[0] - other[0]);
  let end = 0;
  return found.filter(([begin, stop]) => { const apart = begin >= end; if (apart) end = stop; return apart; });
}

// `text` as nodes in which each of `phrases` is marked, the first time it comes.
function marked(text, phrases) {
  const nodes = [];
  let at = 0;
  for (const [begin, end] of places(text, phrases)) {
    nodes.push(text.slice(at, begin), element("mark", {}, text.slice(begin, end)));
    at = end;
  }
  return [...nodes, text.slice(at)];
}

function table({ rows }, phrases) {
  const said = (row) => phrases.some((phrase) => place(row.join(" | "), phrase));
  const row = (cells, head) => element("tr", { class: said(cells) ? "marked" : null }, cells.map((cell) => (head ? element("th", { scope: "col" }, cell) : element("td", {}, said(cells) ? element("mark", {}, cell) : marked(cell, phrases)))));
  const [first, ...others] = rows;
  return element("table", {}, others.length ? element("thead", {}, row(first, true)) : null, element("tbody", {}, (others.length ? others : rows).map((cells) => row(cells, false))));
}

// `parts` are empty where nothing is known but the `text`.
export function pageText({ parts, text, label, phrases = [] }) {
  const lines = phrases.flatMap((phrase) => phrase.split("\n"));
  const shown = { heading: (part) => element("h3", {}, marked(part.text, lines)), text: (part) => element("p", {}, marked(part.text, lines)), table: (part) => table(part, lines) };
  return element("div", { class: parts?.length ? "excerpt parts" : "excerpt", tabindex: "0", role: "group", "aria-label": label },
    parts?.length ? parts.map((part) => shown[part.kind](part)) : marked(text || gettext("Nothing was read from this page."), phrases));
}
