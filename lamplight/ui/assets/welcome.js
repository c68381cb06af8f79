import { ask } from "./composer.js";
import { element, redraw, textButton } from "./dom.js";
import { openFolders } from "./folders.js";
import { post } from "./requests.js";
import { listen, refresh, state } from "./state.js";

export function mount(panel) {
  const root = panel.element.querySelector(".panel");
  const big = (kind, label, click, attributes = {}) => element("button", { type: "button", class: kind, click, ...attributes }, label);
  const show = () => {
    if (!state.library) return;
    const { documents, welcome } = state.library;
    const examples = state.collection ? (welcome.collections[state.collection] ?? []) : welcome.examples;
    const empty = documents.length === 0;
    redraw(root,
      element("img", { class: "lamp", src: "/lamplight/lamplight.png", alt: "", width: 64, height: 64 }),
      element("h2", {}, empty ? "Chat with your own documents" : "Ask your documents"),
      element("p", { class: "lead" }, empty
        ? "Drop PDFs, notes, tables, scans or pictures anywhere on this page. They are read here and never leave this computer."
        : "Every answer points at the page it came from. Nothing leaves this computer."),
      empty || welcome.samples
        ? element("div", { class: "begin" },
            empty ? big("primary", "Choose files", () => document.querySelector("#add-files-input").click(), { id: "choose-files" }) : null,
            empty ? big("secondary", "Choose a folder", () => document.querySelector("#add-folder-input").click(), { id: "choose-folder" }) : null,
            welcome.samples ? big("secondary", "Try the sample library", async () => { await post("/samples"); refresh(); }, { id: "samples", "data-focus": "samples" }) : null)
        : null,
      empty ? textButton("Watch a folder and follow its changes", openFolders, { class: "link-button" }) : null,
      examples.length
        ? element("div", { class: "examples", role: "group", "aria-label": "Questions you could ask" },
            examples.map((question) => element("button", { type: "button", class: "example", "data-focus": question, click: () => ask(question) }, question)))
        : null);
  };
  for (const name of ["library", "collection"]) listen(name, show);
}
