// A model on a server that speaks OpenAI's protocol: its address, leave to connect to it, and which of its models.
import { element } from "./dom.js";
import { gettext } from "./language.js";
import { send } from "./requests.js";

const FALLBACK = gettext("When it can’t be reached, let the model that comes with Lamplight answer");

export function serverForm(act) {
  const field = (id, type, hint) => element("input", { type, id, autocomplete: "off", spellcheck: "false", "aria-describedby": hint });
  const address = field("server-address", "text", "server-hint");
  const key = field("server-key", "password", "server-key-hint");
  const wrong = element("p", { class: "models-trouble", role: "alert" });
  const further = element("div", { class: "model-server-further", "aria-live": "polite" });
  let allowed = ""; // the host that was allowed just now

  const body = (rest = {}) => ({ address: address.value, key: key.value || null, ...rest });
  const fail = (problem) => { wrong.textContent = problem ?? ""; address.setAttribute("aria-invalid", String(Boolean(problem))); };

  const look = async (event) => {
    event?.preventDefault();
    fail("");
    further.replaceChildren();
    const { value, problem } = await send("/models/server/look", body({ permitted: Boolean(allowed) }));
    if (problem) { fail(problem); return; }
    if (allowed && value.host !== allowed) { allowed = ""; look(); return; }
    further.replaceChildren(...(value.permission ? permission(value) : choices(value)));
    further.querySelector("button, select, input")?.focus();
  };

  const permission = (value) => [
    element("p", {}, value.permission),
    element("button", { type: "button", class: "model-button", click: () => { allowed = value.host; look(); } }, gettext("Allow connections to {host}", { host: value.host })),
  ];

  const choices = (value) => {
    const named = value.models.length > 0; // a server that lists none is told the name
    const model = named
      ? element("select", { id: "server-model" }, value.models.map((one) => element("option", { value: one.model }, one.model)))
      : field("server-model", "text", "server-hint");
    const spare = element("input", { type: "checkbox", id: "server-spare", checked: true });
    const use = async () => {
      const parameters = value.models.find((one) => one.model === model.value)?.parameters ?? 0;
      const answer = await act("/models/server", body({ model: model.value, permitted: Boolean(allowed), spare: spare.checked, parameters }), "POST", wrong);
      if (!answer.problem) { further.replaceChildren(); key.value = ""; }
    };
    return [
      element("label", { for: "server-model" }, named ? gettext("Model") : gettext("Name of the model")), model,
      element("label", { class: "model-spare" }, spare, FALLBACK),
      element("button", { type: "button", class: "model-button", click: use }, gettext("Use this model")),
    ];
  };

  address.addEventListener("input", () => { allowed = ""; further.replaceChildren(); });
  return element("form", { class: "model-own model-server", submit: look },
    element("h3", {}, gettext("A server of your own")),
    element("label", { for: "server-address" }, gettext("Address")),
    element("div", { class: "model-path" }, address, element("button", { type: "submit", class: "model-button" }, gettext("Show its models"))),
    element("p", { class: "model-facts", id: "server-hint" }, gettext("Ollama, LM Studio, llama.cpp, vLLM or any other that speaks OpenAI’s protocol, for example http://localhost:11434/v1. Your documents are kept, read and searched on this computer.")),
    element("label", { for: "server-key" }, gettext("Key, if it wants one")), key,
    element("p", { class: "model-facts", id: "server-key-hint" }, gettext("Kept in the system’s keyring, or in a file that only you can read. Left empty, the one kept for this address is used.")),
    wrong, further);
}

// Which server answers now, if one does.
export function serverLine(server) {
  if (!server) return null;
  const where = server.elsewhere ? gettext("Questions and the passages they need are sent to {host}.", { host: server.elsewhere }) : gettext("It runs on this computer.");
  const otherwise = server.spare ? gettext("When it can’t be reached, the model that comes with Lamplight answers.") : gettext("When it can’t be reached, nobody answers in its place.");
  return element("div", { class: "model current" },
    element("div", { class: "model-head" }, element("h4", {}, server.name), element("span", { class: "model-badge" }, gettext("in use"))),
    element("p", { class: "model-about" }, `${where} ${otherwise}`));
}
