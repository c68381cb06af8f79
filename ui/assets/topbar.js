// The bar above the chat, the drawer on small screens, and the keys that work everywhere.
import { element, iconButton, keepDrawn } from "./dom.js";
import { readAhead } from "./typing.js";

export function closeDrawer() {
  document.body.classList.remove("drawer-open");
  document.querySelector("#open-drawer")?.setAttribute("aria-expanded", "false");
}

function toggleDrawer() {
  const open = document.body.classList.toggle("drawer-open");
  document.querySelector("#open-drawer")?.setAttribute("aria-expanded", String(open));
  if (open) document.querySelector("#add-files")?.focus();
}

const isTyping = (node) => node.matches?.("textarea, input:not([type=radio]), [contenteditable=true]");

function keys(event) {
  if (event.key === "/" && !isTyping(event.target) && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    document.querySelector("#question textarea")?.focus();
  }
  if (event.key !== "Escape" || event.defaultPrevented) return;
  if (document.body.classList.contains("drawer-open")) {
    closeDrawer();
    document.querySelector("#open-drawer")?.focus();
  } else {
    document.querySelector("#question .stop-button")?.click();
  }
}

async function copyAnswer(event) {
  const link = event.target.closest?.('a[href$="#copy-answer"]');
  if (!link) return;
  event.preventDefault();
  event.stopPropagation();
  const answer = link.closest(".turn").querySelector(".answer").cloneNode(true);
  answer.querySelectorAll("a.citation").forEach((citation) => citation.replaceWith(` [${citation.textContent}]`));
  // Only laid out text has line breaks between its paragraphs.
  answer.style.cssText = "position:absolute;left:-9999px";
  document.body.append(answer);
  const text = answer.innerText.trim();
  answer.remove();
  await navigator.clipboard.writeText(text);
  link.textContent = "Copied";
  setTimeout(() => { link.textContent = "Copy"; }, 1500);
}

export function mount(panel) {
  readAhead();
  document.documentElement.lang = "en";
  document.addEventListener("keydown", keys);
  document.addEventListener("click", copyAnswer, true);
  document.addEventListener("pointerdown", (event) => {
    const outside = !event.target.closest("#sidebar, #open-drawer, #toasts");
    if (outside && document.body.classList.contains("drawer-open")) closeDrawer();
  });
  keepDrawn(panel, (value) => [
    iconButton("menu", "Library and conversations", toggleDrawer, { id: "open-drawer", "aria-expanded": "false", "data-focus": "drawer" }),
    element("span", { class: "brand" }, element("img", { src: "/lamplight/lamplight.png", alt: "", width: 24, height: 24 }), "Lamplight"),
    element("span", { class: "models-status", role: "status" }, value && !value.ready ? value.status : ""),
  ]);
}
