import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { OriginIndex } from "../../../lib/federation/origin_index.ts";
import { type NodeUrl, nodeUrl } from "../../../lib/protocol/names.ts";

function indexed(): { readonly origins: (NodeUrl | undefined)[]; readonly index: OriginIndex } {
  const origins: (NodeUrl | undefined)[] = [];
  return { origins, index: new OriginIndex((number) => origins[number]) };
}

Deno.test("OriginIndex agrees with a Map over any series of additions, moves and removals", () => {
  const change = fc.record({
    type: fc.constantFrom("set", "set", "delete"),
    origin: fc.nat(120).map((number) => nodeUrl(`ws://o${number}.example`)),
  });
  fc.assert(fc.property(fc.array(change, { maxLength: 400 }), (changes) => {
    const { origins, index } = indexed();
    const twin = new Map<NodeUrl, number>();
    for (const { type, origin } of changes) {
      const before = twin.get(origin);
      if (type === "set") {
        twin.set(origin, origins.push(origin) - 1);
        assertEquals(index.claim(origin, origins.length - 1), before);
        if (before !== undefined) index.move(origin, origins.length - 1);
      } else {
        index.delete(origin);
        twin.delete(origin);
      }
      if (before !== undefined) origins[before] = undefined;
    }
    assertEquals(index.size, twin.size);
    for (let number = 0; number <= 120; number++) {
      const origin = nodeUrl(`ws://o${number}.example`);
      assertEquals(index.get(origin), twin.get(origin));
    }
  }));
});

/** FNV-1a by the book, to find URLs that fall on one place. */
function placeOf(text: string, places: number): number {
  let hash = 0x811c9dc5;
  for (const one of text) hash = Math.imul(hash ^ one.charCodeAt(0), 0x01000193);
  return (hash ^ hash >>> 15) & places - 1;
}

Deno.test("OriginIndex keeps origins that a peer chose to fall on one place", () => {
  const { origins, index } = indexed();
  for (let number = 0; origins.length < 100; number++) {
    const origin = nodeUrl(`ws://n${number}.example`);
    if (placeOf(origin, 1024) === 7) index.claim(origin, origins.push(origin) - 1);
  }
  const found = (): number =>
    origins.filter((origin, number) => origin !== undefined && index.get(origin) === number).length;
  assertEquals([index.size, found()], [100, 100]);
  for (const [number, origin] of origins.entries()) {
    if (number % 2 === 0 || origin === undefined) continue;
    index.delete(origin);
    assertEquals(index.get(origin), undefined);
    origins[number] = undefined;
  }
  assertEquals([index.size, found()], [50, 50]);
});
