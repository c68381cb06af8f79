// One document in the panel on the right: its report card, and each page beside the text that was read from it.
import { element, iconButton } from "./dom.js";

const panel = () => document.querySelector("#sources .panel");
const asked = (address) => fetch(address).then((response) => (response.ok ? response.json() : null)).catch(() => null);

function close(opener) {
  document.body.classList.remove("sources-open");
  (opener?.isConnected ? opener : document.querySelector("#question textarea"))?.focus();
}

function card(about) {
  const facts = about.facts.flatMap(([label, value]) => [element("dt", {}, label), element("dd", {}, value)]);
  const skipped = about.skipped.map((sentence) => element("li", {}, sentence));
  return [element("dl", { class: "report-card" }, facts), skipped.length ? element("ul", { class: "skipped" }, skipped) : null];
}

function view(page, name) {
  const text = element("div", { class: "excerpt", tabindex: "0", role: "group", "aria-label": `Text read from page ${page.number}` },
    page.text || "Nothing was read from this page.");
  if (!page.image) return [text];
  const frame = element("div", { class: "page-picture", style: `aspect-ratio: ${page.ratio}` });
  frame.append(element("img", { src: page.image, alt: `${name}, page ${page.number}`, load: () => frame.classList.add("loaded"), error: () => frame.remove() }));
  return [frame, element("h3", { class: "seen" }, "What Lamplight sees"), text];
}

export async function openDocument(id, opener) {
  const about = await asked(`/documents/${id}`);
  if (!about) return;
  let number = 1;
  const body = element("div", { class: "document-page", "aria-live": "polite" });
  const place = element("span", { class: "page-number" });
  const turn = async (to) => {
    number = Math.max(1, Math.min(about.pages, to));
    place.textContent = `Page ${number} of ${about.pages}`;
    back.disabled = number === 1;
    on.disabled = number === about.pages;
    const page = await asked(`/documents/${id}/pages/${number}`);
    if (page && page.number === number) body.replaceChildren(...view(page, about.name));
  };
  const back = iconButton("left", "Previous page", () => turn(number - 1));
  const on = iconButton("right", "Next page", () => turn(number + 1));
  panel().replaceChildren(...[
    element("header", { class: "panel-heading" }, element("h2", { tabindex: "-1" }, "Document"), iconButton("close", "Close document", () => close(opener))),
    element("p", { class: "source-name" }, about.name), element("p", { class: "source-place" }, about.path),
    ...card(about), element("nav", { class: "tabs", "aria-label": "Pages" }, back, place, on), body].filter(Boolean));
  document.body.classList.add("sources-open");
  document.querySelector("#sources-column").scrollTop = 0;
  panel().querySelector("h2").focus();
  turn(1);
}
