// Light, dark or as the system; text size; less motion. Kept by this browser, applied before anything is drawn.
const KEY = "lamplight-appearance";
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
  keepAppearance();
}

export function keepAppearance() {
  const { theme, size, motion } = appearance();
  const root = document.documentElement;
  root.style.setProperty("--zoom", SIZES[size] ?? 1);
  root.dataset.colours = theme;
  root.dataset.motion = motion;
}
