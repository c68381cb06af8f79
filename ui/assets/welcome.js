import { element, keepDrawn } from "./dom.js";

export function mount(panel) {
  const { trigger } = panel;
  keepDrawn(panel, (value) => {
    if (!value) return [];
    const { documents, samples, examples } = value;
    const ask = (question) => element("button", { type: "button", class: "example", "data-focus": question, click: () => trigger("question", { question }) }, question);
    return [
      element("img", { class: "lamp", src: "/lamplight/lamplight.png", alt: "", width: 64, height: 64 }),
      element("h1", {}, documents ? "Ask your documents" : "Chat with your own documents"),
      element("p", { class: "lead" }, documents
        ? "Every answer points at the page it came from. Nothing leaves this computer."
        : "Drop PDFs, notes, tables, scans or pictures anywhere on this page. They are read here and never leave this computer."),
      !documents || samples
        ? element("div", { class: "begin" },
            documents ? null : element("button", { type: "button", class: "primary", click: () => document.querySelector("#add-files")?.click() }, "Add files"),
            samples ? element("button", { type: "button", class: "secondary", id: "samples", "data-focus": "samples", click: () => trigger("samples", {}) }, "Try it with the sample library") : null)
        : null,
      examples.length ? element("div", { class: "examples", role: "group", "aria-label": "Example questions" }, examples.map(ask)) : null,
    ];
  });
}
