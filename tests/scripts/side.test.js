import assert from "node:assert/strict";
import test from "node:test";
import { listeners, page } from "./browser.js";

const { closeSide, openSide, want } = await import("../../lamplight/ui/assets/side.js");

const target = { closest: () => null };
const pressed = (key) => ({ key, target, preventDefault: () => {}, stopPropagation: () => {} });

test("who is overtaken while something is fetched knows it", () => {
  const first = want();
  assert.ok(first());
  const second = want();
  assert.deepEqual([first(), second()], [false, true]);
});

test("closing the column overtakes what was about to be shown in it", () => {
  openSide({ closed: () => null });
  const isWanted = want();
  closeSide();
  assert.equal(isWanted(), false);
});

test("what is shown is left once, whether something else is shown or nothing", () => {
  const left = [];
  openSide({ closed: () => null, left: () => left.push("one") });
  openSide({ closed: () => null, left: () => left.push("two") });
  closeSide();
  closeSide();
  assert.deepEqual(left, ["one", "two"]);
  assert.equal(page.body.classList.has("sources-open"), false);
});

test("keys act while the column is open, Escape closes it and gives the focus back", () => {
  const done = [];
  openSide({ keys: (key) => (key === "n" ? () => done.push("next") : null), closed: () => ({ focus: () => done.push("back") }) });
  listeners.keydown(pressed("n"));
  listeners.keydown(pressed("x"));
  listeners.keydown(pressed("Escape"));
  listeners.keydown(pressed("n"));
  assert.deepEqual(done, ["next", "back"]);
});
