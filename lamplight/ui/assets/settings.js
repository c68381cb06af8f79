// Settings: how the page looks, which model answers, who else comes in, and the person's data. Each section is drawn when it is opened.
import { languages } from "./catalogue.js";
import { openDialog } from "./dialog.js";
import { arrows, element, withControl } from "./dom.js";
import { gettext, locale } from "./language.js";
import { isElsewhere } from "./state.js";

// Light, dark or as the system; text size; less motion. Kept by this browser, applied before anything is drawn.
const KEPT = "lamplight-appearance";
const SIZES = { small: 0.9, normal: 1, large: 1.15, larger: 1.3 };
const LANGUAGE = "lamplight-language"; // the cookie that says in which one all is said
const A_YEAR = 31_536_000; // seconds
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
  ["/", gettext("write a question")], [gettext("Enter"), gettext("ask")], [gettext("Shift Enter"), gettext("a new line")], [gettext("Esc"), gettext("close what is open, or stop the answer")],
  [withControl("K"), gettext("search and commands")], [withControl(","), gettext("settings")], ["← →", gettext("the source or page before and after")],
  [gettext("Page Up, Page Down"), gettext("the page before and after")], [gettext("Home, End"), gettext("the first and last page")],
  ["@", gettext("name a document to ask it alone")], ["+ − 0", gettext("zoom the page, fit it")], [gettext("Tab"), gettext("go on to the next control")],
];

function choice(label, name, options) {
  const chosen = appearance()[name];
  return element("fieldset", { class: "setting" }, element("legend", {}, label),
    options.map(([value, text]) => element("label", {}, element("input", { type: "radio", name: `setting-${name}`, value, checked: chosen === value, change: () => setAppearance({ [name]: value }) }), element("span", {}, text))));
}

// Kept in a cookie, since the app itself says much of what is shown; without one it says it in the browser’s language.
function chooseLanguage(code) {
  // biome-ignore lint/suspicious/noDocumentCookie: not all browsers have the Cookie Store, and a code needs no escaping
  document.cookie = `${LANGUAGE}=${code}; path=/; max-age=${code ? A_YEAR : 0}; samesite=strict`;
  location.reload();
}

function languageChoice() {
  const chosen = document.cookie.match(new RegExp(`(?:^|; )${LANGUAGE}=([^;]*)`))?.[1];
  const { compare } = new Intl.Collator(locale);
  const named = Object.entries(languages).sort(([, one], [, other]) => compare(one, other));
  const select = element("select", { id: "setting-language", change: () => chooseLanguage(select.value) },
    element("option", { value: "" }, gettext("As the browser")),
    named.map(([code, name]) => element("option", { value: code, lang: code, selected: code === chosen }, name)));
  // Looks like the other choices, but is no group to who doesn't see it: the box has its label.
  return element("fieldset", { class: "setting", role: "none" }, element("legend", {}, element("label", { for: "setting-language" }, gettext("Language"))), select);
}

const looks = () => element("div", {},
  choice(gettext("Colours"), "theme", [["system", gettext("As the system")], ["light", gettext("Light")], ["dark", gettext("Dark")]]),
  choice(gettext("Text"), "size", [["small", gettext("Small")], ["normal", gettext("Normal")], ["large", gettext("Large")], ["larger", gettext("Larger")]]),
  choice(gettext("Motion"), "motion", [["system", gettext("As the system")], ["less", gettext("Less")]]),
  languageChoice());

const keyboard = () => element("dl", { class: "keys" }, KEYS.flatMap(([key, what]) => [element("dt", {}, element("kbd", {}, key)), element("dd", {}, what)]));

// `here`: for the person at the computer alone; `elsewhere`: for who is signed in on another device.
const SECTIONS = [
  { name: "appearance", title: gettext("Appearance"), draw: looks },
  { name: "models", title: gettext("Models"), here: true, draw: async () => (await import("./models.js")).modelsSection() },
  { name: "household", title: gettext("Household"), here: true, draw: async () => (await import("./household.js")).householdSection() },
  { name: "session", title: gettext("Signed in"), elsewhere: true, draw: async () => (await import("./household.js")).sessionSection() },
  { name: "access", title: gettext("Other programs"), here: true, draw: async () => (await import("./access.js")).accessSection() },
  { name: "data", title: gettext("Your data"), here: true, draw: async () => (await import("./data.js")).dataSection() },
  { name: "keyboard", title: gettext("Keyboard"), draw: keyboard },
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
    body.replaceChildren(element("p", { class: "empty" }, gettext("One moment…")));
    body.replaceChildren(await section.draw());
  }
  const bar = element("div", { class: "settings-tabs", role: "tablist", "aria-label": gettext("Settings"), keydown: (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1, ...arrows(1, -1) }[event.key];
    if (!step) return;
    event.preventDefault();
    const to = (tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length;
    tabs[to].focus();
    show(all[to]);
  } }, tabs);
  openDialog(gettext("Settings"), element("div", { class: "settings" }, bar, body), { class: "dialog wide" });
  show(first);
  tabs[all.indexOf(first)].focus();
}
