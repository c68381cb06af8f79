import { acceptFiles, addFiles } from "./adding.js";
import { element, icon, iconButton, keepDrawn } from "./dom.js";
import { openDocument } from "./document.js";
import { toast } from "./toast.js";
import { closeDrawer } from "./topbar.js";

export function mount(panel) {
  const { trigger } = panel;
  const added = () => trigger("added", {});
  acceptFiles(added);

  const remove = ({ id, name }) => {
    trigger("remove", { id });
    toast(`Removed ${name}`, () => trigger("restore", { id }));
  };

  const documentRow = (entry) =>
    element("li", { class: "row" },
      icon("document"),
      element("div", { class: "row-text" },
        element("button", { type: "button", class: "row-name", title: entry.name, "data-focus": `view-${entry.id}`,
          click: (event) => { closeDrawer(); openDocument(entry.id, event.currentTarget); } }, entry.name),
        element("span", { class: "row-detail" }, entry.detail)),
      iconButton("close", `Remove ${entry.name}`, () => remove(entry), { "data-focus": `remove-${entry.id}` }));

  const jobRow = (job) => {
    const failed = job.state === "failed";
    const percent = job.fraction === null ? null : Math.round(job.fraction * 100);
    const status = percent === null ? job.status : `${job.status} · ${percent} %`;
    const progress = element("progress", { max: 100, value: percent ?? (job.state === "queued" ? 0 : null), "aria-label": `Reading ${job.name}` });
    const buttons = failed
      ? [iconButton("retry", `Try ${job.name} again`, () => trigger("again", { id: job.id }), { "data-focus": `again-${job.id}` }),
         iconButton("close", `Dismiss ${job.name}`, () => trigger("dismiss", { id: job.id }), { "data-focus": `dismiss-${job.id}` })]
      : [iconButton("close", `Cancel ${job.name}`, () => trigger("cancel", { id: job.id }), { "data-focus": `cancel-${job.id}` })];
    return element("li", { class: `row job ${job.state}` },
      element("div", { class: "row-text" },
        element("span", { class: "row-name", title: job.name }, job.name),
        element("span", { class: failed ? "row-failure" : "row-detail" }, failed ? job.error : status),
        failed ? null : progress),
      ...buttons);
  };

  const chooser = element("input", { type: "file", multiple: true, hidden: true, id: "add-files-input", "aria-label": "Add files",
    change: (event) => { addFiles([...event.target.files], added); event.target.value = ""; } });
  panel.element.append(chooser);

  keepDrawn(panel, (value) => {
    const { documents = [], jobs = [], paused = false } = value ?? {};
    const pausable = jobs.some((job) => job.state !== "failed");
    const pause = iconButton(paused ? "play" : "pause", paused ? "Go on reading" : "Pause reading",
      () => trigger(paused ? "resume" : "pause", {}), { "data-focus": "pause", id: "pause" });
    const rows = [...jobs.map(jobRow), ...documents.map(documentRow)];
    const hint = element("p", { class: "empty" }, value ? "Drop files anywhere on this page." : "");
    return [
      element("header", { class: "panel-heading" },
        element("h2", {}, "Library", documents.length ? element("span", { class: "count" }, String(documents.length)) : null),
        pausable || paused ? pause : null,
        element("button", { type: "button", class: "text-button", id: "add-files", "data-focus": "add", click: () => chooser.click() }, icon("plus"), "Add files")),
      paused && pausable ? element("p", { class: "empty" }, "Reading is paused.") : null,
      rows.length ? element("ul", { class: "rows", "aria-label": "Documents" }, rows) : hint,
    ];
  });
}
