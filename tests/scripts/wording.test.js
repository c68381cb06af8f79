import assert from "node:assert/strict";
import test from "node:test";
import { briefly, remaining, shortName, size, titleOf, when } from "../../lamplight/ui/assets/wording.js";

test("sizes have the unit that a person would say", () => {
  assert.deepEqual([999, 512_000, 98_400_000, 1_117_320_736].map(size), ["1 KB", "512 KB", "98 MB", "1.1 GB"]);
});

test("what is left of a download is said as exactly as it is known", () => {
  assert.equal(remaining(null), null);
  assert.equal(remaining(undefined), null);
  assert.deepEqual([0, 89, 90, 5399, 7200].map(remaining), ["about 1 s left", "about 89 s left", "about 2 minutes left", "about 90 minutes left", "about 2 hours left"]);
});

test("nothing is said of what is over in a moment", () => {
  assert.deepEqual([null, 1, 30, 150].map(briefly), ["", "", " · about 30 s left", " · about 3 min left"]);
});

test("a conversation of today has its time, an older one its day, an old one its year", () => {
  const now = new Date(2026, 10, 29, 9, 30);
  const seconds = (...parts) => new Date(...parts).getTime() / 1000;
  assert.match(when(seconds(2026, 10, 29, 0, 5), now), /05/);
  assert.equal(when(seconds(2026, 10, 28, 23, 59), now), "Yesterday");
  assert.match(when(seconds(2026, 10, 2), now), /2/);
  assert.doesNotMatch(when(seconds(2026, 10, 2), now), /2026/);
  assert.match(when(seconds(2025, 0, 2), now), /2025/);
});

test("pasted text is named by its first line, without what file systems don't take", () => {
  assert.equal(titleOf("  Müller & Söhne: offer/2026\nmore"), "Müller  Söhne offer2026");
  assert.equal(titleOf("???\nmore"), "Pasted text");
  assert.equal(titleOf("x".repeat(80)).length, 60);
});

test("a model is called without what only its makers need to know", () => {
  assert.equal(shortName("SmolLM2-135M-Instruct.Q4_1"), "SmolLM2-135M");
  assert.equal(shortName("Qwen3-4B-Instruct-2507"), "Qwen3-4B");
  assert.equal(shortName("a-name-that-never-comes-to-an-end"), "a-name-that-never-come…");
});
