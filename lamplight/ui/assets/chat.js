// The conversation, and what can be done with its questions and answers by the links in their text.
import { answerAgain, beginEditing } from "./asking.js";
import { element, iconButton, query, within } from "./dom.js";
import { gettext } from "./language.js";
import { patch } from "./patch.js";
import { get } from "./requests.js";
import { openSettings } from "./settings.js";
import { listen } from "./state.js";
import { toast } from "./dialog.js";
import { separator } from "./wording.js";

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
  const cited = sources.filter((source) => source.cited).map(({ marker, document: name, page }) => gettext("[{marker}] {document}, page {page}", { marker, document: name, page }));
  await navigator.clipboard.writeText(cited.length ? `${text}\n\n${cited.join("\n")}` : text);
  toast(cited.length ? gettext("Copied with its sources") : gettext("Copied"));
}

async function copyTable(conversation, message) {
  const table = await fetch(`/conversations/${conversation}/${message}/table.tsv?separator=%09`);
  if (!table.ok) return toast(gettext("The table could not be copied"));
  const text = await table.text();  // without its byte order mark
  await navigator.clipboard.writeText(text);
  toast(gettext("Copied; paste it into a spreadsheet"));
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
  else if (action === "edit") beginEditing(message, query(".asked", link.closest(".message")).innerText);
  else if (action === "larger") openSettings("models");
  else answerAgain(conversation, message, action, action.startsWith("as-") ? action.slice(3) : null);
}

const SPEAKERS = { assistant: ["bot", "Lamplight"], user: ["user", gettext("You")] };
const NEAR = 100; // pixels from the end: who is there goes on with what is written

// A message by its number. What the app sends is safe HTML: all text in it is escaped (`ui/rendering.py`).
let messages = new Map();

// To those who hear the page, links that act are buttons.
function nameButtons(content) {
  for (const link of content.querySelectorAll("a[href^='#']")) if (ACTION.test(link.getAttribute("href"))) link.setAttribute("role", "button");
}

function draw(node, parts) {
  while (node.children.length > parts.length) node.lastElementChild.remove();
  parts.forEach((html, at) => {
    if (html === null) return; // as it was
    const part = node.children[at] ?? node.appendChild(element("div"));
    patch(part, html, nameButtons);
  });
}

function drawAll(root, view) {
  const known = messages;
  messages = new Map();
  for (const { id, role, parts } of view.messages) {
    const [kind, name] = SPEAKERS[role];
    const node = known.get(id) ?? element("article", { class: `message ${kind}`, "aria-label": name });
    if (parts) draw(node, parts);
    messages.set(id, node);
  }
  const nodes = [...messages.values()];
  if (nodes.length !== root.children.length || nodes.some((node, at) => root.children[at] !== node)) root.replaceChildren(...nodes);
}

// Who is at the end stays there while an answer is written, and in a window of another size.
function keepToTheEnd(root) {
  const chat = root.parentElement;
  let atTheEnd = true;
  const go = () => { chat.scrollTop = chat.scrollHeight; };
  const button = iconButton("down", gettext("Go to the end"), go, { id: "to-the-end", hidden: true });
  const look = () => {
    atTheEnd = chat.scrollHeight - chat.scrollTop - chat.clientHeight < NEAR;
    button.hidden = atTheEnd;
  };
  chat.append(button);
  chat.addEventListener("scroll", look);
  const goOn = () => { if (atTheEnd) go(); look(); };
  new ResizeObserver(goOn).observe(chat);
  root.addEventListener("load", goOn, true); // a picture has its height only then
  return { go, goOn };
}

// The log would be read aloud again with each word that comes; a finished answer is said once instead.
const voice = element("p", { class: "unseen", role: "status" });

export function say(text) {
  voice.textContent = text;
}

export function sayAnswer() {
  const turn = [...document.querySelectorAll("#chat .turn")].pop();
  say(turn ? query(".failure, .answer", turn)?.innerText ?? "" : "");
}

export function mount(root) {
  const end = keepToTheEnd(root);
  let shown = null;
  let asked = 0;
  query("#composer").append(voice);
  listen("view", (view) => {
    const questions = view.messages.filter(({ role }) => role === "user").length;
    drawAll(root, view);
    if (view.conversation !== shown || questions > asked) end.go();
    else end.goOn();
    [shown, asked] = [view.conversation, questions];
  });
  listen("answer", ({ message, parts }) => {
    const node = messages.get(message);
    if (node) draw(node, parts);
    end.goOn();
  });
  document.addEventListener("click", act);
  document.addEventListener("keydown", (event) => {
    const link = event.key === " " ? within(event, "#chat a[role=button]") : null;
    if (link) { event.preventDefault(); link.click(); }
  });
}
