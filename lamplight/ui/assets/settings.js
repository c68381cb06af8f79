// Settings: how the page looks, which model answers, who else comes in, and the person's data. Each section is drawn when it is opened.
import { openDialog } from "./dialog.js";
import { element, withControl } from "./dom.js";
import { isElsewhere } from "./state.js";

// Light, dark or as the system; text size; less motion. Kept by this browser, applied before anything is drawn.
const KEPT = "lamplight-appearance";
const SIZES = { small: 0.9, normal: 1, large: 1.15, larger: 1.3 };
const USUAL = { theme: "system", size: "normal", motion: "system" };

function appearance() {
  try {
    return { ...USUAL, ...JSON.parse(localStorage.getItem(KEPT) ?? "{}") };
  } catch {
    return USUAL;
  }
}

export function setAppearance(change) {
  localStorage.setItem(KEPT, JSON.stringify({ ...appearance(), ...change }));
  keepAppearance();
}

export function keepAppearance() {
  const { theme, size, motion } = appearance();
  const root = document.documentElement;
  root.style.setProperty("--zoom", SIZES[size] ?? 1);
  root.dataset.colours = theme;
  root.dataset.motion = motion;
}

const KEYS = [
  ["/", "write a question"], ["Enter", "ask"], ["Shift Enter", "a new line"], ["Esc", "close what is open, or stop the answer"],
  [withControl("K"), "search and commands"], [withControl(","), "settings"], ["← →", "the source or page before and after"], ["Page Up, Page Down", "the page before and after"], ["Home, End", "the first and last page"], ["@", "name a document to ask it alone"], ["+ − 0", "zoom the page, fit it"], ["Tab", "go on to the next control"],
];

function choice(label, name, options) {
  const chosen = appearance()[name];
  return element("fieldset", { class: "setting" }, element("legend", {}, label),
    options.map(([value, text]) => element("label", {}, element("input", { type: "radio", name: `setting-${name}`, value, checked: chosen === value, change: () => setAppearance({ [name]: value }) }), element("span", {}, text))));
}

const looks = () => element("div", {},
  choice("Colours", "theme", [["system", "As the system"], ["light", "Light"], ["dark", "Dark"]]),
  choice("Text", "size", Object.keys(SIZES).map((size) => [size, size[0].toUpperCase() + size.slice(1)])),
  choice("Motion", "motion", [["system", "As the system"], ["less", "Less"]]));

const keyboard = () => element("dl", { class: "keys" }, KEYS.flatMap(([key, what]) => [element("dt", {}, element("kbd", {}, key)), element("dd", {}, what)]));

// `here`: for the person at the computer alone; `elsewhere`: for who is signed in on another device.
const SECTIONS = [
  { name: "appearance", title: "Appearance", draw: looks },
  { name: "models", title: "Models", here: true, draw: async () => (await import("./models.js")).modelsSection() },
  { name: "household", title: "Household", here: true, draw: async () => (await import("./household.js")).householdSection() },
  { name: "session", title: "Signed in", elsewhere: true, draw: async () => (await import("./household.js")).sessionSection() },
  { name: "access", title: "Other programs", here: true, draw: async () => (await import("./access.js")).accessSection() },
  { name: "data", title: "Your data", here: true, draw: async () => (await import("./data.js")).dataSection() },
  { name: "keyboard", title: "Keyboard", draw: keyboard },
];

export const sections = () => SECTIONS.filter(({ here, elsewhere }) => (isElsewhere() ? !here : !elsewhere));

export function openSettings(wanted) {
  const all = sections();
  const first = all.find(({ name }) => name === wanted) ?? all[0];
  const body = element("div", { class: "settings-body", id: "settings-body", role: "tabpanel", tabindex: "-1" });
  const tabs = all.map((section) => element("button", { type: "button", role: "tab", id: `settings-${section.name}`, "aria-controls": "settings-body", click: () => show(section) }, section.title));
  async function show(section) {
    all.forEach((one, index) => {
      tabs[index].setAttribute("aria-selected", String(one === section));
      tabs[index].tabIndex = one === section ? 0 : -1;
    });
    body.setAttribute("aria-labelledby", `settings-${section.name}`);
    body.replaceChildren(element("p", { class: "empty" }, "One moment…"));
    body.replaceChildren(await section.draw());
  }
  const bar = element("div", { class: "settings-tabs", role: "tablist", "aria-label": "Settings", keydown: (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const to = (tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length;
    tabs[to].focus();
    show(all[to]);
  } }, tabs);
  openDialog("Settings", element("div", { class: "settings" }, bar, body), { class: "dialog wide" });
  show(first);
  tabs[all.indexOf(first)].focus();
}
