// One document in the panel on the right: its report card, and each page beside the text that was read from it.
import { ask } from "./composer.js";
import { element, iconButton, textButton } from "./dom.js";
import { documentActions, openOriginal } from "./library.js";
import { openMenu } from "./menu.js";
import { pageView, zoomKey } from "./page_view.js";
import { get } from "./requests.js";
import { closeSide, column, openSide, root } from "./side.js";
import { state } from "./state.js";

function card(about) {
  const facts = about.facts.flatMap(([label, value]) => [element("dt", {}, label), element("dd", {}, value)]);
  const skipped = about.skipped.map((sentence) => element("li", {}, sentence));
  return [element("dl", { class: "report-card" }, facts), skipped.length ? element("ul", { class: "skipped" }, skipped) : null];
}

const PARTS = [["figures", "Figures"], ["dates", "Dates"], ["names", "Names"], ["outline", "Outline"]];

// The source guide: each line turns to its page, each question is asked.
function guide(about, turn) {
  if (!about.guide) return null;
  const line = ({ text, page }) => element("li", {}, textButton(text, () => turn(page), { class: "link-button", title: `Page ${page}` }));
  const part = ([name, label]) => (about.guide[name].length ? [element("h4", {}, label), element("ul", {}, about.guide[name].map(line))] : []);
  const questions = about.guide.questions.map((question) => element("button", { type: "button", class: "example", click: () => ask(question) }, question));
  return element("section", { class: "guide", "aria-label": "Source guide" },
    element("h3", {}, "What it says"), element("ul", {}, about.guide.lines.map(line)), PARTS.flatMap(part),
    questions.length ? element("div", { class: "examples", role: "group", "aria-label": "Questions you could ask" }, questions) : null);
}

export async function openDocument(id, opener, first = 1) {
  const about = await get(`/documents/${id}`);
  if (!about) return;
  let number = first;
  let view = null;
  const body = element("div", { class: "document-page" });
  const place = element("span", { class: "page-number", role: "status" });

  function read(page) {
    const text = element("div", { class: "excerpt", tabindex: "0", role: "group", "aria-label": `Text read from page ${page.number}` },
      page.text || "Nothing was read from this page.");
    if (!page.image) return [text];
    view = pageView({ image: page.image, ratio: page.ratio, alt: `${about.name}, page ${page.number}`, failed: () => view.node.remove() });
    return [view.node, element("h3", { class: "seen" }, "What Lamplight sees"), text];
  }
  const turn = async (to) => {
    number = Math.max(1, Math.min(about.pages, to));
    place.textContent = `Page ${number} of ${about.pages}`;
    back.disabled = number === 1;
    on.disabled = number === about.pages;
    const page = await get(`/documents/${id}/pages/${number}`);
    view = null;
    if (page && page.number === number) body.replaceChildren(...read(page));
  };
  const before = () => turn(number - 1);
  const after = () => turn(number + 1);
  const back = iconButton("left", "Previous page", before);
  const on = iconButton("right", "Next page", after);
  const entry = () => state.library?.documents.find((one) => one.id === id);
  openSide({ closed: () => (opener?.isConnected ? opener : null), keys: (key) => ({ ArrowLeft: before, ArrowRight: after })[key] ?? zoomKey(view, key) });
  root().replaceChildren(...[
    element("header", { class: "panel-heading" }, element("h2", { tabindex: "-1" }, "Document"), iconButton("close", "Close document", closeSide)),
    element("p", { class: "source-name" }, about.name), element("p", { class: "source-place" }, about.place),
    element("div", { class: "document-actions" },
      about.there ? textButton("Open original", () => openOriginal(about, number)) : element("p", { class: "empty" }, "The original is no longer where it was added from."),
      entry() ? textButton("More", (event) => openMenu(event.currentTarget, documentActions(entry())), { "aria-haspopup": "menu", "aria-expanded": "false" }) : null),
    guide(about, turn), ...card(about), element("nav", { class: "page-turner", "aria-label": "Pages" }, back, place, on), body].filter(Boolean));
  column().scrollTop = 0;
  root().querySelector("h2").focus();
  turn(first);
}
