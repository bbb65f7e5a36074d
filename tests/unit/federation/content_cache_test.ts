import { assertEquals } from "@std/assert";
import { ContentCache } from "../../../lib/federation/content_cache.ts";
import { blankSet } from "../../../lib/federation/offer_set.ts";
import { group } from "./router_talk.ts";

Deno.test("ContentCache gives a content back once", () => {
  const cache = new ContentCache(100, 4);
  cache.put(group("a"), blankSet(3), 0);
  assertEquals([...cache.held()], [{ group: group("a"), seq: 3 }]);
  assertEquals(cache.take(group("a"))?.seq, 3);
  assertEquals(cache.take(group("a")), undefined);
});

Deno.test("ContentCache lets the longest lost content go first when it is full", () => {
  const cache = new ContentCache(100, 2);
  for (const [seq, name] of ["a", "b", "a", "c"].entries()) {
    cache.put(group(name), blankSet(seq), seq);
  }
  assertEquals([...cache.held()].map(({ seq }) => seq), [2, 3]);
});

Deno.test("ContentCache drops what is over and names the next time", () => {
  const cache = new ContentCache(100, 4);
  cache.put(group("a"), blankSet(1), 0);
  cache.put(group("b"), blankSet(1), 50);
  assertEquals([cache.expire(99), cache.size], [100, 2]);
  assertEquals([cache.expire(100), cache.size], [150, 1]);
  assertEquals([cache.expire(150), cache.size], [Infinity, 0]);
});

Deno.test("ContentCache keeps nothing without a retention time", () => {
  const cache = new ContentCache(0, 4);
  cache.put(group("a"), blankSet(1), 0);
  assertEquals(cache.size, 0);
});
