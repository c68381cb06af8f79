// When the app is not running: the question stays where it is, and goes on by itself when the app is back.
import { element, redraw } from "./dom.js";
import { gettext } from "./language.js";
import { listen, state } from "./state.js";

const WAITING = "lamplight-waiting-question"; // all of what is asked when the app is back, in a page of its own then
const RETRY = 700; // milliseconds, for a busy app that has missed a question

// {note, wait, waitNoMore}: what is said of it, having a question wait, and ending that. `back` is called with the question
// when the app is there again and has told what is open.
export function followConnection(back) {
  const note = element("div", { role: "status" });
  const waiting = () => JSON.parse(sessionStorage.getItem(WAITING) ?? "null");
  const waitNoMore = () => { sessionStorage.removeItem(WAITING); draw(); };
  const wait = (question) => { sessionStorage.setItem(WAITING, JSON.stringify(question)); draw(); setTimeout(goOn, RETRY); };
  const draw = () => redraw(note, state.running && !waiting() ? null : element("p", { class: "lost-note" },
    waiting() ? gettext("Lamplight isn’t running. Start it again: your question is asked then, by itself.") : gettext("Lamplight isn’t running. Start it again; everything is kept."),
    waiting() ? element("button", { type: "button", "data-focus": "wait-no-more", click: waitNoMore }, gettext("Don’t ask it then")) : null));
  const goOn = () => {
    const question = waiting();
    if (!question || !state.running || !state.view) return;
    waitNoMore();
    back(question);
  };
  listen("running", () => { draw(); goOn(); });
  listen("view", goOn);
  return { note, wait, waitNoMore };
}
