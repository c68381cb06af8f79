// Which documents alone the next questions are about, as chips beside the question; `@` and a few letters find one.
import { element, focusOn, icon, iconButton, isComposing, redraw } from "./dom.js";
import { gettext, ngettext } from "./language.js";
import { get } from "./requests.js";
import { uncover } from "./side.js";
import { listen, set, state } from "./state.js";

const OFFERED = 8;
const NAME = /(?:^|\s)@([^\s@]*)$/; // the word before the cursor
const SHOWN = 4; // chips; the others are counted

// `documents`: {id, name}, none for all. The box has the focus then.
export function askAbout(documents) {
  set("about", documents.map(({ id, name }) => ({ id, name })));
  uncover();
  focusOn("#question");
}

export function aboutChips(redrawn) {
  const chips = element("div", { class: "about" });
  const remove = (ids) => { set("about", state.about.filter(({ id }) => !ids.includes(id))); focusOn("#question"); };
  const chip = ({ id, name }) => element("li", { class: "attachment" }, icon("document"), element("span", { title: name }, name),
    iconButton("close", gettext("Don’t ask {name} alone", { name }), () => remove([id]), { "data-focus": `about-${id}` }));
  const draw = () => {
    const others = state.about.slice(SHOWN);
    redraw(chips, state.about.length
      ? element("ul", { class: "attachments", "aria-label": gettext("Only these documents are asked") }, state.about.slice(0, SHOWN).map(chip),
          others.length ? element("li", { class: "attachment" }, element("span", {}, ngettext("and {n} more", "and {n} more", others.length)),
            iconButton("close", ngettext("Don’t ask those {n} alone", "Don’t ask those {n} alone", others.length), () => remove(others.map(({ id }) => id)), { "data-focus": "about-others" })) : null)
      : null);
    redrawn();
  };
  listen("about", draw);
  // One that was read again has another number, which the app knows, and one that was removed is asked no more.
  listen("library", async ({ documents }) => {
    const listed = (number) => documents.find(({ id }) => id === number);
    const current = new Map();
    for (const { id } of state.about) current.set(id, listed(id) ?? listed((await get(`/documents/${id}`))?.id));
    const kept = state.about.map((one) => (current.has(one.id) ? current.get(one.id) : one)).filter(Boolean);
    set("about", kept.map(({ id, name }) => ({ id, name })));
  });
  return chips;
}

// The names that fit what stands behind an `@`: arrows move, Enter or Tab takes one, Escape closes.
export function nameCompletion(box) {
  const list = element("ul", { class: "names", id: "names", role: "listbox", "aria-label": gettext("Documents"), hidden: true });
  let found = [];
  let at = 0;
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-controls", "names");

  const close = () => { found = []; list.hidden = true; box.removeAttribute("aria-activedescendant"); };
  const typed = () => box.value.slice(0, box.selectionStart).match(NAME);
  function draw() {
    list.hidden = !found.length;
    redraw(list, found.map((one, index) => element("li", { role: "option", id: `name-${index}`, "aria-selected": String(index === at), pointerdown: (event) => { event.preventDefault(); take(one); } }, one.name)));
    if (found.length) box.setAttribute("aria-activedescendant", `name-${at}`);
    else box.removeAttribute("aria-activedescendant");
    list.children[at]?.scrollIntoView({ block: "nearest" });
  }
  function take(one) {
    const match = typed();
    const end = box.selectionStart;
    const begin = end - match[1].length - 1;
    box.value = box.value.slice(0, begin) + box.value.slice(end).replace(/^\s/, "");
    box.setSelectionRange(begin, begin);
    close();
    set("about", [...state.about.filter(({ id }) => id !== one.id), { id: one.id, name: one.name }]);
    box.dispatchEvent(new Event("input"));
  }
  box.addEventListener("input", () => {
    const match = typed();
    const words = match?.[1].toLowerCase();
    const inside = (state.library?.documents ?? []).filter(({ collections }) => !state.collection || collections.includes(state.collection));
    found = match ? inside.filter(({ name }) => name.toLowerCase().includes(words)).slice(0, OFFERED) : [];
    at = 0;
    draw();
  });
  box.addEventListener("blur", close);
  box.addEventListener("keydown", (event) => {
    if (!found.length || isComposing(event)) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) { at = (at + step + found.length) % found.length; draw(); }
    else if (event.key === "Enter" || event.key === "Tab") take(found[at]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation(); // Enter would ask, Escape would stop the answer
  });
  return list;
}
