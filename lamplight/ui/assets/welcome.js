import { ask } from "./asking.js";
import { element, query, redraw, textButton } from "./dom.js";
import { gettext, number } from "./language.js";
import { openFolders } from "./later.js";
import { openSettings } from "./settings.js";
import { post } from "./requests.js";
import { isElsewhere, listen, state } from "./state.js";

const SHIPPED = "SmolLM2-135M-Instruct"; // what comes with Lamplight
const GOOD_FOR = gettext("The model that comes with Lamplight finds, quotes and computes; it writes little of its own. A larger one also explains, compares and writes.");

// What the bundled model is good for, and the best one to get that runs well here.
function modelNote(offer) {
  if (!state.activity?.ready || !offer?.told) return null;
  const { better } = offer;
  const size = better && number(better.size / 1e9, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  return element("p", { class: "model-note" }, `${GOOD_FOR} `,
    better ? [gettext("On this computer {name} runs well ({size} GB).", { name: better.name, size }), " ", textButton(gettext("Get it"), () => openSettings("models"), { class: "link-button", "data-focus": "offer" })]
      : textButton(gettext("See which run here"), () => openSettings("models"), { class: "link-button", "data-focus": "offer" }));
}

function whatIsDone(welcome) {
  const kept = welcome.elsewhere || state.activity?.household;
  return [gettext("Drop PDFs, notes, tables, scans or pictures anywhere on this page."),
    !kept ? gettext("They are read here and never leave this computer.")
      : isElsewhere() ? gettext("They are read and kept on the computer that Lamplight runs on.") : gettext("They are read and kept on this computer.")].join(" ");
}

function whatIsAnswered({ elsewhere }) {
  return [gettext("Every answer points at the page it came from."),
    elsewhere ? gettext("Questions and the passages they need are sent to {place}.", { place: elsewhere })
      : state.activity?.household ? gettext("Nothing leaves your household.") : gettext("Nothing leaves this computer.")].join(" ");
}

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
      element("h2", {}, empty ? gettext("Chat with your own documents") : gettext("Ask your documents")),
      element("p", { class: "lead" }, empty ? whatIsDone(welcome) : whatIsAnswered(welcome)),
      empty || welcome.samples
        ? element("div", { class: "begin" },
            empty ? big("primary", gettext("Choose files"), () => query("#add-files-input").click(), { id: "choose-files" }) : null,
            empty ? big("secondary", gettext("Choose a folder"), () => query("#add-folder-input").click(), { id: "choose-folder" }) : null,
            welcome.samples ? big("secondary", gettext("Try the sample library"), () => post("/samples"), { id: "samples", "data-focus": "samples" }) : null)
        : null,
      empty && !isElsewhere() ? textButton(gettext("Watch a folder and follow its changes"), openFolders, { class: "link-button" }) : null,
      examples.length
        ? element("div", { class: "examples", role: "group", "aria-label": gettext("Questions you could ask") },
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
