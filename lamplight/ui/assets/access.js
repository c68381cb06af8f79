// Other programs that may ask this library: their address, and the token that lets them in.
import { element } from "./dom.js";
import { gettext } from "./language.js";
import { send } from "./requests.js";
import { toast } from "./dialog.js";

const ADDRESS = { label: gettext("Address"), copy: gettext("Copy address"), copied: gettext("Address copied") };
const TOKEN = { label: gettext("Token"), copy: gettext("Copy token"), copied: gettext("Token copied") };

export async function accessSection() {
  const body = element("div", { class: "model-own" });
  const wrong = element("p", { class: "models-trouble", role: "alert" });
  const act = async (method) => {
    const { value, problem } = await send("/access", null, method);
    wrong.textContent = problem ?? "";
    if (value) draw(value.token);
  };
  const button = (label, click, kind = "") => element("button", { type: "button", class: `model-button ${kind}`, click }, label);
  const line = (id, { label, copy, copied }, value) => [
    element("label", { for: id }, label),
    element("div", { class: "model-path" },
      element("input", { type: "text", id, value, readonly: true }),
      button(copy, () => navigator.clipboard.writeText(value).then(() => toast(copied)))),
  ];
  const draw = (token) => body.replaceChildren(...[
    line("access-address", ADDRESS, `${location.origin}/v1`),
    token ? line("access-token", TOKEN, token) : null,
    element("div", { class: "model-buttons" }, token
      ? [button(gettext("Make another token"), () => act("POST")), button(gettext("End access"), () => act("DELETE"), "danger")]
      : button(gettext("Make a token"), () => act("POST"))),
  ].flat().filter(Boolean));
  await act("GET");
  return element("section", { class: "models", "aria-label": gettext("Other programs") },
    element("p", {}, gettext("Any program that speaks OpenAI’s protocol can ask your library and gets answers with their sources: give it this address, the token as its key, and “lamplight” as the model. What it does with the answers is up to it.")),
    body, wrong);
}
