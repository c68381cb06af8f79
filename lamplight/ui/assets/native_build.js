// Compiling llama.cpp for exactly this processor: offered where it could help, with how far it is and how it ended.
import { element } from "./dom.js";
import { gettext, listed } from "./language.js";

const SOURCE_MEGABYTES = 77;

function why({ gains, host }) {
  return gettext("Your processor also has {features}, which the installed build of llama.cpp doesn’t use; one that is compiled for this processor may read faster. Both are measured, and the faster is kept. The source ({megabytes} MB) is fetched from {host}.", {
    features: listed(gains), megabytes: SOURCE_MEGABYTES, host,
  });
}

// `act` asks the app, which answers with the new state of all models; `show` is given what that says of the build.
export function nativeBuild(act) {
  let underWay = false;
  const about = element("p", { class: "model-about" });
  const bar = element("progress", { max: 100, "aria-label": gettext("llama.cpp for this processor") });
  const said = element("p", { class: "model-facts", role: "status" });
  const button = element("button", { type: "button", class: "model-button", click: () => act(`/models/native/${underWay ? "cancel" : "start"}`, {}) });
  const row = element("div", { class: "model", hidden: true }, element("h3", {}, gettext("llama.cpp for this processor")), about, bar, said, element("div", { class: "model-buttons" }, button));

  const write = (node, text) => {
    if (node.textContent !== text) node.textContent = text;
  };

  const show = (native) => {
    row.hidden = !native;
    if (!native) return;
    underWay = native.state !== "";
    write(about, native.gains.length ? why(native) : "");
    write(said, {
      compiling: gettext("Compiling · {percent} %. You can go on asking: questions go first.", { percent: Math.round(100 * native.done) }),
      measuring: gettext("Measuring both builds"),
    }[native.state] ?? native.told);
    write(button, underWay ? gettext("Cancel") : gettext("Build for this processor (about {minutes} min)", { minutes: native.minutes }));
    bar.hidden = !underWay;
    button.hidden = !underWay && !native.gains.length;
    if (native.state === "compiling") bar.value = 100 * native.done;
    else bar.removeAttribute("value");
  };
  return { row, show };
}
