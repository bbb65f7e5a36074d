import { assertEquals } from "@std/assert";
import { Broadcaster } from "../../../lib/client/broadcaster.ts";

interface Numbered {
  readonly number: number;
}

async function numbers(events: AsyncIterable<Numbered>): Promise<number[]> {
  const seen: number[] = [];
  for await (const { number } of events) seen.push(number);
  return seen;
}

function emitAll(source: Broadcaster<Numbered>, from: number, to: number): void {
  for (let number = from; number <= to; number += 1) source.emit({ number });
}

Deno.test("Broadcaster hands events to all who listen, and ends them when it closes", async () => {
  const source = new Broadcaster<Numbered>();
  const early = source.listen({}, [{ number: 0 }]);
  emitAll(source, 1, 1);
  const late = source.listen();
  const even = source.listen({}, [], ({ number }) => number % 2 === 0);
  emitAll(source, 2, 3);
  source.close();
  emitAll(source, 4, 4);
  assertEquals(await numbers(early), [0, 1, 2, 3]);
  assertEquals(await numbers(late), [2, 3]);
  assertEquals(await numbers(even), [2]);
  assertEquals(await numbers(source.listen()), []);
});

Deno.test("Broadcaster wakes a reader that waits", async () => {
  const source = new Broadcaster<Numbered>();
  const events = source.listen();
  const [first, second] = [events.next(), events.next()];
  emitAll(source, 1, 1);
  source.close();
  assertEquals(await first, { done: false, value: { number: 1 } });
  assertEquals(await second, { done: true, value: undefined });
});

Deno.test("Broadcaster lets go of a reader that leaves or aborts", async () => {
  const source = new Broadcaster<Numbered>();
  const end = new AbortController();
  const aborted = numbers(source.listen({ signal: end.signal }));
  const left = source.listen({}, [{ number: 0 }]);
  assertEquals(source.hasListeners, true);
  for await (const _event of left) break;
  end.abort();
  assertEquals(await aborted, []);
  assertEquals(source.hasListeners, false);
  assertEquals(await numbers(source.listen({ signal: AbortSignal.abort() })), []);
});

Deno.test("Broadcaster drops the oldest events of a reader that is far behind", async () => {
  const source = new Broadcaster<Numbered>();
  const events = source.listen();
  emitAll(source, 1, 5_000);
  source.close();
  const seen = await numbers(events);
  assertEquals([seen.length, seen[0], seen.at(-1)], [4_096, 905, 5_000]);
});

Deno.test("Broadcaster tells a slow reader once how many events it has missed", async () => {
  const source = new Broadcaster<Numbered>();
  const events = source.listen();
  emitAll(source, 1, 4_100);
  const seen = [await events.next(), await events.next()];
  assertEquals(seen.map(({ value }) => value), [{ number: 5, missed: 4 }, { number: 6 }]);
  source.close();
});
