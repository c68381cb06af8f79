// Watched folders: what lies in them is kept in step with the library. A browser tells no paths, so the app lists them.
import { openDialog } from "./dialog.js";
import { element, icon, iconButton, redraw } from "./dom.js";
import { gettext, ngettext } from "./language.js";
import { get, send } from "./requests.js";

export function openFolders() {
  const watched = element("div", { class: "watched" });
  const inside = element("div", { class: "folder-list" });
  const problem = element("p", { class: "problem", role: "alert" });
  const path = element("input", { id: "folder-path", autocomplete: "off", spellcheck: "false", change: () => look(path.value) });

  let latest;
  async function look(where) {
    latest = where;
    const before = path.value;
    const { value, problem: wrong } = await send(`/folders/inside?path=${encodeURIComponent(where)}`, null, "GET");
    if (latest !== where) return;
    problem.textContent = wrong ?? "";
    if (!value) return;
    if (path.value === before && document.activeElement !== path) path.value = value.path; // else somebody is typing
    const row = (name, to, sign) => element("li", {}, element("button", { type: "button", click: () => choose(to) }, icon(sign), name));
    redraw(inside, element("ul", { "aria-label": gettext("Folders in {path}", { path: value.path }) },
      value.above ? row(gettext("Up"), value.above, "up") : null, value.folders.map((folder) => row(folder.name, folder.path, "folder"))));
  }

  function choose(where) {
    path.value = where; // at once: it may be watched before it is listed
    look(where);
  }

  async function show() {
    const folders = (await get("/folders")) ?? [];
    const row = (folder) => element("li", {},
      element("span", { class: "row-text" }, element("span", { class: "row-name", title: folder.path }, folder.path),
        element("span", { class: folder.problem ? "row-failure" : "row-detail" }, folder.problem || ngettext("{n} document", "{n} documents", folder.documents))),
      iconButton("close", gettext("Stop watching {path}", { path: folder.path }), () => change("/folders/unwatch", folder.path)));
    redraw(watched, folders.length ? element("ul", { class: "watched-list", "aria-label": gettext("Watched folders") }, folders.map(row))
      : element("p", { class: "empty" }, gettext("No folder is watched yet.")));
  }

  async function change(address, where) {
    const { problem: wrong } = await send(address, { path: where });
    problem.textContent = wrong ?? "";
    show();
  }

  openDialog(gettext("Watched folders"), element("div", { class: "folders" },
    element("p", { class: "lead" }, gettext("Files in these folders are read where they lie. What you add, change or delete there follows here.")),
    watched,
    element("label", { for: "folder-path" }, gettext("Choose a folder")),
    element("div", { class: "with-button" }, path, element("button", { type: "button", class: "primary", click: () => change("/folders", path.value) }, gettext("Watch this folder"))),
    problem, inside), { class: "dialog wide" });
  show();
  look("");
}
