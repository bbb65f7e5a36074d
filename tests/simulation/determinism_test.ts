/**
 * The same seed gives the same trace (I9).
 */
import { assertEquals, assertNotEquals } from "@std/assert";
import { drawStory, simulate } from "@farcall/farcall/testing";

Deno.test("simulate gives equal traces for equal seeds", () => {
  for (let seed = 1; seed <= 40; seed += 1) {
    const mode = seed % 2 === 0 ? "safety" : "liveness";
    const [one, other] = [simulate({ seed, mode }), simulate({ seed, mode })];
    assertEquals(one.digest, other.digest, `seed ${seed}`);
    assertEquals(one.deliveries, other.deliveries);
  }
});

Deno.test("simulate gives different traces for different seeds", () => {
  const digests = Array.from({ length: 20 }, (_, index) => simulate({ seed: index + 1 }).digest);
  assertEquals(new Set(digests).size, digests.length);
});

Deno.test("simulate gives the same lists with and without the codec", () => {
  for (let seed = 100; seed < 120; seed += 1) {
    const [through, past] = [simulate({ seed }), simulate({ seed, elideCodec: true })];
    assertEquals(past.violations, []);
    assertEquals(past.deliveries, through.deliveries);
    assertEquals(past.listings, through.listings);
    assertNotEquals(past.digest, through.digest);
  }
});

Deno.test("drawStory draws the same story from the same seed", () => {
  assertEquals(drawStory({ seed: 5 }), drawStory({ seed: 5 }));
  assertNotEquals(drawStory({ seed: 5 }), drawStory({ seed: 6 }));
});
