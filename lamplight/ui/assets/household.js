// The household: its password, the address for other devices, and who is signed in on which.
import { toast } from "./dialog.js";
import { element } from "./dom.js";
import { gettext, locale, ngettext } from "./language.js";
import { GONE, get, send } from "./requests.js";

const SHORTEST = 8; // characters of a password
const button = (label, click, attributes = {}) => element("button", { type: "button", class: "model-button", click, ...attributes }, label);
const time = (seconds) => new Date(seconds * 1000).toLocaleString(locale, { dateStyle: "medium", timeStyle: "short" });

// `ended` gets the session that was signed out.
async function sessionList(wrong, ended) {
  const found = (await get("/sessions")) ?? [];
  const end = async (session) => {
    const { problem } = await send(`/sessions/${session.id}/end`);
    wrong.textContent = problem ?? "";
    if (!problem) ended(session);
  };
  const row = (session) => element("li", { class: "session" },
    element("div", {},
      element("strong", {}, session.name || gettext("You")), " · ", session.this ? gettext("{device} (this one)", { device: session.device }) : session.device,
      element("div", { class: "session-when" }, gettext("{address}, last used {time}", { address: session.address, time: time(session.seen) }))),
    button(gettext("Sign out"), () => end(session), { "aria-label": session.name ? gettext("Sign out {name} {device}", { name: session.name, device: session.device }) : gettext("Sign out your {device}", { device: session.device }) }));
  return found.length ? element("ul", { class: "sessions" }, found.map(row)) : element("p", { class: "session-when" }, gettext("Nobody is signed in on another device."));
}

function passwordForm(isSet, save) {
  const typed = element("input", { type: "password", id: "household-password", autocomplete: "new-password", minlength: SHORTEST, required: true });
  const submit = (event) => { event.preventDefault(); save(typed.value); };
  return element("form", { class: "model-own", submit },
    element("label", { for: "household-password" }, isSet ? gettext("Another password (all have to sign in again)")
      : ngettext("A password for your household, {n} character at least", "A password for your household, {n} characters at least", SHORTEST)),
    element("div", { class: "model-path" }, typed, element("button", { type: "submit", class: "model-button" }, isSet ? gettext("Change password") : gettext("Set password"))));
}

// The address, and the same as a picture for a telephone's camera.
function addressPart({ addresses, fingerprint, given }) {
  const picture = element("img", { class: "qr", width: 198, height: 198 });
  const link = element("code", { class: "data-folder", tabindex: "0" });
  const told = element("p", { role: "status" });
  const show = (address, invitation = "") => {
    picture.src = `/household/qr.svg?address=${encodeURIComponent(address)}${invitation && `&invitation=${invitation}`}`;
    picture.alt = invitation ? gettext("QR code that signs you in") : gettext("QR code of {address}", { address });
    link.textContent = address;
    told.textContent = invitation ? gettext("The code now signs in one telephone of yours, without the password and with your own conversations: once, within five minutes.") : "";
  };
  const invite = async () => {
    const { value } = await send("/household/invitation");
    if (value) show(link.textContent, value.invitation);
  };
  const choice = element("select", { "aria-label": gettext("Address"), hidden: addresses.length < 2, change: () => show(choice.value) }, addresses.map((one) => element("option", { value: one }, one)));
  show(addresses[0]);
  return [
    element("div", { class: "opening" }, picture, element("div", {},
      element("p", {}, gettext("Point a telephone’s camera at this, or type the address on another device in your network:")), choice, link,
      element("div", { class: "model-buttons" },
        button(gettext("Copy address"), () => navigator.clipboard.writeText(link.textContent).then(() => toast(gettext("Address copied")))),
        button(gettext("Sign in my telephone"), invite)), told)),
    element("p", {}, given ? gettext("The certificate that you gave has this SHA-256 fingerprint:")
      : gettext("Its browser warns once, as this computer has made its certificate itself. It is the right one if the browser shows the same SHA-256 fingerprint:")),
    // Broken between bytes, not inside them.
    element("code", { class: "fingerprint", tabindex: "0" }, fingerprint.split(/(?<=:)/).flatMap((byte) => [byte, element("wbr")])),
  ];
}

export function householdSection() {
  const body = element("div", { class: "household-body" });
  const wrong = element("p", { class: "models-trouble", role: "alert" });
  const draw = async () => {
    const value = await get("/household");
    if (!value) { wrong.textContent = GONE; return; }
    const save = async (password) => {
      const { problem } = await send("/household/password", { password });
      wrong.textContent = problem ?? "";
      if (!problem) { toast(value.password ? gettext("Password changed; all are signed out") : gettext("Password set")); draw(); }
    };
    const isOpen = value.addresses.length > 0;
    body.replaceChildren(...[
      isOpen ? addressPart(value) : null,
      !isOpen && value.password ? [element("p", {}, gettext("Only this computer can open Lamplight now. Start it like this to let other devices in:")),
        element("code", { class: "data-folder", tabindex: "0" }, `${value.program} --host 0.0.0.0`)] : null,
      isOpen ? [element("h3", {}, gettext("Signed in")), await sessionList(wrong, draw)] : null,
      element("h3", {}, gettext("Password")), passwordForm(value.password, save),
    ].flat().filter(Boolean));
  };
  draw();
  return element("section", { class: "models household", "aria-label": gettext("Household") },
    element("p", {}, gettext("Telephones and other computers in your network can open this library, encrypted and with a password. Each person signs in with a name and has conversations of their own; documents and collections belong to all. Who knows the password can use any name.")),
    body, wrong);
}

// For who is signed in on another device.
export function sessionSection() {
  const body = element("div", { class: "household-body" });
  const wrong = element("p", { class: "models-trouble", role: "alert" });
  const draw = async () => body.replaceChildren(await sessionList(wrong, (session) => (session.this ? location.reload() : draw())));
  draw();
  return element("section", { class: "models household", "aria-label": gettext("Signed in") },
    element("p", {}, gettext("You use the library of the household on whose computer Lamplight runs. What you ask is shown under your name alone. These devices are signed in under it:")),
    body, wrong);
}
