// On small screens the library and the conversations are in a drawer.
import { focusOn } from "./dom.js";

const button = () => document.querySelector("#open-drawer");

export const drawerIsOpen = () => document.body.classList.contains("drawer-open");

export function closeDrawer() {
  document.body.classList.remove("drawer-open");
  button()?.setAttribute("aria-expanded", "false");
}

export function toggleDrawer() {
  const open = document.body.classList.toggle("drawer-open");
  button()?.setAttribute("aria-expanded", String(open));
  if (open) focusOn("#add-files");
}
