import { acceptFiles, chooser, pasteText } from "./adding.js";
import { collectionPicker } from "./collections.js";
import { openDocument } from "./document.js";
import { act, chosenBar, documentActions, tick } from "./document_actions.js";
import { element, icon, iconButton, keptRows, redraw, textButton } from "./dom.js";
import { gettext, locale, ngettext } from "./language.js";
import { openFolders, openPapers } from "./later.js";
import { openMenu } from "./menu.js";
import { post } from "./requests.js";
import { roving } from "./roving.js";
import { isElsewhere, listen, state } from "./state.js";
import { briefly } from "./wording.js";

const ORDERS = {
  added: [gettext("Newest first"), (one, other) => other.added - one.added || other.id - one.id],
  name: [gettext("By name"), (one, other) => one.name.localeCompare(other.name, locale, { numeric: true })],
  pages: [gettext("Longest first"), (one, other) => other.pages - one.pages],
  kind: [gettext("By kind"), (one, other) => one.kind.localeCompare(other.kind, locale) || one.name.localeCompare(other.name, locale)],
};
const SEARCHED_FROM = 6; // documents: fewer are seen at a glance

const FOLDED_FROM = 3; // files that could not be read

function detail(entry) {
  const when = new Date(entry.added * 1000);
  const year = when.getFullYear() === new Date().getFullYear() ? undefined : "numeric";
  const folder = entry.twin ? entry.folder || gettext("dropped here") : "";
  /** @type {Intl.DateTimeFormatOptions} */
  const time = entry.twin ? { hour: "numeric", minute: "2-digit" } : {};
  const day = when.toLocaleString(locale, { day: "numeric", month: "short", year, ...time });
  return [entry.pinned && gettext("Pinned"), entry.kind, ngettext("{n} page", "{n} pages", entry.pages), day, folder].filter(Boolean).join(" · ");
}

function thumbnail(entry) {
  const frame = element("span", { class: "thumbnail", "aria-hidden": "true" }, entry.drawn ? null : element("span", {}, entry.kind.slice(0, 4)));
  if (entry.drawn) frame.append(element("img", { src: `/pages/${entry.id}/1.png?width=96`, alt: "", loading: "lazy", decoding: "async", error: () => frame.replaceChildren(icon("document")) }));
  return frame;
}

function documentRow(entry) {
  const ticked = element("input", { type: "checkbox", class: "row-tick", checked: entry.ticked, "aria-label": gettext("Choose {name}", { name: entry.name }), "data-focus": `tick-${entry.id}`, change: (event) => tick(entry.id, event.target.checked) });
  return element("li", { class: "row document" }, ticked, thumbnail(entry),
    element("div", { class: "row-text" },
      element("button", { type: "button", class: "row-name", title: entry.name, "data-focus": `view-${entry.id}`,
        click: (event) => openDocument(entry.id, event.currentTarget) }, entry.name),
      element("span", { class: "row-detail" }, detail(entry))),
    iconButton("more", gettext("Actions for {name}", { name: entry.name }), (event) => openMenu(event.currentTarget, documentActions(state.library.documents.find((one) => one.id === entry.id) ?? entry)),
      { "data-focus": `actions-${entry.id}`, "aria-haspopup": "menu", "aria-expanded": "false" }));
}

function jobRow(job) {
  const failed = job.state === "failed";
  const percent = job.fraction === null ? null : Math.round(job.fraction * 100);
  const status = percent === null ? job.status : `${job.status} · ${percent} %${briefly(job.seconds)}`;
  const { name } = job;
  const button = (sign, label, action) => iconButton(sign, label, () => act(`/jobs/${job.id}/${action}`), { "data-focus": `${action}-${job.id}` });
  return element("li", { class: `row job ${job.state}` },
    element("div", { class: "row-text" },
      element("span", { class: "row-name", title: job.name }, job.name),
      element("span", { class: failed ? "row-failure" : "row-detail" }, failed ? job.error : status),
      failed ? null : element("progress", { max: 100, value: percent ?? (job.state === "queued" ? 0 : null), "aria-label": gettext("Reading {name}", { name }) })),
    failed ? [button("retry", gettext("Try again: {name}", { name }), "retry"), button("close", gettext("Dismiss {name}", { name }), "dismiss")] : button("close", gettext("Cancel {name}", { name }), "cancel"));
}

export function mount(root) {
  const heading = element("div");
  const search = element("input", { type: "search", id: "library-search", placeholder: gettext("Search names"), "aria-label": gettext("Search the library by name"), autocomplete: "off", input: () => show() });
  const order = element("select", { id: "library-order", "aria-label": gettext("Order of the documents"), change: () => { localStorage.setItem("lamplight-order", order.value); show(); } },
    Object.entries(ORDERS).map(([value, [label]]) => element("option", { value }, label)));
  order.value = ORDERS[localStorage.getItem("lamplight-order")] ? localStorage.getItem("lamplight-order") : "added";
  const tools = element("div", { class: "list-tools" }, search, order);
  const jobList = element("ul", { class: "rows jobs", "aria-label": gettext("Being read") });
  const documentList = element("ul", { class: "rows documents", "aria-label": gettext("Documents") });
  const note = element("p", { class: "empty" });
  const more = element("p", { class: "empty", hidden: true });
  const files = chooser("add-files-input", gettext("Add files"));
  const folder = chooser("add-folder-input", gettext("Add a folder"), { webkitdirectory: true });
  const failures = element("div", { class: "failures", hidden: true });
  let unfolded = false;
  const showJobs = keptRows(jobList, jobRow);
  const showDocuments = keptRows(documentList, documentRow);
  const papers = textButton("", openPapers, { class: "link-button watched-folders", id: "open-papers", hidden: true });
  const watched = textButton("", openFolders, { class: "link-button watched-folders", hidden: true });
  let listed = [];
  root.append(heading, tools, chosenBar(() => listed), failures, jobList, more, documentList, note, papers, watched, files, folder);
  for (const list of [jobList, documentList]) roving(list);
  acceptFiles();

  const add = (event) => openMenu(event.currentTarget, [
    { label: gettext("Files…"), run: () => files.click() },
    { label: gettext("A folder…"), run: () => folder.click() },
    { label: gettext("Text…"), run: () => pasteText() },
    ...(isElsewhere() ? [] : [null, { label: gettext("Watch a folder…"), run: openFolders }]),
  ]);

  function showActivity() {
    const { library, activity } = state;
    if (!library || !activity) return;
    const pausable = activity.jobs.some((job) => job.state !== "failed");
    redraw(heading,
      element("header", { class: "panel-heading" }, element("h2", {}, gettext("Library")),
        pausable || activity.paused ? iconButton(activity.paused ? "play" : "pause", activity.paused ? gettext("Go on reading") : gettext("Pause reading"), () => act(`/queue/${activity.paused ? "resume" : "pause"}`), { "data-focus": "pause", id: "pause" }) : null,
        textButton(gettext("Add"), add, { id: "add-files", "data-focus": "add", "aria-haspopup": "menu", "aria-expanded": "false" }, "plus")),
      collectionPicker());
    const failed = activity.jobs.filter((job) => job.state === "failed");
    const many = failed.length > FOLDED_FROM;
    const dismissAll = async () => { for (const { id } of failed) await post(`/jobs/${id}/dismiss`); };
    failures.hidden = !many;
    redraw(failures, many ? [element("span", {}, ngettext("{n} file could not be read", "{n} files could not be read", failed.length)),
      textButton(unfolded ? gettext("Hide") : gettext("Show"), () => { unfolded = !unfolded; showActivity(); }, { "data-focus": "unfold", "aria-expanded": String(unfolded) }),
      textButton(gettext("Dismiss all"), dismissAll, { "data-focus": "dismiss-all" })] : []);
    showJobs(many && !unfolded ? activity.jobs.filter((job) => job.state !== "failed") : activity.jobs);
    jobList.hidden = !jobList.children.length;
    more.textContent = activity.paused && pausable ? gettext("Reading is paused.") : activity.waiting > activity.jobs.length ? ngettext("{n} file is waiting.", "{n} files are waiting.", activity.waiting) : "";
    more.hidden = !more.textContent;
  }

  function show() {
    const { library, collection } = state;
    if (!library) return;
    const inside = library.documents.filter((entry) => !collection || entry.collections.includes(collection));
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = inside.filter((entry) => words.every((word) => entry.name.toLowerCase().includes(word))).sort(ORDERS[order.value][1]);
    tools.hidden = inside.length < SEARCHED_FROM && !words.length;
    const named = new Map();
    for (const { name } of inside) named.set(name, (named.get(name) ?? 0) + 1);
    listed = found.map(({ id }) => id);
    documentList.classList.toggle("choosing", state.chosen.length > 0);
    showDocuments(found.map((entry) => ({ ...entry, twin: named.get(entry.name) > 1, ticked: state.chosen.includes(entry.id) })));
    papers.hidden = !library.papers;
    papers.textContent = ngettext("{n} receipt or invoice as a table", "{n} receipts and invoices as a table", library.papers);
    const lost = library.folders.find((problem) => problem);
    watched.hidden = !library.folders.length || isElsewhere();
    watched.textContent = lost ?? ngettext("{n} watched folder", "{n} watched folders", library.folders.length);
    watched.classList.toggle("row-failure", Boolean(lost));
    documentList.hidden = !found.length;
    note.textContent = found.length ? "" : words.length ? gettext("No document has this name.") : gettext("Drop files anywhere on this page.");
  }
  // The list of documents isn't drawn again with every percent of what is being read.
  for (const name of ["library", "collection"]) listen(name, () => { show(); showActivity(); });
  listen("chosen", show);
  listen("activity", showActivity);
}
