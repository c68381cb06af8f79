// One document in the panel on the right: its report card, and each page beside the text that was read from it.
import { askAbout } from "./about.js";
import { ask } from "./asking.js";
import { element, focusOn, iconButton, isComposing, textButton } from "./dom.js";
import { documentActions, openOriginal } from "./document_actions.js";
import { gettext, ngettext } from "./language.js";
import { openMenu } from "./menu.js";
import { pageText } from "./page_text.js";
import { pageTurner, pageView, zoomKey } from "./page_view.js";
import { get } from "./requests.js";
import { closeSide, column, openSide, root, want } from "./side.js";
import { set, state } from "./state.js";

function card(about) {
  const facts = about.facts.flatMap(([label, value]) => [element("dt", {}, label), element("dd", {}, value)]);
  const skipped = about.skipped.map((sentence) => element("li", {}, sentence));
  return [element("dl", { class: "report-card" }, facts), skipped.length ? element("ul", { class: "skipped" }, skipped) : null];
}

const TYPING = 200; // milliseconds of a pause
const PARTS = [["figures", gettext("Figures")], ["dates", gettext("Dates")], ["names", gettext("Names")], ["outline", gettext("Outline")]];

// The source guide: each line turns to its page, each question is asked.
function guide(about, turn) {
  if (!about.guide) return null;
  const line = ({ text, page }) => element("li", {}, textButton(text, () => turn(page), { class: "link-button", title: gettext("Page {page}", { page }) }));
  const part = ([name, label]) => (about.guide[name].length ? [element("h4", {}, label), element("ul", {}, about.guide[name].map(line))] : []);
  const questions = about.guide.questions.map((question) => element("button", { type: "button", class: "example", click: () => ask(question) }, question));
  return element("section", { class: "guide", "aria-label": gettext("Source guide") },
    element("h3", {}, gettext("What it says")), element("ul", {}, about.guide.lines.map(line)), PARTS.flatMap(part),
    questions.length ? element("div", { class: "examples", role: "group", "aria-label": gettext("Questions you could ask") }, questions) : null);
}

// Finding words in the document: each page that holds them, one after the other.
function finder(id, look) {
  let found = [];
  let at = 0;
  let words = "";
  const told = element("span", { class: "found-told", role: "status" });
  const input = element("input", { type: "search", placeholder: gettext("Find in this document"), "aria-label": gettext("Find in this document"), autocomplete: "off",
    input: () => { clearTimeout(input.timer); input.timer = setTimeout(() => search(), TYPING); },
    keydown: (event) => { if (event.key === "Enter" && !isComposing(event)) { event.preventDefault(); if (input.value.trim() === words) step(event.shiftKey ? -1 : 1); else search(); } } });
  const before = iconButton("left", gettext("Page before that holds it"), () => step(-1));
  const after = iconButton("right", gettext("Next page that holds it"), () => step(1));
  const draw = () => {
    const places = found.reduce((sum, { count }) => sum + count, 0);
    const pages = ngettext("{n} page", "{n} pages", found.length);
    told.textContent = !words ? "" : !found.length ? gettext("Not found")
      : found.length === 1 ? ngettext("{n} on page {page}", "{n} on page {page}", places, { page: found[0].page }) : ngettext("{n} on {pages}", "{n} on {pages}", places, { pages });
    before.hidden = after.hidden = found.length < 2;
  };
  const step = (by) => { if (found.length) { at = (at + by + found.length) % found.length; look(found[at], words); } };
  async function search(wanted = input.value, page = 0) {
    const sought = wanted.trim();
    words = sought;
    input.value = wanted;
    const told = sought.length > 1 ? await get(`/documents/${id}/find?words=${encodeURIComponent(sought)}`) : null;
    if (sought !== words) return; // others were typed meanwhile
    found = told ?? [];
    at = Math.max(0, found.findIndex((one) => one.page >= page));
    draw();
    look(found[at] ?? null, words);
  }
  draw();
  return { node: element("div", { class: "find", role: "search", "aria-label": gettext("In this document") }, input, told, before, after), search };
}

export async function openDocument(id, opener, first = 1, words = "") {
  const isWanted = want();
  const about = await get(`/documents/${id}`);
  if (!about || !isWanted()) return;
  let view = null;
  let latest = first;
  let mark = { page: 0, boxes: [], words: "" };
  const body = element("div", { class: "document-page" });

  function read(page) {
    const text = pageText({ parts: page.parts, text: page.text, label: gettext("Text read from page {page}", { page: page.number }), phrases: mark.words ? [mark.words] : [] });
    if (!page.image) return [text];
    view = pageView({ image: page.image, ratio: page.ratio, boxes: mark.page === page.number ? mark.boxes : [], alt: gettext("{name}, page {page}", { name: about.name, page: page.number }), failed: () => view.node.remove() });
    return [view.node, element("h3", { class: "seen" }, gettext("What Lamplight sees")), text];
  }
  const show = async (number) => {
    latest = number;
    const page = await get(`/documents/${id}/pages/${number}`);
    view = null;
    if (!page || page.number !== latest) return;
    body.replaceChildren(...read(page));
    if (mark.words && !page.image) body.querySelector("mark")?.scrollIntoView({ block: "center" });
  };
  const turner = pageTurner(about.pages, first, show);
  const turn = turner.to;
  const find = finder(id, (place, sought) => {
    mark = { page: place?.page ?? 0, boxes: place?.boxes ?? [], words: place ? sought : "" };
    turn(place?.page ?? latest);
  });
  const entry = () => state.library?.documents.find((one) => one.id === id);
  openSide({ left: () => set("open", null), closed: () => (opener?.isConnected ? opener : null), keys: (key) => turner.keys[key] ?? zoomKey(view, key) });
  set("open", id);
  root().replaceChildren(...[
    element("header", { class: "panel-heading" }, element("h2", { tabindex: "-1" }, gettext("Document")), iconButton("close", gettext("Close document"), closeSide)),
    element("p", { class: "source-name" }, about.name), element("p", { class: "source-place" }, about.place),
    element("div", { class: "document-actions" },
      textButton(gettext("Ask about it"), () => askAbout([about])),
      about.there ? textButton(gettext("Open original"), () => openOriginal(about, latest)) : element("p", { class: "empty" }, gettext("The original is no longer where it was added from.")),
      entry() ? textButton(gettext("More"), (event) => openMenu(event.currentTarget, documentActions(entry())), { "aria-haspopup": "menu", "aria-expanded": "false" }) : null),
    guide(about, turn), ...card(about), find.node, turner.node, body].filter(Boolean));
  column().scrollTop = 0;
  focusOn("h2", root());
  if (words) find.search(words, first);
  else turn(first);
}
