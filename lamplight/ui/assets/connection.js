// When the app is not running: the question stays where it is, and goes on by itself when the app is back.
import { element, redraw } from "./dom.js";
import { gettext } from "./language.js";
import { listen, state } from "./state.js";

const WAITING = "lamplight-waiting"; // the question in the box is asked when the app is back
const RETRY = 700; // milliseconds, for a busy app that has missed a question

// {note, wait}: what is said of it, and having the question in the box wait. `back` is called when the app is there again.
export function followConnection(back) {
  const note = element("div", { role: "status" });
  const waits = () => sessionStorage.getItem(WAITING) === "yes";
  const waitNoMore = () => { sessionStorage.removeItem(WAITING); draw(); };
  const draw = () => redraw(note, state.running && !waits() ? null : element("p", { class: "lost-note" },
    waits() ? gettext("Lamplight isn’t running. Start it again: your question is asked then, by itself.") : gettext("Lamplight isn’t running. Start it again; everything is kept."),
    waits() ? element("button", { type: "button", "data-focus": "wait-no-more", click: waitNoMore }, gettext("Don’t ask it then")) : null));
  const goOn = () => { if (state.running && waits()) { waitNoMore(); back(); } };
  listen("running", () => { draw(); goOn(); });
  return { note, wait: () => { sessionStorage.setItem(WAITING, "yes"); draw(); setTimeout(goOn, RETRY); } };
}
