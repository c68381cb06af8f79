import assert from "node:assert/strict";
import test from "node:test";
import { place, places } from "../../lamplight/ui/assets/page_text.js";

test("words are found whatever the white space between them and whether in capitals", () => {
  assert.deepEqual(place("The  Gate\nis green", "the gate is"), [0, 12]);
  assert.equal(place("The gate", "gates"), null);
  assert.equal(place("The gate", "  "), null);
});

test("what means something to a pattern is only a letter here", () => {
  assert.deepEqual(place("costs 3.5 (net)", "3.5 (net)"), [6, 15]);
  assert.equal(place("costs 345", "3.5"), null);
});

test("what is marked never overlaps and stands in the order of the text", () => {
  assert.deepEqual(places("one two three", ["two three", "one two", "three"]), [[0, 7], [8, 13]]);
  assert.deepEqual(places("one two", ["none"]), []);
});
