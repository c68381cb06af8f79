// What can be done with questions and answers. Their links are part of the text, which Gradio draws.
import { answerAgain, beginEditing } from "./asking.js";
import { element, query, within } from "./dom.js";
import { get } from "./requests.js";
import { openSettings } from "./settings.js";
import { toast } from "./toast.js";

const ACTION = /#(copy|table|csv|again|fewer|more|everywhere|larger|edit|as-[a-z]+)-(\d+)-(\d+)$/;

function plain(answer) {
  const copy = answer.cloneNode(true);
  for (const citation of copy.querySelectorAll("a.citation")) citation.replaceWith(` [${citation.textContent}]`);
  // Only laid out text has line breaks between its paragraphs.
  copy.style.cssText = "position:absolute;left:-9999px";
  document.body.append(copy);
  const text = copy.innerText.trim();
  copy.remove();
  return text;
}

async function copy(link, conversation, message) {
  const text = plain(link.closest(".turn").querySelector(".answer"));
  const sources = (await get(`/sources/${conversation}/${message}`)) ?? [];
  const cited = sources.filter((source) => source.cited).map((source) => `[${source.marker}] ${source.document}, page ${source.page}`);
  await navigator.clipboard.writeText(cited.length ? `${text}\n\n${cited.join("\n")}` : text);
  toast(cited.length ? "Copied with its sources" : "Copied");
}

// Where numbers have a decimal comma, spreadsheets want a semicolon between cells.
export const separator = () => (new Intl.NumberFormat().formatToParts(0.5).some((part) => part.type === "decimal" && part.value === ",") ? ";" : ",");

async function copyTable(conversation, message) {
  const table = await fetch(`/conversations/${conversation}/${message}/table.tsv?separator=%09`);
  if (!table.ok) return toast("The table could not be copied");
  const text = await table.text();  // without its byte order mark
  await navigator.clipboard.writeText(text);
  toast("Copied; paste it into a spreadsheet");
}

function saveTable(conversation, message) {
  const link = element("a", { href: `/conversations/${conversation}/${message}/table.csv?separator=${encodeURIComponent(separator())}`, download: true });
  document.body.append(link);
  link.click();
  link.remove();
}

function act(event) {
  const link = within(event, "#chat a");
  const found = link?.getAttribute("href")?.match(ACTION);
  if (!found) return;
  event.preventDefault();
  event.stopPropagation();
  const [action, conversation, message] = [found[1], Number(found[2]), Number(found[3])];
  if (action === "copy") copy(link, conversation, message);
  else if (action === "table") copyTable(conversation, message);
  else if (action === "csv") saveTable(conversation, message);
  else if (action === "edit") beginEditing(message, query(".asked", link.closest(".message-content, .message, .prose")).innerText);
  else if (action === "larger") openSettings("models");
  else answerAgain(conversation, message, action, action.startsWith("as-") ? action.slice(3) : null);
}

const SPEAKERS = { bot: "Lamplight", user: "You" };

// To those who hear the page, links that act are buttons, and a message is not called by its whole text.
function name(root) {
  root.querySelector("[role=log]")?.setAttribute("aria-live", "off");
  for (const message of root.querySelectorAll("[data-testid=bot], [data-testid=user]")) {
    const speaker = SPEAKERS[message.dataset.testid];
    if (message.getAttribute("aria-label") !== speaker) message.setAttribute("aria-label", speaker);
  }
  for (const link of root.querySelectorAll("a[href^='#']:not([role])")) if (ACTION.test(link.getAttribute("href"))) link.setAttribute("role", "button");
}

// Gradio's log would be read aloud again with each word that comes; a finished answer is said once instead.
const voice = element("p", { class: "unseen", role: "status" });

export function say(text) {
  voice.textContent = text;
}

export function sayAnswer() {
  const turn = [...document.querySelectorAll("#chat .turn")].pop();
  say(turn ? query(".failure, .answer", turn)?.innerText ?? "" : "");
}

export function followChat() {
  document.querySelector("#composer").append(voice);
  // Before Gradio's own handlers, which would take the link as an address.
  document.addEventListener("click", act, true);
  document.addEventListener("keydown", (event) => {
    const link = event.key === " " ? within(event, "#chat a[role=button]") : null;
    if (link) { event.preventDefault(); link.click(); }
  });
  const chat = document.querySelector("#chat");
  if (!chat) return;
  new MutationObserver(() => name(chat)).observe(chat, { childList: true, subtree: true, attributes: true, attributeFilter: ["aria-label"] });
}
