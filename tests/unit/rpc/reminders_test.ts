import { assertEquals } from "@std/assert";
import { Reminders } from "../../../lib/rpc/reminders.ts";

Deno.test("Reminders gives what is due, the earliest first, each once", () => {
  const reminders = new Reminders<string>();
  assertEquals(reminders.nextAt, Infinity);
  reminders.set("late", 30);
  reminders.set("early", 10);
  assertEquals([reminders.nextAt, reminders.size], [10, 2]);
  assertEquals(reminders.takeDue(9), undefined);
  assertEquals(reminders.takeDue(30), "early");
  assertEquals(reminders.takeDue(30), "late");
  assertEquals([reminders.takeDue(30), reminders.size], [undefined, 0]);
});

Deno.test("Reminders keeps one instant for each thing, the last that was set", () => {
  const reminders = new Reminders<string>();
  reminders.set("one", 10);
  reminders.set("one", 20);
  assertEquals([reminders.nextAt, reminders.size], [20, 1]);
  reminders.cancel("one");
  reminders.cancel("one");
  assertEquals([reminders.nextAt, reminders.takeDue(100)], [Infinity, undefined]);
});
