// The sources panel: a click on a citation or a passage card opens the page it points at.
import { openDocument } from "./document.js";
import { arrows, element, focusOn, iconButton, smooth, textButton, within } from "./dom.js";
import { gettext, ngettext } from "./language.js";
import { pageText } from "./page_text.js";
import { pageTurner, pageView, zoomKey } from "./page_view.js";
import { get } from "./requests.js";
import { closeSide, column, openSide, root, want } from "./side.js";

const REFERENCE = /#source-(\d+)-(\d+)-(\d+)$/;

const excerpt = (source, page = source.page) => pageText({ parts: source.parts, text: source.text || source.passage, label: gettext("Text of page {page}", { page }), phrases: source.quotes ?? [] });

function table({ name, columns, rows, marked, cells, above, below }) {
  const said = (row, number) => cells.some(([at, column]) => at === row && column === number);
  const more = (count, text) => (count ? element("p", { class: "empty" }, text) : null);
  return element("div", { class: "source-table" }, more(above, ngettext("{n} more row above", "{n} more rows above", above)),
    element("div", { class: "table-scroll", tabindex: "0", role: "group", "aria-label": gettext("Table {name}", { name }) },
      element("table", {}, element("caption", {}, name),
        element("thead", {}, element("tr", {}, columns.map((column) => element("th", { scope: "col" }, column)))),
        element("tbody", {}, rows.map((row, at) => element("tr", { class: marked.includes(at) ? "marked" : null },
          row.map((cell, number) => element("td", { class: said(at, number) ? "said" : null }, said(at, number) ? element("mark", {}, cell) : cell))))))),
    more(below, ngettext("{n} more row below", "{n} more rows below", below)));
}

export function mount() {
  let sources = [];
  let at = 0;
  let opener = null;
  let view = null;
  let pageKeys = {};
  let drawn = 0; // what is asked for a source that isn't shown any more comes to nothing

  const bringIntoView = () => {
    const said = root().querySelector("mark");
    if (said) column().scrollBy({ top: said.getBoundingClientRect().top - column().getBoundingClientRect().top - column().clientHeight / 3, behavior: smooth() });
  };

  const unmark = () => { for (const link of document.querySelectorAll("a[aria-current]")) link.removeAttribute("aria-current"); };
  const mark = (link) => { unmark(); link.setAttribute("aria-current", "true"); };

  const closed = () => {
    // The chat may have drawn the answer again meanwhile: find the link that is there now.
    return opener?.isConnected ? opener : opener && document.querySelector(`#chat .answer a[href$="${opener.getAttribute("href")}"]`);
  };

  const show = (index, focus = null) => {
    at = Math.max(0, Math.min(sources.length - 1, index));
    draw();
    if (focus) focusOn(focus, root());
  };
  const next = () => show(at + 1, "[aria-selected=true]");
  const previous = () => show(at - 1, "[aria-selected=true]");
  const keys = (key) => ({ ...arrows(next, previous), n: next, j: next, p: previous, k: previous, ...pageKeys })[key] ?? zoomKey(view, key);

  const tab = (source, index) =>
    element("button", { type: "button", role: "tab", "aria-selected": String(index === at), tabindex: index === at ? "0" : "-1",
      class: source.cited ? "tab cited" : "tab", "aria-label": gettext("Source {number}: {document}, page {page}", { number: source.marker, document: source.document, page: source.page }),
      click: () => show(index, "[role=tab][aria-selected=true]") }, String(source.marker));

  // The page that is cited, and by the arrows those before and after it.
  function pages(source) {
    const holder = element("div", { class: "pages" });
    let latest = 0;
    const drawing = drawn;
    const show = async (number) => {
      latest = number;
      home.hidden = number === source.page;
      const own = number === source.page;
      const page = own ? source : await get(`/documents/${source.document_id}/pages/${number}`);
      if (!page || latest !== number || drawing !== drawn) return;
      const instead = () => holder.replaceChildren(excerpt(page, number));
      view = page.image ? pageView({ image: page.image, ratio: page.ratio, boxes: own ? source.boxes : [], alt: gettext("{document}, page {page}", { document: source.document, page: number }), failed: instead }) : null;
      if (view) holder.replaceChildren(view.node);
      else instead();
    };
    const home = element("button", { type: "button", class: "quiet", click: () => turner.to(source.page) }, gettext("Back to the passage"));
    const turner = pageTurner(source.pages, source.page, show, home);
    turner.to(source.page);
    pageKeys = { PageUp: turner.keys.PageUp, PageDown: turner.keys.PageDown, Home: turner.keys.Home, End: turner.keys.End };
    return [turner.node, holder];
  }

  function draw() {
    drawn += 1;
    view = null;
    pageKeys = {};
    const source = sources[at];
    const heading = element("header", { class: "panel-heading" },
      element("h2", { tabindex: "-1" }, gettext("Sources")), iconButton("close", gettext("Close sources"), closeSide));
    if (!source) return root().replaceChildren(heading, element("p", { class: "empty" }, gettext("This source can’t be found any more.")));
    const tabs = element("nav", { class: "tabs", "aria-label": gettext("Sources of this answer") },
      iconButton("left", gettext("Previous source"), () => show(at - 1, "[data-focus=previous]"), { disabled: at === 0, "data-focus": "previous" }),
      element("div", { class: "tab-list", role: "tablist", "aria-label": gettext("Sources of this answer") }, sources.map(tab)),
      iconButton("right", gettext("Next source"), () => show(at + 1, "[data-focus=next]"), { disabled: at === sources.length - 1, "data-focus": "next" }));
    root().replaceChildren(...[heading, tabs,
      element("p", { class: "source-name" }, source.document),
      element("p", { class: "source-place" }, [gettext("Page {page}", { page: source.page }), source.trail.join(" › ")].filter(Boolean).join(" · ")),
      source.table ? null : source.quotes.map((quote) => element("blockquote", { class: "quote" }, quote)),
      source.removed ? element("p", { class: "empty" }, gettext("This document is no longer in your library.")) : null,
      source.table ? table(source.table) : null,
      source.removed || (source.table && !source.image) ? null : pages(source), // the table is all of it
      source.removed ? null : textButton(gettext("Open the whole document"), (event) => openDocument(source.document_id, event.currentTarget, source.page), { class: "link-button" })].flat().filter(Boolean));
    if (!source.image) requestAnimationFrame(bringIntoView);
    column().scrollTop = 0;
  }

  async function open(link, conversation, message, marker) {
    const isWanted = want();
    mark(link);
    const found = (await get(`/sources/${conversation}/${message}`)) ?? [];
    if (!isWanted()) return;
    sources = found;
    opener = link;
    openSide({ keys, closed, left: unmark });
    mark(link); // which leaving what was shown before has undone
    show(sources.findIndex((source) => source.marker === Number(marker)), "h2");
  }

  document.addEventListener("click", (event) => {
    const link = within(event, "a[href*='#source-']");
    const found = link?.getAttribute("href").match(REFERENCE);
    if (!found) return;
    event.preventDefault();
    open(link, ...found.slice(1));
  });
}
