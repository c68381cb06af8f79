import assert from "node:assert/strict";
import test from "node:test";
import { ask, carryOut, openConversation } from "../../lamplight/ui/assets/asking.js";

test("what is wanted of the question box before it is there is done once it is, in its order", () => {
  const done = [];
  ask("early");
  openConversation(3);
  assert.deepEqual(done, []);
  carryOut({ ask: (question) => done.push(question), openConversation: (number) => done.push(number) });
  assert.deepEqual(done, ["early", 3]);
  ask("late");
  openConversation(null);
  assert.deepEqual(done, ["early", 3, "late", null]);
});
