import assert from "node:assert/strict";
import test from "node:test";
import { answers, asked, kept, later, listeners, page, streams } from "./browser.js";

kept.set("lamplight-collection", "3");
const { chooseCollection, follow, isElsewhere, listen, searchConversations, set, state } = await import("../../lamplight/ui/assets/state.js");

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
  answers.set("/library", { documents: [], collections: [{ id: 4 }] });
  answers.set("/conversations?words=", []);
  follow(null);
  await streams.at(-1).say("activity", activity(1));
  assert.equal(state.collection, null);
  assert.equal(kept.has("lamplight-collection"), false);
});

test("the library is asked for only when something has changed", async () => {
  asked.length = 0;
  await streams.at(-1).say("activity", { ...activity(1), status: "Loading" });
  assert.deepEqual(asked, []);
  await streams.at(-1).say("activity", activity(2));
  assert.ok(asked.includes("/library"));
});

test("a stream goes on where the one before has ended, also in another conversation", async () => {
  await streams.at(-1).say("conversation", { conversation: 7, messages: [] }, "a1.c7");
  follow(8);
  const address = new URL(streams.at(-1).address, "http://here");
  assert.deepEqual([...address.searchParams], [["after", "a1.c7"], ["conversation", "8"]]);
  assert.equal(streams.at(-2).closed, true);
});

test("a page that nobody sees holds no connection, and goes on when it is seen", () => {
  page.hidden = true;
  const count = streams.length;
  listeners.visibilitychange();
  assert.equal(streams.at(-1).closed, true);
  page.hidden = false;
  listeners.visibilitychange();
  assert.equal(streams.length, count + 1);
});

test("an app that has gone is noticed, and so is one that is back", async () => {
  answers.delete("/activity");
  await streams.at(-1).say("error");
  assert.equal(state.running, false);
  await streams.at(-1).say("app", 1);
  assert.equal(state.running, true);
});

test("a connection that was lost while the app runs is no reason for alarm", async () => {
  answers.set("/activity", activity(2));
  await streams.at(-1).say("error");
  assert.equal(state.running, true);
});

test("a page of another run of the app is loaded anew", async () => {
  let loaded = 0;
  globalThis.location = { reload: () => { loaded += 1; } };
  await streams.at(-1).say("app", 1);
  assert.equal(loaded, 0);
  answers.delete("/activity");
  await streams.at(-1).say("error");
  await streams.at(-1).say("app", 2);
  assert.equal(loaded, 1);
  assert.equal(state.running, false, "nothing is begun that the loading would break off");
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
