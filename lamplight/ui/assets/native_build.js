// Compiling llama.cpp for exactly this processor: offered where it could help, with how far it is and how it ended.
import { element } from "./dom.js";

const SOURCE_MEGABYTES = 77;
const listed = (names) => names.join(", ").replace(/, ([^,]*)$/, " and $1");

function why({ gains, host }) {
  return `Your processor also has ${listed(gains)}, which the installed build of llama.cpp doesn’t use; one that is compiled for this processor may read faster. Both are measured, and the faster is kept. The source (${SOURCE_MEGABYTES} MB) is fetched from ${host}.`;
}

// `act` asks the app, which answers with the new state of all models; `show` is given what that says of the build.
export function nativeBuild(act) {
  let underWay = false;
  const about = element("p", { class: "model-about" });
  const bar = element("progress", { max: 100, "aria-label": "llama.cpp for this processor" });
  const said = element("p", { class: "model-facts", role: "status" });
  const button = element("button", { type: "button", class: "model-button", click: () => act(`/models/native/${underWay ? "cancel" : "start"}`, {}) });
  const row = element("div", { class: "model", hidden: true }, element("h3", {}, "llama.cpp for this processor"), about, bar, said, element("div", { class: "model-buttons" }, button));

  const write = (node, text) => {
    if (node.textContent !== text) node.textContent = text;
  };

  const show = (native) => {
    row.hidden = !native;
    if (!native) return;
    underWay = native.state !== "";
    write(about, native.gains.length ? why(native) : "");
    write(said, { compiling: `Compiling · ${Math.round(100 * native.done)} %. You can go on asking: questions go first.`, measuring: "Measuring both builds" }[native.state] ?? native.told);
    write(button, underWay ? "Cancel" : `Build for this processor (about ${native.minutes} min)`);
    bar.hidden = !underWay;
    button.hidden = !underWay && !native.gains.length;
    if (native.state === "compiling") bar.value = 100 * native.done;
    else bar.removeAttribute("value");
  };
  return { row, show };
}
