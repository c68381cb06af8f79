// At a pause in typing the half-typed question goes to the server, which begins to read what it finds.
const PAUSE = 250; // milliseconds
const SHORTEST = 8; // characters; less finds anything

export function readAhead() {
  let timer;
  let last = "";
  document.addEventListener("input", (event) => {
    if (!event.target.matches?.("#question textarea")) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      const text = event.target.value.trim();
      if (text.length < SHORTEST || text === last) return;
      last = text;
      fetch("/typed", { method: "POST", body: text }).catch(() => {});
    }, PAUSE);
  });
}
