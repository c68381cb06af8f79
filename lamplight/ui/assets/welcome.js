import { ask } from "./asking.js";
import { element, query, redraw, textButton } from "./dom.js";
import { openFolders } from "./later.js";
import { openSettings } from "./settings.js";
import { post } from "./requests.js";
import { isElsewhere, listen, state } from "./state.js";

const SHIPPED = "SmolLM2-135M-Instruct"; // what comes with Lamplight
const GOOD_FOR = "The model that comes with Lamplight finds, quotes and computes; it writes little of its own. A larger one also explains, compares and writes.";

// What the bundled model is good for, and the best one to get that runs well here.
function modelNote(offer) {
  if (!state.activity?.ready || !offer?.told) return null;
  const { better } = offer;
  return element("p", { class: "model-note" }, `${GOOD_FOR} `,
    better ? [`On this computer ${better.name} runs well (${(better.size / 1e9).toFixed(1)} GB). `, textButton("Get it", () => openSettings("models"), { class: "link-button", "data-focus": "offer" })]
      : textButton("See which run here", () => openSettings("models"), { class: "link-button", "data-focus": "offer" }));
}

const computer = () => (isElsewhere() ? "the computer that Lamplight runs on" : "this computer");

export function mount(root) {
  let offer = null;
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
        ? `Drop PDFs, notes, tables, scans or pictures anywhere on this page. They are read ${welcome.elsewhere || state.activity?.household ? `and kept on ${computer()}` : "here and never leave this computer"}.`
        : `Every answer points at the page it came from. ${welcome.elsewhere ? `Questions and the passages they need are sent to ${welcome.elsewhere}` : state.activity?.household ? "Nothing leaves your household" : "Nothing leaves this computer"}.`),
      empty || welcome.samples
        ? element("div", { class: "begin" },
            empty ? big("primary", "Choose files", () => query("#add-files-input").click(), { id: "choose-files" }) : null,
            empty ? big("secondary", "Choose a folder", () => query("#add-folder-input").click(), { id: "choose-folder" }) : null,
            welcome.samples ? big("secondary", "Try the sample library", () => post("/samples"), { id: "samples", "data-focus": "samples" }) : null)
        : null,
      empty && !isElsewhere() ? textButton("Watch a folder and follow its changes", openFolders, { class: "link-button" }) : null,
      examples.length
        ? element("div", { class: "examples", role: "group", "aria-label": "Questions you could ask" },
            examples.map((question) => element("button", { type: "button", class: "example", "data-focus": question, click: () => ask(question) }, question)))
        : null,
      modelNote(offer));
  };
  const look = async ({ ready, model }) => {
    if (isElsewhere() || !ready || offer?.model === model) return;
    offer = { model, told: false };
    const response = await fetch("/models/offer").catch(() => null);
    const better = response?.ok ? await response.json() : null;
    offer = { model, better, told: model === SHIPPED };
    show();
  };
  listen("activity", look);
  for (const name of ["library", "collection"]) listen(name, show);
}
