// Which model answers, beside the question box: another one that is here, or a larger one to get.
import { element, icon, redraw } from "./dom.js";
import { gettext } from "./language.js";
import { openMenu } from "./menu.js";
import { choose } from "./later.js";
import { get } from "./requests.js";
import { openSettings } from "./settings.js";
import { isElsewhere, listen, state } from "./state.js";
import { shortName } from "./wording.js";

async function items() {
  const value = await get("/models");
  const here = (value?.models ?? []).filter((one) => one.purpose === "answers" && one.state === "installed");
  return [
    ...here.map((one) => ({ label: one.name, checked: one.current, run: () => { if (!one.current) choose(one); } })),
    null,
    { label: gettext("Get a larger model…"), run: () => openSettings("models") },
  ];
}

export function modelPicker() {
  const host = element("div", { class: "model-picker" });
  const open = async (event) => { const button = event.currentTarget; openMenu(button, await items()); };
  listen("activity", () => {
    const { model } = state.activity;
    if (isElsewhere()) return redraw(host, element("span", { class: "model-button-here", title: gettext("{model} answers", { model }) }, shortName(model)));
    redraw(host, element("button", { type: "button", class: "model-button-here", "data-focus": "model", "aria-haspopup": "menu", "aria-expanded": "false", title: gettext("{model} answers", { model }), "aria-label": gettext("Model that answers: {model}", { model }), click: open }, element("span", {}, shortName(model)), icon("down")));
  });
  return host;
}
