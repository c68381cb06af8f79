import assert from "node:assert/strict";
import test from "node:test";
import { zoomKey } from "../../lamplight/ui/assets/page_view.js";

test("plus, minus and nought zoom the page that is shown, if one is", () => {
  const view = { zoomIn: () => 1, zoomOut: () => 2, fit: () => 3 };
  assert.deepEqual(["+", "=", "-", "0"].map((key) => zoomKey(view, key)()), [1, 1, 2, 3]);
  assert.equal(zoomKey(view, "x"), undefined);
  assert.equal(zoomKey(null, "+"), undefined);
});
