import assert from "node:assert/strict";
import test from "node:test";
import { answers, asked, kept, later } from "./browser.js";

kept.set("lamplight-collection", "3");
const { chooseCollection, isElsewhere, listen, refresh, searchConversations, set, state } = await import("../../lamplight/ui/assets/state.js");

const activity = (changes) => ({ changes, jobs: [], answering: [], ready: true, status: "", person: null });

test("who listens is told what is known, and then what changes, but nothing twice", () => {
  const told = [];
  listen("about", (value) => told.push(value));
  set("about", [{ id: 1 }]);
  set("about", [{ id: 1 }]);
  assert.deepEqual(told, [[], [{ id: 1 }]]);
});

test("the chosen collection is remembered, and forgotten when it is gone", async () => {
  assert.equal(state.collection, 3);
  chooseCollection(5);
  assert.equal(kept.get("lamplight-collection"), 5);
  answers.set("/activity", activity(1));
  answers.set("/library", { documents: [], collections: [{ id: 4 }] });
  answers.set("/conversations?words=", []);
  await refresh();
  assert.equal(state.collection, null);
  assert.equal(kept.has("lamplight-collection"), false);
});

test("the library is asked for only when something has changed", async () => {
  await refresh();
  asked.length = 0;
  await refresh();
  assert.deepEqual(asked, ["/activity"]);
  answers.set("/activity", activity(2));
  await refresh();
  assert.ok(asked.includes("/library"));
});

test("an app that has gone is noticed, and so is one that is back", async () => {
  answers.delete("/activity");
  await refresh();
  assert.equal(state.running, false);
  answers.set("/activity", activity(2));
  await refresh();
  assert.equal(state.running, true);
});

test("of two searches the later one is shown, also if its answer comes first", async () => {
  const slow = later();
  answers.set("/conversations?words=ga", slow.promise);
  answers.set("/conversations?words=gate", [{ id: 2 }]);
  const first = searchConversations("ga");
  await searchConversations("gate");
  slow.keep([{ id: 1 }]);
  await first;
  assert.deepEqual(state.conversations, [{ id: 2 }]);
});

test("another device of the household is told by its person", () => {
  assert.equal(isElsewhere(), false);
  state.activity = { ...state.activity, person: "Ada" };
  assert.equal(isElsewhere(), true);
});
