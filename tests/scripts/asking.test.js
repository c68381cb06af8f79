import assert from "node:assert/strict";
import test from "node:test";
import { ask, carryOut, openConversation, stop } from "../../lamplight/ui/assets/asking.js";

test("what is wanted of the question box before it is there comes to nothing, then to what it does", () => {
  ask("early");
  const done = [];
  carryOut({ ask: (question) => done.push(question), openConversation: (number) => done.push(number) });
  ask("late");
  openConversation(null);
  stop(); // which was not said
  assert.deepEqual(done, ["late", null]);
});
