import assert from "node:assert/strict";
import test from "node:test";
import { answers } from "./browser.js";

const { GONE, get, send } = await import("../../lamplight/ui/assets/requests.js");

test("what the app refuses is its sentence, what it doesn't hear is that it is gone", async () => {
  answers.set("/folders", { problem: "There is no such folder." });
  assert.deepEqual(await send("/folders", { path: "x" }), { problem: "There is no such folder." });
  assert.deepEqual(await send("/nowhere"), { problem: GONE });
});

test("a value is handed on, and null where there is none", async () => {
  answers.set("/library", { documents: [] });
  assert.deepEqual(await get("/library"), { documents: [] });
  assert.deepEqual(await send("/library", null, "GET"), { value: { documents: [] } });
  assert.equal(await get("/nowhere"), null);
});
