// At a pause in typing the half-typed question goes to the server, which begins to read what it finds.
import { state } from "./state.js";

const PAUSE = 250; // milliseconds
const SHORTEST = 8; // characters; less finds anything

export function readAhead(box) {
  let timer;
  let last = "";
  box.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const text = box.value.trim();
      if (text.length < SHORTEST || text === last) return;
      last = text;
      const where = new URLSearchParams();
      if (state.collection) where.set("collection", String(state.collection));
      for (const { id } of state.about) where.append("about", id);
      if (state.conversation) where.set("conversation", String(state.conversation));
      fetch(`/typed?${where}`, { method: "POST", body: text }).catch(() => {});
    }, PAUSE);
  });
}
