import { assertEquals, assertRejects } from "@std/assert";
import { abortable, deadline, delay } from "@std/async";

Deno.test("delay resolves after its time", async () => {
  await delay(1);
});

Deno.test("delay rejects with the signal's reason when it aborts", async () => {
  const abort = new AbortController();
  const waiting = delay(60_000, { signal: abort.signal });
  abort.abort(new Error("enough"));
  await assertRejects(() => waiting, Error, "enough");
  await assertRejects(() => delay(60_000, { signal: abort.signal }), Error, "enough");
});

Deno.test("deadline passes a value and a rejection through, and leaves no timer", async () => {
  assertEquals(await deadline(Promise.resolve(7), 60_000), 7);
  await assertRejects(() => deadline(Promise.reject(new Error("no")), 60_000), Error, "no");
});

Deno.test("deadline rejects with a TimeoutError when the time is over", async () => {
  const never = new Promise<void>(() => {});
  const error = await assertRejects(() => deadline(never, 1), DOMException);
  assertEquals(error.name, "TimeoutError");
});

Deno.test("abortable rejects when the signal aborts first", async () => {
  const abort = new AbortController();
  const waiting = abortable(new Promise<void>(() => {}), abort.signal);
  abort.abort(new Error("enough"));
  await assertRejects(() => waiting, Error, "enough");
});
