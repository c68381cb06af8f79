import { askText, toast } from "./dialog.js";
import { openConversation } from "./asking.js";
import { collectionName } from "./collections.js";
import { closeDrawer } from "./side.js";
import { element, focusOn, iconButton, keptRows, textButton } from "./dom.js";
import { gettext } from "./language.js";
import { openMenu } from "./menu.js";
import { post, send } from "./requests.js";
import { roving } from "./roving.js";
import { listen, searchConversations, state } from "./state.js";
import { when } from "./wording.js";

const SEARCHED_FROM = 6;
const PAUSE = 150; // milliseconds of typing before it is searched

async function forget({ id, title }) {
  if (!(await post(`/conversations/${id}/remove`))) return;
  if (state.conversation === id) openConversation(null);
  toast(gettext("Deleted “{title}”", { title }), async () => { await post(`/conversations/${id}/restore`); openConversation(id); });
}

export function rename({ id, title }) {
  askText({ title: gettext("Rename conversation"), label: gettext("Name"), value: title, action: gettext("Rename"), save: async (name) => {
    const { problem } = await send(`/conversations/${id}/title`, { title: name });
    return problem;
  } });
}

const save = ({ id }, extension) => { location.href = `/conversations/${id}/export.${extension}`; };

const conversationActions = (entry) => [
  { label: gettext("Rename…"), run: () => rename(entry) },
  { label: gettext("Save as Markdown"), run: () => save(entry, "md") },
  { label: gettext("Save as web page"), run: () => save(entry, "html") },
  null,
  { label: gettext("Delete"), danger: true, run: () => forget(entry) },
];

function row(entry) {
  const detail = [when(entry.when), entry.where].filter(Boolean).join(" · ");
  return element("li", { class: entry.current ? "row conversation current" : "row conversation" },
    element("button", { type: "button", class: "row-open", title: entry.title, "data-focus": `open-${entry.id}`, "aria-current": entry.current ? "true" : null,
      click: () => { closeDrawer(); openConversation(entry.id); } },
      element("span", { class: "row-name" }, entry.title), element("span", { class: "row-detail" }, detail)),
    iconButton("more", gettext("Actions for conversation {title}", { title: entry.title }), (event) => openMenu(event.currentTarget, conversationActions(entry)),
      { "data-focus": `conversation-actions-${entry.id}`, "aria-haspopup": "menu", "aria-expanded": "false" }));
}

export function beginConversation() {
  closeDrawer();
  openConversation(null);
  focusOn("#question");
}

export function mount(root) {
  let timer;
  const search = element("input", { type: "search", id: "conversation-search", placeholder: gettext("Search what was said"), "aria-label": gettext("Search the conversations"), autocomplete: "off",
    input: () => { clearTimeout(timer); timer = setTimeout(() => searchConversations(search.value.trim()), PAUSE); } });
  const tools = element("div", { class: "list-tools" }, search);
  const list = element("ul", { class: "rows", "aria-label": gettext("Conversations") });
  const note = element("p", { class: "empty" });
  const draw = keptRows(list, row);
  roving(list);
  root.append(
    element("header", { class: "panel-heading" }, element("h2", {}, gettext("Conversations")), textButton(gettext("New"), beginConversation, { id: "new-conversation" }, "plus")),
    tools, list, note);

  function show() {
    const conversations = state.conversations ?? [];
    tools.hidden = conversations.length < SEARCHED_FROM && !state.words;
    draw(conversations.map((entry) => ({ ...entry, where: collectionName(entry.collection), current: entry.id === state.conversation })));
    list.hidden = !conversations.length;
    note.textContent = conversations.length ? "" : state.words ? gettext("Nothing was said with these words.") : gettext("What you ask is kept here.");
  }
  for (const name of ["conversations", "conversation", "library"]) listen(name, show);
  show();
}
