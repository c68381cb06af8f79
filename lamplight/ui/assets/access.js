// Other programs that may ask this library: their address, and the token that lets them in.
import { element } from "./dom.js";
import { send } from "./requests.js";
import { toast } from "./dialog.js";

export async function accessSection() {
  const body = element("div", { class: "model-own" });
  const wrong = element("p", { class: "models-trouble", role: "alert" });
  const act = async (method) => {
    const { value, problem } = await send("/access", null, method);
    wrong.textContent = problem ?? "";
    if (value) draw(value.token);
  };
  const button = (label, click, kind = "") => element("button", { type: "button", class: `model-button ${kind}`, click }, label);
  const line = (id, label, value) => [
    element("label", { for: id }, label),
    element("div", { class: "model-path" },
      element("input", { type: "text", id, value, readonly: true }),
      button(`Copy ${label.toLowerCase()}`, () => navigator.clipboard.writeText(value).then(() => toast(`${label} copied`)))),
  ];
  const draw = (token) => body.replaceChildren(...[
    line("access-address", "Address", `${location.origin}/v1`),
    token ? line("access-token", "Token", token) : null,
    element("div", { class: "model-buttons" }, token
      ? [button("Make another token", () => act("POST")), button("End access", () => act("DELETE"), "danger")]
      : button("Make a token", () => act("POST"))),
  ].flat().filter(Boolean));
  await act("GET");
  return element("section", { class: "models", "aria-label": "Other programs" },
    element("p", {}, "Any program that speaks OpenAI’s protocol can ask your library and gets answers with their sources: give it this address, the token as its key, and “lamplight” as the model. What it does with the answers is up to it."),
    body, wrong);
}
