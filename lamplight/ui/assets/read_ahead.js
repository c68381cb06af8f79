import { state } from "./state.js";

const TOLD_EVERY = 400; // milliseconds, while somebody types: few pause before the question is whole
const SHORTEST = 8; // characters of it; less finds anything

// While it is typed the question goes to the app, which begins to read what it finds; of several it takes the last.
export function readAhead(box) {
  let waiting = false;
  let last = "";
  box.addEventListener("input", () => {
    if (waiting) return;
    waiting = true;
    setTimeout(() => {
      waiting = false;
      const text = box.value.trim();
      if (text.length < SHORTEST || text === last) return;
      last = text;
      const where = new URLSearchParams();
      if (state.collection) where.set("collection", String(state.collection));
      for (const { id } of state.about) where.append("about", id);
      if (state.conversation) where.set("conversation", String(state.conversation));
      fetch(`/typed?${where}`, { method: "POST", body: text }).catch(() => {});
    }, TOLD_EVERY);
  });
}
