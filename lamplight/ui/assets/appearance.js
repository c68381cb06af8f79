// Light, dark or as the system; text size; less motion. Kept by this browser, applied before anything is drawn.
const KEY = "lamplight-appearance";
const DARK = matchMedia("(prefers-color-scheme: dark)");
export const SIZES = { small: 0.9, normal: 1, large: 1.15, larger: 1.3 };
const USUAL = { theme: "system", size: "normal", motion: "system" };

export function appearance() {
  try {
    return { ...USUAL, ...JSON.parse(localStorage.getItem(KEY) ?? "{}") };
  } catch {
    return USUAL;
  }
}

export function setAppearance(change) {
  localStorage.setItem(KEY, JSON.stringify({ ...appearance(), ...change }));
  apply();
}

function apply() {
  const { theme, size, motion } = appearance();
  const dark = theme === "dark" || (theme === "system" && DARK.matches);
  document.body.classList.toggle("dark", dark);
  document.documentElement.style.setProperty("--zoom", SIZES[size] ?? 1);
  document.documentElement.dataset.motion = motion;
}

// Gradio sets its own idea of the theme when it starts and when the system's changes.
export function keepAppearance() {
  apply();
  DARK.addEventListener("change", apply);
  new MutationObserver(apply).observe(document.body, { attributes: true, attributeFilter: ["class"] });
}
