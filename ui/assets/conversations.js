import { element, icon, iconButton, keepDrawn } from "./dom.js";
import { toast } from "./toast.js";
import { closeDrawer } from "./topbar.js";

export function mount(panel) {
  const { trigger } = panel;

  const forget = ({ id, title }) => {
    trigger("forget", { id });
    toast(`Deleted “${title}”`, () => trigger("recall", { id }));
  };

  const row = (entry, current) =>
    element("li", { class: entry.id === current ? "row conversation current" : "row conversation" },
      element("button", { type: "button", class: "row-open", title: entry.title, "data-focus": `open-${entry.id}`,
        "aria-current": entry.id === current ? "true" : null,
        click: () => { closeDrawer(); trigger("open", { id: entry.id }); } }, entry.title),
      iconButton("close", `Delete conversation ${entry.title}`, () => forget(entry), { "data-focus": `forget-${entry.id}` }));

  keepDrawn(panel, (value) => {
    const { conversations = [], current = null } = value ?? {};
    return [
      element("header", { class: "panel-heading" },
        element("h2", {}, "Conversations"),
        element("button", { type: "button", class: "text-button", id: "new-conversation", "data-focus": "begin",
          click: () => { closeDrawer(); trigger("begin", {}); document.querySelector("#question textarea")?.focus(); } }, icon("plus"), "New")),
      conversations.length
        ? element("ul", { class: "rows", "aria-label": "Conversations" }, conversations.map((entry) => row(entry, current)))
        : element("p", { class: "empty" }, value ? "What you ask is kept here." : ""),
    ];
  });
}
