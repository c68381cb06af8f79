// As much of a browser as it takes to load scripts of the page that look for one as they are loaded.
const nothing = () => {};

export const kept = new Map(); // what localStorage holds
export const listeners = {}; // of the document, by the name of the event
export const answers = new Map(); // what the app says, by address: a value, or a promise of one
export const asked = []; // the addresses, in order

export const streams = []; // of the app, in the order in which they were opened

class Stream {
  static CLOSED = 2;

  constructor(address) {
    Object.assign(this, { address, readyState: 1, closed: false, hearing: {} });
    streams.push(this);
  }
  addEventListener(name, act) { this.hearing[name] = act; }
  close() { this.closed = true; }
  say(name, value = null, id = "") { return this.hearing[name]({ target: this, data: JSON.stringify(value), lastEventId: id }); }
}

export const page = {
  hidden: false,
  body: { classList: new Set(), append: nothing },
  addEventListener: (name, act) => { listeners[name] = act; },
  querySelector: () => null,
};
page.body.classList.remove = page.body.classList.delete;
page.body.classList.contains = page.body.classList.has;

Object.assign(globalThis, {
  document: page,
  EventSource: Stream,
  history: { state: null },
  addEventListener: nothing,
  localStorage: { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value), removeItem: (key) => kept.delete(key) },
  fetch: async (address) => {
    asked.push(address);
    if (!answers.has(address)) throw new TypeError("nobody is there");
    const value = await answers.get(address);
    return value?.problem ? { ok: false, status: 422, json: async () => ({ detail: value.problem }) } : { ok: true, status: 200, json: async () => value };
  },
});

// A promise and what keeps it, for answers that come later.
export function later() {
  let keep = nothing;
  const promise = new Promise((resolve) => { keep = resolve; });
  return { promise, keep };
}
