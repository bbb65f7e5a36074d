import { assertEquals } from "@std/assert";
import { testEnds } from "./test_ends.ts";
import { RoundCounter } from "../../../lib/testing/round_counter.ts";

Deno.test("RoundCounter ends a round when all that flew at its beginning has landed", () => {
  const [quick] = testEnds("a", "b");
  const [slow] = testEnds("a", "c", 3);
  const counter = new RoundCounter();
  counter.sent(quick);
  counter.sent(slow);
  counter.changed();
  counter.landed(quick);
  counter.sent(quick);
  counter.landed(quick);
  assertEquals(counter.rounds, 0, "the slow frame still flies");
  counter.landed(slow);
  assertEquals(counter.rounds, 1);
  counter.sent(quick);
  counter.landed(quick);
  assertEquals(counter.rounds, 2);
});

Deno.test("RoundCounter counts a frame as lost when its receiver has closed", () => {
  const [from, to] = testEnds("a", "b");
  const counter = new RoundCounter();
  counter.sent(from);
  counter.changed();
  counter.closed(from);
  assertEquals(counter.rounds, 0, "what was sent before a close still arrives");
  counter.closed(to);
  assertEquals(counter.rounds, 1);
});

Deno.test("RoundCounter says when a sender was held back since the last change", () => {
  const [from] = testEnds("a", "b");
  const counter = new RoundCounter();
  counter.flowed(from, true);
  counter.flowed(from, false);
  assertEquals(counter.isStrained, true);
  counter.changed();
  assertEquals(counter.isStrained, false);
});
