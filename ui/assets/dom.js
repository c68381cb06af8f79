// Elements are built, never parsed from markup: a document's name stays text whatever is in it.

export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") node.addEventListener(name, value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

const PATHS = {
  menu: "M4 7h16M4 12h16M4 17h16",
  close: "M6 6l12 12M18 6L6 18",
  plus: "M12 5v14M5 12h14",
  retry: "M4 12a8 8 0 1 0 2.5-5.8M4 4v4h4",
  pause: "M9 5v14M15 5v14",
  play: "M8 5l11 7-11 7z",
  left: "M15 5l-7 7 7 7",
  right: "M9 5l7 7-7 7",
  document: "M7 3h7l4 4v14H7zM14 3v4h4",
};

export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const picture = document.createElementNS(space, "svg");
  picture.setAttribute("viewBox", "0 0 24 24");
  picture.setAttribute("class", "icon");
  picture.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", PATHS[name]);
  picture.append(path);
  return picture;
}

export function iconButton(name, label, click, attributes = {}) {
  return element("button", { type: "button", class: "icon-button", "aria-label": label, title: label, click, ...attributes }, icon(name));
}

// Draws `value` again whenever it changes, and puts the focus back on the control that had it.
export function keepDrawn({ element: host, props, watch }, draw) {
  let drawn;
  const redraw = () => {
    const state = JSON.stringify(props.value ?? null);
    const root = host.querySelector(".panel");
    if (!root || (state === drawn && root.childElementCount)) return;
    drawn = state;
    const focused = root.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
    root.replaceChildren(...draw(props.value).filter(Boolean));
    if (focused) [...root.querySelectorAll("[data-focus]")].find((node) => node.dataset.focus === focused)?.focus();
  };
  watch("value", redraw);
  redraw();
}
