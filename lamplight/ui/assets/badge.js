// What has left this computer, in one line; a click tells the rest.
import { element, iconButton } from "./dom.js";
import { gettext, locale, ngettext } from "./language.js";
import { get } from "./requests.js";

const POLL_MILLISECONDS = 10000;
const EDGE = 12; // pixels between the popover and the window's edge
const ALONE = gettext("Nothing has left this computer");
const SHARED = gettext("Nothing has left your household");
const nothing = ({ household = false } = {}) => (household ? SHARED : ALONE);

const time = (seconds) => new Date(seconds * 1000).toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit" });

function sentence(value) {
  const { connections, listed } = value;
  if (!connections) return nothing(value);
  const reasons = [...new Set(listed.filter((attempt) => !attempt.blocked).map((attempt) => attempt.reason))];
  return ngettext("{n} connection ({reasons})", "{n} connections ({reasons})", connections, { reasons: reasons.join(", ") });
}

function rows(attempts) {
  const place = (attempt) => (attempt.port ? `${attempt.host}:${attempt.port}` : attempt.host);
  return element("ul", { class: "badge-list" }, attempts.map((attempt) => element("li", {},
    element("span", { class: "badge-host" }, place(attempt)), element("span", { class: "badge-why" }, `${time(attempt.at)} · ${attempt.reason}`))));
}

// Who may connect to this computer, as opposed to what it connects to.
function comingIn({ household, signed_in: count }) {
  if (!household) return gettext("Only this computer can open Lamplight.");
  if (!count) return gettext("Other devices in your network can open Lamplight with the household’s password; none is signed in. They are sent what they ask for, encrypted.");
  return ngettext(
    "Other devices in your network can open Lamplight with the household’s password; {n} device is signed in. They are sent what they ask for, encrypted.",
    "Other devices in your network can open Lamplight with the household’s password; {n} devices are signed in. They are sent what they ask for, encrypted.", count);
}

function departures(value) {
  const since = time(value.since);
  if (value.connections) return ngettext("{n} connection left this computer since {time}.", "{n} connections left this computer since {time}.", value.connections, { time: since });
  return value.household ? gettext("Nothing has left your household since Lamplight started at {time}.", { time: since })
    : gettext("Nothing has left this computer since Lamplight started at {time}.", { time: since });
}

function details(value) {
  const left = value.listed.filter((attempt) => !attempt.blocked);
  const blocked = value.listed.filter((attempt) => attempt.blocked);
  return [
    element("p", {}, departures(value)),
    left.length ? rows(left) : null,
    element("p", {}, comingIn(value)),
    value.blocked ? element("p", {}, ngettext("{n} attempt to connect was blocked.", "{n} attempts to connect were blocked.", value.blocked)) : null,
    blocked.length ? rows(blocked) : null,
    element("p", { class: "badge-why" }, gettext(
      "Lamplight’s own code can connect only while you download something, and to a server that you have allowed to answer. Libraries in machine code can’t be stopped by it; the system’s table of open connections is looked at every ten seconds to see whether one does.")),
  ].filter(Boolean);
}

export function badge() {
  let value = null;
  const text = element("span", { class: "badge-text" }, ALONE);
  const body = element("div");
  const button = element("button", { type: "button", class: "badge", "aria-haspopup": "dialog", "aria-expanded": "false", title: ALONE, click: () => toggle() },
    element("span", { class: "badge-dot", "aria-hidden": "true" }), text);
  const close = iconButton("close", gettext("Close"), () => toggle(false));
  const popover = element("div", { class: "badge-popover", popover: "manual", role: "dialog", "aria-labelledby": "badge-heading", tabindex: "-1" },
    element("header", {}, element("h2", { id: "badge-heading" }, gettext("What has left, and who can come in")), close), body);
  const isOpen = () => button.getAttribute("aria-expanded") === "true";

  const draw = () => {
    if (!value) return;
    text.textContent = sentence(value);
    button.title = text.textContent;
    button.classList.toggle("left", value.connections > 0);
    if (isOpen()) body.replaceChildren(...details(value));
  };
  const look = async () => {
    value = (await get("/trust?sizes=false")) ?? value;
    draw();
  };
  const keys = (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation(); // it would stop the answer
    toggle(false);
  };
  const outside = (event) => { if (!popover.contains(event.target) && !button.contains(event.target)) toggle(false, false); };
  const place = () => {
    const { left, bottom } = button.getBoundingClientRect();
    popover.style.top = `${bottom + 6}px`;
    popover.style.left = `${Math.max(EDGE, Math.min(left, innerWidth - popover.offsetWidth - EDGE))}px`;
  };

  function toggle(open = !isOpen(), focus = true) {
    if (open === isOpen()) return;
    const listen = open ? "addEventListener" : "removeEventListener";
    document[listen]("keydown", keys, true);
    document[listen]("pointerdown", outside, true);
    window[listen]("resize", place);
    button.setAttribute("aria-expanded", String(open));
    if (open) {
      document.body.append(popover);
      draw();
      popover.showPopover();
      place();
      popover.focus();
      look();
    } else {
      popover.hidePopover();
      popover.remove();
      if (focus) button.focus();
    }
  }

  let wasShown = false;
  const poll = setInterval(() => {
    if (wasShown && !button.isConnected) { clearInterval(poll); toggle(false, false); return; }
    wasShown = button.isConnected;
    if (document.visibilityState === "visible") look();
  }, POLL_MILLISECONDS);
  look();
  return button;
}
