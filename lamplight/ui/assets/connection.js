// When the app is not running: the question stays where it is, and goes on by itself when the app is back.
import { element, redraw } from "./dom.js";
import { get } from "./requests.js";
import { listen, state } from "./state.js";

const WAITING = "lamplight-waiting"; // the question in the box is asked when the app is back
const LOST = "Lamplight isn’t running. Start it again";

const RETRY_MILLISECONDS = 700;

export const isRunning = async () => Boolean(await get("/activity"));

// `lost` is called when the app has gone, `back` when it is there again with a question waiting.
export function followConnection({ lost, back }) {
  const note = element("div", { role: "status" });
  let gone = false;
  const waits = () => sessionStorage.getItem(WAITING) === "yes";
  const draw = () => redraw(note, gone ? element("p", { class: "lost-note" },
    waits() ? `${LOST}: your question is asked then, by itself.` : `${LOST}; everything is kept.`,
    waits() ? element("button", { type: "button", "data-focus": "wait-no-more", click: () => { sessionStorage.removeItem(WAITING); draw(); } }, "Don’t ask it then") : null) : null);
  listen("running", (running) => {
    if (!running && !gone) { gone = true; lost(); }
    else if (running && gone) return location.reload(); // Gradio knows nothing of this tab any more
    draw();
  });
  // A busy app may miss a look: there is another one until the question is asked or no longer to be.
  const whenRunning = async (then) => {
    while (waits() && !(await isRunning())) await new Promise((done) => setTimeout(done, RETRY_MILLISECONDS));
    if (waits()) then();
  };
  if (waits() && state.running) whenRunning(() => { sessionStorage.removeItem(WAITING); back(); });
  return { note, wait: () => { sessionStorage.setItem(WAITING, "yes"); gone = true; draw(); whenRunning(() => location.reload()); } };
}
