// The sources panel: a click on a citation or a passage card opens the page it points at.
import { element, iconButton } from "./dom.js";

const REFERENCE = /#source-(\d+)-(\d+)-(\d+)$/;

// Where `quote` is in `text`, whatever the white space between its words; null if it isn't.
function findQuote(text, quote) {
  const words = quote.trim().split(/\s+/).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const found = words[0] ? text.match(new RegExp(words.join("\\s+"))) : null;
  return found ? [found.index, found.index + found[0].length] : null;
}

function excerpt(source) {
  const text = source.text || source.passage;
  const spans = source.quotes.map((quote) => findQuote(text, quote)).filter(Boolean).sort((one, other) => one[0] - other[0]);
  const parts = [];
  let at = 0;
  for (const [begin, end] of spans) {
    if (begin < at) continue;
    parts.push(text.slice(at, begin), element("mark", {}, text.slice(begin, end)));
    at = end;
  }
  return element("div", { class: "excerpt", tabindex: "0", role: "group", "aria-label": `Text of page ${source.page}` }, ...parts, text.slice(at));
}

function picture(source, ready) {
  const frame = element("div", { class: "page-picture", style: `aspect-ratio: ${source.ratio}` });
  const image = element("img", { src: source.image, alt: `${source.document}, page ${source.page}`,
    load: () => { frame.classList.add("loaded"); ready(); }, error: () => { frame.replaceWith(excerpt(source)); ready(); } });
  const boxes = source.boxes.map(([left, top, width, height]) =>
    element("div", { class: "box", style: `left:${left}%;top:${top}%;width:${width}%;height:${height}%` }));
  frame.append(image, ...boxes);
  return frame;
}

export function mount(panel) {
  let sources = [];
  let at = 0;
  let opener = null;
  const root = () => panel.element.querySelector(".panel");
  const column = () => document.querySelector("#sources-column");

  const bringIntoView = () => {
    const mark = root().querySelector(".box, mark");
    if (!mark) return;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const offset = mark.getBoundingClientRect().top - column().getBoundingClientRect().top - column().clientHeight / 3;
    column().scrollBy({ top: offset, behavior: calm ? "auto" : "smooth" });
  };

  const close = () => {
    document.body.classList.remove("sources-open");
    document.querySelectorAll("a.citation[aria-current]").forEach((link) => link.removeAttribute("aria-current"));
    // The chat may have drawn the answer again meanwhile: find the link that is there now.
    const link = opener?.isConnected ? opener : opener && document.querySelector(`#chat .answer a[href$="${opener.getAttribute("href")}"]`);
    (link || document.querySelector("#question textarea"))?.focus();
  };

  const show = (index, focus = null) => {
    at = Math.max(0, Math.min(sources.length - 1, index));
    draw();
    if (focus) root().querySelector(focus)?.focus();
  };

  const tab = (source, index) =>
    element("button", { type: "button", role: "tab", "aria-selected": String(index === at), tabindex: index === at ? "0" : "-1",
      class: source.cited ? "tab cited" : "tab", "aria-label": `Source ${source.marker}: ${source.document}, page ${source.page}`,
      click: () => show(index, "[role=tab][aria-selected=true]") }, String(source.marker));

  function draw() {
    const source = sources[at];
    const heading = element("header", { class: "panel-heading" },
      element("h2", { tabindex: "-1" }, "Sources"), iconButton("close", "Close sources", close));
    if (!source) return root().replaceChildren(heading, element("p", { class: "empty" }, "This source can’t be found any more."));
    const tabs = element("nav", { class: "tabs" },
      iconButton("left", "Previous source", () => show(at - 1, "[aria-label='Previous source']"), { disabled: at === 0 }),
      element("div", { class: "tab-list", role: "tablist", "aria-label": "Sources of this answer",
        keydown: (event) => { if (event.key === "ArrowRight") show(at + 1, "[aria-selected=true]"); if (event.key === "ArrowLeft") show(at - 1, "[aria-selected=true]"); } },
        sources.map(tab)),
      iconButton("right", "Next source", () => show(at + 1, "[aria-label='Next source']"), { disabled: at === sources.length - 1 }));
    root().replaceChildren(...[heading, tabs,
      element("p", { class: "source-name" }, source.document),
      element("p", { class: "source-place" }, [`Page ${source.page}`, source.section].filter(Boolean).join(" · ")),
      ...source.quotes.map((quote) => element("blockquote", { class: "quote" }, quote)),
      source.removed ? element("p", { class: "empty" }, "This document is no longer in your library.") : null,
      source.image ? picture(source, bringIntoView) : source.removed ? null : excerpt(source)].filter(Boolean));
    if (!source.image) requestAnimationFrame(bringIntoView);
    column().scrollTop = 0;
  }

  async function open(link, conversation, message, marker) {
    opener = link;
    document.querySelectorAll("a[aria-current]").forEach((other) => other.removeAttribute("aria-current"));
    link.setAttribute("aria-current", "true");
    const response = await fetch(`/sources/${conversation}/${message}`).catch(() => null);
    sources = response?.ok ? await response.json() : [];
    document.body.classList.add("sources-open");
    show(sources.findIndex((source) => source.marker === Number(marker)), "h2");
  }

  column().setAttribute("role", "complementary");
  column().setAttribute("aria-label", "Sources");
  // Before Gradio's own handlers, which would take the link as an address.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href*='#source-']");
    const found = link?.getAttribute("href").match(REFERENCE);
    if (!found) return;
    event.preventDefault();
    event.stopPropagation();
    open(link, ...found.slice(1));
  }, true);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !document.body.classList.contains("sources-open")) return;
    event.preventDefault();
    event.stopPropagation();
    close();
  }, true);
}
