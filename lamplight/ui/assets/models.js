// The models: which one answers, what else is here or could be, and how well each would run on this computer.
import { element, focused } from "./dom.js";
import { gettext } from "./language.js";
import { serverForm, serverLine } from "./model_server.js";
import { nativeBuild } from "./native_build.js";
import { post as ask, send } from "./requests.js";
import { remaining, size } from "./wording.js";

const EVERY_MILLISECONDS = 1000; // while something is under way
const HEADINGS = { answers: gettext("Answers"), pictures: gettext("Pictures"), search: gettext("Search") };
const UNDER_WAY = ["downloading", "checking", "paused"];
// What a button says, and what it says of a model to who doesn't see beside which one it stands.
const BUTTONS = {
  download: { label: gettext("Download"), of: (name) => gettext("Download {name}", { name }) },
  pause: { label: gettext("Pause"), of: (name) => gettext("Pause {name}", { name }) },
  resume: { label: gettext("Resume"), of: (name) => gettext("Resume {name}", { name }) },
  cancel: { label: gettext("Cancel"), of: (name) => gettext("Cancel {name}", { name }) },
  use: { label: gettext("Use"), of: (name) => gettext("Use {name}", { name }) },
  remove: { label: gettext("Remove"), of: (name) => gettext("Remove {name}", { name }) },
  delete: { label: gettext("Delete"), of: (name) => gettext("Delete {name}", { name }) },
  keep: { label: gettext("Keep"), of: (name) => gettext("Keep {name}", { name }) },
};

function light(fit) {
  return element("span", { class: `model-light ${fit.light}` }, element("span", { class: "dot", "aria-hidden": "true" }), fit.word);
}

function howFar(model) {
  const state = { paused: gettext("Paused"), checking: gettext("Checking") }[model.state];
  return [state, gettext("{done} of {size}", { done: size(model.done), size: size(model.size) }), remaining(model.seconds_left)].filter(Boolean).join(" · ");
}

// Shows what has come meanwhile without building the row anew, under the pointer of the person who wants to pause it.
function advance(node, model) {
  const bar = node.querySelector("progress");
  if (!bar) return;
  if (model.state === "checking") bar.removeAttribute("value");
  else bar.value = (100 * model.done) / (model.size || 1);
  node.querySelector(".model-facts").textContent = howFar(model);
}

function facts(model) {
  const taken = model.state === "absent" ? gettext("{size} to download", { size: size(model.size) }) : gettext("{size} on disk", { size: size(model.size) });
  const memory = model.memory ? ` · ${gettext("needs about {size} of memory", { size: size(model.memory) })}` : "";
  return element("p", { class: "model-facts" }, `${taken}${memory}`);
}

// What is asked of the app to have a model answer.
const choosing = ({ extension, path, purpose }) =>
  (extension ? ["/models/extension", { name: extension }] : [purpose === "search" ? "/models/embedder" : "/models/choose", { path }]);
export const choose = (model) => ask(...choosing(model));

export function modelsSection() {
  const machine = element("p", { class: "models-machine" });
  const status = element("p", { class: "models-status", role: "status" });
  const trouble = element("p", { class: "models-trouble", role: "alert" });
  const groups = Object.fromEntries(Object.keys(HEADINGS).map((purpose) => [purpose, element("ul", { class: "model-list" })]));
  const lists = element("div", { class: "models-lists" },
    Object.entries(groups).flatMap(([purpose, list]) => [element("h3", {}, HEADINGS[purpose]), list]));
  const server = element("div");
  const own = element("p", { class: "model-facts" });
  lists.append(own);
  const rows = new Map(); // by path, or name where there is none
  let value = null;
  let confirming = null; // the name of the model that is about to be removed
  let asked = 0; // an answer that was overtaken by a later question is not shown
  let timer = null;

  const act = async (address, body, method, told = trouble) => {
    clearTimeout(timer);
    const number = ++asked;
    const answer = await send(address, body, method ?? (body ? "POST" : "GET"));
    if (number !== asked) return answer;
    if (answer.value) value = answer.value;
    trouble.textContent = value?.trouble ?? "";
    if (answer.problem) told.textContent = answer.problem;
    draw();
    if (value?.busy) timer = setTimeout(() => section.isConnected && act("/models"), EVERY_MILLISECONDS);
    return answer;
  };

  const native = nativeBuild(act);

  const button = ({ label, of }, model, click, kind = "", key = "first") =>
    element("button", { type: "button", class: `model-button ${kind}`, "aria-label": of(model.name), "data-focus": `${key}-${model.name}`, click }, label);

  const confirm = (name) => {
    confirming = name;
    draw();
  };

  const removal = (model) => [
    element("span", { class: "model-facts" }, gettext("Delete {size} from this computer?", { size: size(model.size) })),
    button(BUTTONS.delete, model, () => { confirming = null; act(`/models/${encodeURIComponent(model.name)}`, null, "DELETE"); }, "danger"),
    button(BUTTONS.keep, model, () => confirm(null), "", "second"),
  ];

  const buttons = (model) => {
    const post = (what) => () => act(`/models/${what}`, { name: model.name });
    if (confirming === model.name) return removal(model);
    if (model.state === "absent") return [button(BUTTONS.download, model, post("download"))];
    if (model.state === "downloading" || model.state === "checking") return [button(BUTTONS.pause, model, post("pause")), button(BUTTONS.cancel, model, post("cancel"), "", "second")];
    if (model.state === "paused") return [button(BUTTONS.resume, model, post("resume")), button(BUTTONS.cancel, model, post("cancel"), "", "second")];
    const use = model.purpose !== "pictures" && !model.current && model.state === "installed"
      ? button(BUTTONS.use, model, () => act(...choosing(model))) : null;
    const remove = model.removable && !model.current ? button(BUTTONS.remove, model, () => confirm(model.name), "", "second") : null;
    return [use, remove];
  };

  const row = (model) => {
    const inUse = model.current || (model.purpose === "pictures" && model.state === "installed");
    return element("li", { class: `model ${model.current ? "current" : ""}` },
      element("div", { class: "model-head" },
        element("h4", {}, model.name),
        inUse ? element("span", { class: "model-badge" }, model.moving ? gettext("chosen") : gettext("in use")) : null,
        model.fit ? light(model.fit) : null),
      element("p", { class: "model-about" }, model.about),
      model.fit ? element("p", { class: "model-about" }, model.fit.sentence) : null,
      model.note ? element("p", { class: "model-about" }, model.note) : null,
      UNDER_WAY.includes(model.state)
        ? [element("progress", { max: 100, value: 0, "aria-label": gettext("Download of {name}", { name: model.name }) }), element("p", { class: "model-facts" })]
        : model.fit || model.purpose === "search" ? facts(model) : null,
      model.trouble ? element("p", { class: "models-trouble" }, model.trouble) : null,
      element("div", { class: "model-buttons" }, buttons(model)));
  };

  // The row as it stands, if nothing but the progress of its download has changed.
  const drawn = (model) => {
    const state = JSON.stringify({ ...model, done: 0, seconds_left: null, confirming: confirming === model.name });
    const place = model.path ?? model.name;
    const kept = rows.get(place);
    const node = kept?.state === state ? kept.node : row(model);
    rows.set(place, { state, node });
    advance(node, model);
    return node;
  };

  const draw = () => {
    if (!value) return;
    machine.textContent = value.machine;
    server.replaceChildren(...[serverLine(value.server)].filter(Boolean));
    native.show(value.native);
    own.textContent = gettext("Another one: put its folder, as sentence-transformers saves it, into {folder}.", { folder: value.folder });
    const said = value.loading ? gettext("{name} is getting ready; the other one answers until then.", { name: value.loading }) : "";
    if (status.textContent !== said) status.textContent = said;
    const key = lists.contains(focused()) ? focused().dataset.focus : null;
    for (const [purpose, list] of Object.entries(groups)) {
      const models = value.models.filter((model) => model.purpose === purpose);
      const nodes = models.map(drawn);
      if (nodes.length !== list.children.length || nodes.some((node, index) => node !== list.children[index])) list.replaceChildren(...nodes);
    }
    if (key && !lists.contains(focused())) [...lists.querySelectorAll("[data-focus]")].find((node) => node.dataset.focus === key)?.focus();
  };

  const section = element("section", { class: "models", "aria-label": gettext("Models") }, machine, status, trouble, server, lists, native.row, ownFile(act), serverForm(act));
  act("/models");
  return section;
}

// A page is never told where a file lies, so the path is typed or pasted.
function ownFile(act) {
  const field = element("input", { type: "text", id: "model-path", autocomplete: "off", spellcheck: "false", "aria-describedby": "model-path-hint" });
  const wrong = element("p", { class: "models-trouble", role: "alert" });
  const submit = async (event) => {
    event.preventDefault();
    wrong.textContent = "";
    const answer = await act("/models/choose", { path: field.value }, "POST", wrong);
    field.setAttribute("aria-invalid", String(Boolean(answer.problem)));
    if (!answer.problem) field.value = "";
  };
  return element("form", { class: "model-own", submit },
    element("h3", {}, gettext("A file of your own")),
    element("label", { for: "model-path" }, gettext("Path of a GGUF file")),
    element("div", { class: "model-path" }, field, element("button", { type: "submit", class: "model-button" }, gettext("Use this file"))),
    element("p", { class: "model-facts", id: "model-path-hint" }, gettext("Any instruction-tuned model in the GGUF format; copy its path from the file manager.")),
    wrong);
}
